"""The languages of the site, as the editor needs them: everything bilingual loops over these, nothing names a language."""
from django.conf import settings
from django.utils.translation import get_language_info

LANGUAGES: dict[str, str] = dict(settings.LANGUAGES)
DIRECTIONS: dict[str, str] = {code: "rtl" if get_language_info(code)["bidi"] else "ltr" for code in LANGUAGES}


def each(*names: str) -> list[str]:
    """The columns behind translated fields: each("heading") -> ["heading_en", "heading_ur"]."""
    return [f"{name}_{code}" for name in names for code in LANGUAGES]
