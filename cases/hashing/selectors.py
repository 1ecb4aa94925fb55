"""Reads with a rule: what may be known of the lists by everybody."""
from typing import Any

from django.db.models import Count

from cases.hashing.models import ListCount, ListEntry, Listing

SMALL = 5
EVENTS = ("published", "withdrawn", "suspended", *(f"refused_{why}" for why in Listing.Why.values))


def public_numbers() -> dict[str, Any]:
    """Every category and event that there could be, whether or not it ever was; None for fewer than five."""
    active = ListEntry.objects.filter(state=ListEntry.State.ACTIVE).values_list("category").annotate(n=Count("pk"))
    listed, happened = dict(active), dict(ListCount.objects.values_list("what", "n"))
    return {"on_the_lists": {category: hidden(listed.get(category, 0)) for category in ListEntry.Category.values},
            "since_the_beginning": {what: hidden(happened.get(what, 0)) for what in EVENTS}}


def hidden(n: int) -> int | None:
    return None if n < SMALL else n
