from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.utils.translation import get_language

from awareness import selectors


def helplines(request: HttpRequest) -> dict[str, Any]:
    """A callable: the template that asks pays for the query, no other does."""
    return {"helplines": selectors.helplines}


def site(request: HttpRequest) -> dict[str, Any]:
    """What every page may show. PROSE_FONT: the 101 KB Nastaliq font, in Urdu, unless the browser asks for less data."""
    language = get_language() or settings.LANGUAGE_CODE
    return {
        "DEMO": settings.DEMO, "ROLE": settings.PORTAL_ROLE, "EXIT_URL": settings.EXIT_URL,
        "OFFICE": settings.OFFICE.get(language, settings.OFFICE["en"]), "LANGUAGE_CODE": language,
        "SINGLE_SIGN_ON": bool(settings.OIDC_ISSUER and settings.PORTAL_ROLE in {"desk", "all"}),
        "PROSE_FONT": language == "ur" and request.headers.get("Save-Data") != "on",
    }
