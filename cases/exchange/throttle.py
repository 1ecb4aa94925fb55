"""A partner's client that runs wild must not keep the others out."""
from django.core.cache import cache
from django.db.models import F

from cases.exchange.models import Partner

MINUTE, HOUR, DAY = 60, 3600, 86_400     # seconds
MOST_LINES = 20_000                      # verdicts and fingerprints of one partner that are taken in a day
MOST_SUBMITTED = 100_000                 # fingerprints of one partner that stand here, whenever it sent them


class UsedUp(Exception):
    """The partner has sent as much as is taken in a day."""


class Full(Exception):
    """As many of the partner's own fingerprints stand here as may."""


def too_many(partner: Partner) -> bool:
    """Count one more against the partner's own limit, wherever it comes from. The minute starts with its first request."""
    key = f"exchange:{partner.pk}"
    if cache.add(key, 1, MINUTE):
        return False
    try:
        return int(cache.incr(key)) > partner.per_minute
    except ValueError:       # it ended between the two calls
        cache.add(key, 1, MINUTE)
        return False


def take_lines(partner: Partner, lines: int) -> None:
    """Count what it says or sends; the day starts with its first line. Raises UsedUp: stolen keys do not fill our tables."""
    key = f"exchange:{partner.pk}:lines"
    cache.add(key, 0, DAY)
    try:
        if int(cache.incr(key, lines)) > MOST_LINES:
            raise UsedUp
    except ValueError:       # it ended between the two calls
        cache.add(key, lines, DAY)


def take_room(partner: Partner, hashes: int) -> None:
    """In the transaction that keeps them. What comes again counts until the worker has seen that it is here. Raises Full."""
    room = Partner.objects.filter(pk=partner.pk, submitted__lte=MOST_SUBMITTED - hashes)
    if not room.update(submitted=F("submitted") + hashes):
        raise Full
