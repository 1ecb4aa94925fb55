"""Browsers that signed in before. Each has its own count of wrong guesses, so that a stranger's never shut out a colleague.

The cookie lets nobody in: whoever copies it may guess as slowly as its owner (OWASP, "device cookies").
"""
import secrets
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from portal.accounts.models import User

LASTS_SECONDS = 180 * 24 * 3600
MOST_MEMBERS = 8                # who share one computer; the one who was here longest ago goes first
SALT = "portal.accounts.device"


def known(request: HttpRequest, member: User | None) -> str:
    """This browser's name, if the member signed in here before; else empty."""
    device, members = _read(request)
    return device if member is not None and member.pk.hex in members else ""


def remember(request: HttpRequest, response: HttpResponse, member: User) -> None:
    device, members = _read(request)
    members = [member.pk.hex, *(each for each in members if each != member.pk.hex)][:MOST_MEMBERS]
    value = signing.dumps({"device": device or secrets.token_hex(16), "members": members}, salt=SALT)
    response.set_cookie(_cookie(), value, max_age=LASTS_SECONDS, path="/", secure=settings.SECURE, httponly=True,
                        samesite="Strict")


def _read(request: HttpRequest) -> tuple[str, list[str]]:
    try:
        kept: dict[str, Any] = signing.loads(request.COOKIES.get(_cookie(), ""), salt=SALT, max_age=LASTS_SECONDS)
    except signing.BadSignature:
        return "", []
    return kept["device"], kept["members"]


def _cookie() -> str:
    return "__Host-known" if settings.SECURE else "known"
