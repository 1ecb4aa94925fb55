"""A partner's client that runs wild must not keep the others out."""
from django.core.cache import cache

from cases.exchange.models import Partner

MOST = 300               # requests a minute; a stock client that starts from nothing makes one for every 800 hashes
MINUTE = 60


def too_many(partner: Partner) -> bool:
    """Count one more. The minute starts with its first request."""
    key = f"exchange:{partner.pk}"
    if cache.add(key, 1, MINUTE):
        return False
    try:
        return int(cache.incr(key)) > MOST
    except ValueError:       # it ended between the two calls
        cache.add(key, 1, MINUTE)
        return False
