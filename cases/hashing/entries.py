"""List entries on and off the list, stamped one transaction at a time, so that a partner who pages by time misses none."""
from collections.abc import Collection, Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import F, Q, QuerySet

from cases.audit.services import actor, record
from cases.hashing.models import ListCount, ListEntry, Listing, ListSpan
from cases.hashing.selectors import LISTED, cases_on_the_lists, on_the_lists, pictures
from cases.hashing.turns import PUBLISHING, stamps, take_turn
from cases.permissions import Staff

SHOWN = (ListEntry.State.ACTIVE, ListEntry.State.SUSPENDED)
OFF = (ListEntry.State.WITHDRAWN, ListEntry.State.SUSPENDED)
STANDING = (Listing.State.PROPOSED, Listing.State.APPROVED)
SUSPENDING = (Listing.Held.DISPUTED, Listing.Held.CHILD)
LOGGED = 200                             # ids in one entry of the log


@transaction.atomic
def activate(*, entries: Iterable[ListEntry], by: Staff, subject: object) -> list[ListEntry]:
    """Those that were not active are from now on. The database refuses one that has no approved listing."""
    take_turn(PUBLISHING)
    times, wanted = stamps(ListEntry, "modified_at"), list(dict.fromkeys(entry.pk for entry in entries))
    fresh = ListEntry.objects.in_bulk(wanted)
    changed = [fresh[pk] for pk in wanted if fresh[pk].state != ListEntry.State.ACTIVE]
    for entry in changed:
        entry.state, entry.modified_at, entry.recalled_at = ListEntry.State.ACTIVE, next(times), None
        entry.published_at = entry.published_at or entry.modified_at
        entry.save(update_fields=["state", "modified_at", "published_at", "recalled_at"])
    cases = cases_of(changed, before=Listing.objects.filter(entry__in=ListSpan.objects.values("entry")))
    ListSpan.objects.bulk_create(ListSpan(entry=entry, since=entry.modified_at) for entry in changed)
    log("hashes_published", changed, by=by, subject=subject)
    count("published", of_pictures(changed), cases=cases)
    return changed


@transaction.atomic
def withdraw(*, entries: Collection[ListEntry], by: Staff | None = None) -> list[ListEntry]:
    """Take entries off the list; partners see them as withdrawn. Returns those that changed.

    An entry knows no case: the caller leaves out what another case still stands behind.
    """
    take_turn(PUBLISHING)
    times = stamps(ListEntry, "modified_at")
    shown = list(ListEntry.objects.filter(pk__in=[entry.pk for entry in entries], state__in=SHOWN))
    cases = cases_of(shown, before=Listing.objects.filter(entry__state=ListEntry.State.WITHDRAWN))
    for entry in shown:
        take_off(entry, ListEntry.State.WITHDRAWN, next(times))
    stood = Listing.objects.filter(entry__in=shown, state__in=STANDING)
    stood.update(state=Listing.State.ENDED)         # to come back it takes two people again
    log("hashes_withdrawn", shown, by=by, subject="hash_list")
    count("withdrawn", of_pictures(shown), cases=cases)
    return shown


@transaction.atomic
def suspend(*, entry: ListEntry, partner: str) -> bool:
    """A partner looked and did not block it: off the list until somebody has looked who neither proposed nor approved it (that
    stays written there). False: it is on no list now.

    All that the same pictures put on the list goes with it: an entry is a picture or a variant of one.
    """
    take_turn(PUBLISHING)
    behind = Listing.objects.filter(entry=entry, state=Listing.State.APPROVED).values("hash")
    group = ListEntry.objects.filter(listings__hash__in=behind, listings__state=Listing.State.APPROVED)
    active, times = list(group.filter(state=ListEntry.State.ACTIVE).distinct()), stamps(ListEntry, "modified_at")
    if entry not in active:
        return False
    cases = cases_of(active, before=Listing.objects.filter(held__in=SUSPENDING))
    for one in active:
        take_off(one, ListEntry.State.SUSPENDED, next(times))
    record("hash_suspended", subject=entry.pk, actor=partner, count=len(active))
    approved = Listing.objects.filter(entry__in=active, state=Listing.State.APPROVED)
    approved.update(state=Listing.State.PROPOSED, held=Listing.Held.DISPUTED)
    count("suspended", of_pictures(active), cases=cases)
    return True


@transaction.atomic
def hold_for_a_child(*, values: Collection[str]) -> list[ListEntry]:
    """Somebody reported these pictures as a child's: off the adults' list at once, to partners as if withdrawn.

    Both yeses stay written there: the report may be made up, and then one agreement brings all of it back (listing.put_back).
    """
    take_turn(PUBLISHING)
    times, shown = stamps(ListEntry, "modified_at"), ListEntry.objects.filter(value__in=values, state=ListEntry.State.ACTIVE)
    held = list(shown.exclude(category=ListEntry.Category.CHILD).order_by("modified_at"))
    cases = cases_of(held, before=Listing.objects.filter(held__in=SUSPENDING))
    for entry in held:
        take_off(entry, ListEntry.State.SUSPENDED, next(times))
    Listing.objects.filter(entry__in=held, state=Listing.State.APPROVED).update(held=Listing.Held.CHILD)
    log("hashes_held_for_a_child", held, by=None, subject="hash_list")
    count("suspended", of_pictures(held), cases=cases)
    return held


def take_off(entry: ListEntry, state: ListEntry.State, at: datetime) -> None:
    entry.state, entry.modified_at, entry.recalled_at = state, at, None
    entry.save(update_fields=["state", "modified_at", "recalled_at"])
    ListSpan.objects.filter(entry=entry, until=None).update(until=at)


def gone() -> QuerySet[ListEntry]:
    """What nobody should have any more: withdrawn, or held because somebody says that it is a child's."""
    held = Listing.objects.filter(held=Listing.Held.CHILD).values("entry")
    return ListEntry.objects.filter(Q(state=ListEntry.State.WITHDRAWN) | Q(state=ListEntry.State.SUSPENDED, pk__in=held))


def log(event: str, entries: list[ListEntry], *, by: Staff | None, subject: object) -> None:
    for start in range(0, len(entries), LOGGED):
        record(event, subject=str(subject), actor=actor(by), entries=[entry.pk for entry in entries[start:start + LOGGED]])


def of_pictures(entries: Collection[ListEntry]) -> int:
    return pictures(ListEntry.objects.filter(pk__in=[entry.pk for entry in entries])).count()


@transaction.atomic
def count_listed() -> None:
    """What is on the lists now, where the public's role may read it."""
    cases = cases_on_the_lists()
    for category, n in on_the_lists().items():
        ListCount.objects.update_or_create(what=f"{LISTED}{category}", defaults={"n": n, "cases": cases.get(category, 0)})


def count(what: str, n: int, *, cases: int = 0) -> None:
    """One more of something that the public may know the number of, once it is of enough `cases`."""
    if n:
        ListCount.objects.get_or_create(what=what)
        ListCount.objects.filter(what=what).update(n=F("n") + n, cases=F("cases") + cases)


def cases_of(entries: Collection[ListEntry], *, before: QuerySet[Listing]) -> int:
    """Of how many reports they are that this had not happened to `before`: what comes one by one of a single report is of one,
    and so is what comes of the cases it was split into, which have one reporter's yes."""
    mine = Listing.objects.filter(entry__in=entries).exclude(consent__case__in=before.values("consent__case"))
    return mine.values("consent__case").distinct().count()
