"""A member's unlocked private key between two requests: locked in the session row under a key that only a cookie holds.

Whoever has the database has no cookie, whoever has the cookie has no database; together they exist inside one request.
"""
import base64
import time

from django.conf import settings
from django.http import HttpRequest, HttpResponse

from cases.vault import aead
from cases.vault.envelope import new_key

PARKED = "vault"                # in the session: [locked key (base64), parked at, last used at] (Unix seconds)
TOUCH_SECONDS = 60              # how often use is noted, so that most reads write no session


class Locked(Exception):
    """What was asked for takes an open vault. Whoever calls asks for the passphrase, and keeps what was typed meanwhile."""


def park(request: HttpRequest, response: HttpResponse, private: bytes) -> None:
    """Unlocked from now on. Gives the session a new id first, so that one planted before unlocking is worth nothing."""
    request.session.cycle_key()
    key, now = new_key(), int(time.time())
    locked = aead.seal(key, private, belongs=_belongs(request, now))
    request.session[PARKED] = [base64.b64encode(locked).decode(), now, now]
    response.set_cookie(_cookie(), base64.urlsafe_b64encode(key).decode(), path="/", secure=settings.SECURE, httponly=True,
                        samesite="Strict")


def fetch(request: HttpRequest) -> bytes | None:
    """The private key, or None while locked: nothing parked, idle or open for too long, another browser or another member."""
    if PARKED not in request.session:
        return None
    locked, parked_at, used_at = request.session[PARKED]
    now = int(time.time())
    if not seconds_left(request):
        del request.session[PARKED]
        return None
    try:
        key = base64.urlsafe_b64decode(request.COOKIES.get(_cookie(), ""))
        private = aead.open_blob(key, base64.b64decode(locked), belongs=_belongs(request, parked_at))
    except (aead.OpenFailed, ValueError):
        return None
    if now - used_at >= TOUCH_SECONDS:
        request.session[PARKED] = [locked, parked_at, now]
    return private


def seconds_left(request: HttpRequest) -> int:
    """Until the key is dropped if nothing more is asked for; 0 while locked. Looks, and changes nothing."""
    _locked, parked_at, used_at = request.session.get(PARKED, ["", 0, 0])
    end: int = min(used_at + settings.VAULT_IDLE_SECONDS, parked_at + settings.VAULT_AT_MOST_SECONDS)
    return max(0, end - int(time.time()))


def lock(request: HttpRequest, response: HttpResponse) -> None:
    """Locked from now on: both halves go."""
    request.session.pop(PARKED, None)
    response.delete_cookie(_cookie(), path="/", samesite="Strict")


def _cookie() -> str:
    return "__Host-vault" if settings.SECURE else "vault"


def _belongs(request: HttpRequest, parked_at: int) -> bytes:
    """This member, this session, this start: the start is bound so that editing the row cannot stretch the day."""
    return aead.framed(b"parked", str(request.user.pk).encode(), str(request.session.session_key).encode(),
                       str(parked_at).encode())
