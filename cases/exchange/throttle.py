"""A partner's client that runs wild must not keep the others out."""
from django.core.cache import cache

from cases.exchange.models import Partner

MINUTE = 60


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
