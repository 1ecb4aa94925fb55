"""Reads with a rule: what may be known of the lists by everybody."""
from typing import Any

from django.db.models import Count, F, Q, QuerySet

from cases.hashing.models import ListCount, ListEntry, Listing

SMALL, LISTED = 5, "listed_"
EVENTS = ("published", "withdrawn", "suspended", *(f"refused_{why}" for why in Listing.Why.values))


def public_numbers() -> dict[str, Any]:
    """Every category and event that there could be, whether or not it ever was; None for what is of fewer than five reports.

    From the table of counts alone: the public's role reads no list. What is on the lists is counted there once an hour.
    """
    counted = {row.what: hidden(row.n, row.cases) for row in ListCount.objects.all()}
    return {"on_the_lists": {category: counted.get(f"{LISTED}{category}") for category in ListEntry.Category.values},
            "since_the_beginning": {what: counted.get(what) for what in EVENTS}}


def hidden(n: int, cases: int) -> int | None:
    """Rounded down to fives: whoever looks again and again sees no single fingerprint come or go. One report can bring ten
    pictures, so it is reports that must be five."""
    return None if min(n, cases) < SMALL else n - n % SMALL


def on_the_lists() -> dict[str, int]:
    active = pictures(ListEntry.objects.filter(state=ListEntry.State.ACTIVE))
    counted = active.values_list("category").annotate(n=Count("pk", distinct=True))
    return dict.fromkeys(ListEntry.Category.values, 0) | dict(counted)


def cases_on_the_lists() -> dict[str, int]:
    behind = Listing.objects.filter(state=Listing.State.APPROVED, entry__state=ListEntry.State.ACTIVE)
    return dict(behind.values_list("entry__category").annotate(n=Count("consent__case", distinct=True)))


def pictures(entries: QuerySet[ListEntry]) -> QuerySet[ListEntry]:
    """Of entries those of a picture or video itself: its variants are no more of them."""
    return entries.filter(Q(kind=ListEntry.Kind.MD5) | Q(listings__hash__pdq=F("value"))).distinct()
