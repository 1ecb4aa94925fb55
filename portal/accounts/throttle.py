"""Waiting after wrong codes. It counts only what follows a right password, and a recovery code never waits: so nobody who
guesses can lock a colleague out for good."""
from contextlib import suppress

from django.core.cache import cache
from django.utils.crypto import salted_hmac

from portal.accounts.models import User

FREE_TRIES = 5
FIRST_WAIT, LONGEST_WAIT = 15, 15 * 60      # seconds; doubled with every try in between
REMEMBERED = 24 * 3600


def may_try(member: User) -> bool:
    """Whether one more code may be tried now. After the free ones, one try a turn, and turns get rarer."""
    key = _key(member)
    tries = _count(key)
    if tries <= FREE_TRIES or cache.add(f"{key}:turn", 1, min(FIRST_WAIT * 2 ** (tries - FREE_TRIES - 1), LONGEST_WAIT)):
        return True
    with suppress(ValueError):              # it ended meanwhile
        cache.decr(key)                     # being turned away is no try: who is patient waits no longer for it
    return False


def forgive(member: User) -> None:
    cache.delete_many([_key(member), f"{_key(member)}:turn"])


def _count(key: str) -> int:
    """One more, atomically: of a hundred guesses sent at once only the free ones pass."""
    cache.add(key, 0, REMEMBERED)
    try:
        return cache.incr(key)
    except ValueError:                      # the cache is away (portal.cache): staff must get in; the password was right
        return 0


def _key(member: User) -> str:
    return f"codes:{salted_hmac('portal.accounts.throttle', str(member.pk), algorithm='sha256').hexdigest()}"
