"""Counting without knowing whom: an address becomes an HMAC under a random salt of the day, in the cache and nowhere else."""
import hashlib
import hmac
import ipaddress
import secrets
from dataclasses import dataclass

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest
from django.utils import timezone

SALT_SECONDS = 24 * 3600
IPV6_PREFIX = 64            # one household's share


@dataclass(frozen=True)
class Limit:
    """At most `most` in `seconds` from one address. Whole towns share one behind a mobile network, so be generous."""
    name: str
    most: int
    seconds: int


WRONG_CODES = Limit("wrong-codes", 30, 3600)
REPORTS = Limit("reports", 60, 3600)


def count(limit: Limit, request: HttpRequest) -> None:
    """One more. The window starts with the first."""
    key = _key(limit, request)
    if not cache.add(key, 1, limit.seconds):
        try:
            cache.incr(key)
        except ValueError:                      # it ended between the two calls
            cache.add(key, 1, limit.seconds)


def exceeded(limit: Limit, request: HttpRequest) -> bool:
    return int(cache.get(_key(limit, request), 0)) >= limit.most


def _key(limit: Limit, request: HttpRequest) -> str:
    digest = hmac.new(_salt(), f"{limit.name} {_address(request)}".encode(), hashlib.sha256)
    return f"throttle:{digest.hexdigest()}"


def _salt() -> bytes:
    """Today's. The cache must not be one that writes to a disk (docs/how-to/deploy: Redis without persistence)."""
    return cache.get_or_set(f"throttle-salt:{timezone.now():%F}", lambda: secrets.token_bytes(32), SALT_SECONDS)


def _address(request: HttpRequest) -> str:
    header = settings.CLIENT_ADDRESS_HEADER
    text = request.headers.get(header, "") if header else request.META.get("REMOTE_ADDR", "")
    try:
        address = ipaddress.ip_address(text.strip())
    except ValueError:
        return ""                               # a socket without one: all such share a count
    if isinstance(address, ipaddress.IPv6Address):
        return str(ipaddress.ip_network((address, IPV6_PREFIX), strict=False))
    return str(address)
