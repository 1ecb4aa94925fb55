from typing import Any

from django.conf import settings
from django.http import HttpRequest

from awareness import selectors


def helplines(request: HttpRequest) -> dict[str, Any]:
    """A callable: the template that asks pays for the query, no other does."""
    return {"helplines": selectors.helplines}


def site(request: HttpRequest) -> dict[str, Any]:
    return {"DEMO": settings.DEMO, "ROLE": settings.PORTAL_ROLE, "EXIT_URL": settings.EXIT_URL}
