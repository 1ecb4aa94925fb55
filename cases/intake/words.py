"""What the page says when it checks in the browser what is typed: the forms' own sentences."""
from django.utils.translation import gettext as _

from cases.intake.fields import LINE_TOO_LONG, NOT_A_LINK, TOO_LONG
from cases.intake.forms import MALFORMED, NO_ANSWER, NO_ASSENT, NO_CODE, OTHER_CODE


def for_page() -> dict[str, str]:
    """In the language of the page; "%(most)s" and "%(now)s" are for the script to fill in."""
    return {name: str(sentence) for name, sentence in {
        "problem": _("There is a problem"), "error": _("Error:"), "nothing": _("Nothing written here"), "form": _("Form"),
        "too_long": TOO_LONG, "line_too_long": LINE_TOO_LONG, "not_a_link": NOT_A_LINK, "choose": NO_ANSWER,
        "assent": NO_ASSENT, "no_code": NO_CODE, "other_code": OTHER_CODE, "sealing": _("Sealing your report…"),
        **{kind.value: sentence for kind, sentence in MALFORMED.items()}}.items()}
