"""Waiting after wrong passwords and codes: for whoever guesses, not for the colleague whose account it is.

Guesses are counted per account *and guesser*. A browser in which the member signed in before is a guesser of its own (device.py).
Strangers are told apart by their network address for passwords, and not at all for codes, which only follow a right password.
Vault passphrases are guessed by who is signed in: each session has a count. A recovery code and a passkey never wait, as they
cannot be guessed. What slows all guessers together is Argon2id, two at a time.
"""
from contextlib import suppress

from django.core.cache import cache
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from cases.intake import throttle as addresses
from portal.accounts.models import User

WRONG_PASSWORDS, WITHIN_SECONDS = 10, 15 * 60       # for one account, by one guesser
STRANGERS = addresses.Limit("passwords of strangers", 100, 3600)    # from one address, whichever accounts they are for
MADE_UP = addresses.Limit("refused single sign-ons", 20, 3600)          # of one address, that the log keeps
FREE_TRIES = 5
FIRST_WAIT, LONGEST_WAIT = 15, 15 * 60              # seconds; doubled with every code in between
REMEMBERED = 24 * 3600


# --- passwords --------------------------------------------------------------------------------------------------------
def may_try_password(request: HttpRequest, email: str, device: str) -> bool:
    """`device` is the name of a browser known to this account; empty for a stranger."""
    if device:
        return int(cache.get(_key("passwords", email, device), 0)) < WRONG_PASSWORDS
    return not any(addresses.exceeded(limit, request) for limit in (_strangers(email), STRANGERS))


def wrong_password(request: HttpRequest, email: str, device: str) -> int:
    """Count one; the number for this account within a day, by whomever (0 while there is nothing to count with)."""
    if device:
        _count(_key("passwords", email, device), WITHIN_SECONDS)
    else:
        addresses.count(_strangers(email), request)
        addresses.count(STRANGERS, request)
    return _count(_key("failures", email), REMEMBERED)


def may_be_logged(request: HttpRequest) -> bool:
    """Whether one more answer that no provider gave is worth a row of the log."""
    addresses.count(MADE_UP, request)
    return not addresses.exceeded(MADE_UP, request)


def _strangers(email: str) -> addresses.Limit:
    return addresses.Limit(f"password of {email}", WRONG_PASSWORDS, WITHIN_SECONDS)


# --- codes ------------------------------------------------------------------------------------------------------------
def may_try(member: User, device: str = "") -> bool:
    """Whether one more code may be tried now. After the free ones, one try a turn, and turns get rarer."""
    key = _key("codes", str(member.pk), device)
    tries = _count(key, REMEMBERED)
    if tries <= FREE_TRIES or cache.add(f"{key}:turn", 1, min(FIRST_WAIT * 2 ** (tries - FREE_TRIES - 1), LONGEST_WAIT)):
        return True
    with suppress(ValueError):              # it ended meanwhile
        cache.decr(key)                     # being turned away is no try: who is patient waits no longer for it
    return False


def wrong_code(member: User) -> int:
    """Count one for the log: how many codes of this member were wrong within a day."""
    return _count(_key("wrong codes", str(member.pk)), REMEMBERED)


def forgive(member: User, device: str = "") -> None:
    key = _key("codes", str(member.pk), device)
    cache.delete_many([key, f"{key}:turn"])


def _count(key: str, seconds: int) -> int:
    """One more, atomically: of a hundred guesses sent at once only the free ones pass."""
    cache.add(key, 0, seconds)
    try:
        return cache.incr(key)
    except ValueError:                      # the cache is away (portal.cache): staff must get in; the password was right
        return 0


def _key(*what: str) -> str:
    return f"{what[0].split()[0]}:{salted_hmac('portal.accounts.throttle', ' '.join(what), algorithm='sha256').hexdigest()}"
