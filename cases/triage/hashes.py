"""Searching by hash: what of all that is known a member reads.

Such a search tells whoever holds a picture whether it was reported, so it is limited: by a permission, by number, and in what it
says. Cases that the member opens are named, with the distance; of others no more than on a case page (cases.triage.matches), so
no distance at which one could grope one's way, nor an entry of a shared list that tells it; behind a wall is nothing, not even an
entry of a shared list that only such cases stand behind. The log counts every search, in the log of each case that was met it
stands too, and the supervisors of another unit are told that somebody searched for what one of its cases holds. The hash itself
is in no log and in no address.
"""
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.audit.models import Entry
from cases.audit.services import actor, record
from cases.hashing import searching
from cases.hashing.entries import count
from cases.hashing.models import ListEntry
from cases.hashing.searching import Near, is_pdq
from cases.models import Case
from cases.notifications.models import Occasion
from cases.notifications.services import tell_supervisors
from cases.permissions import Staff
from cases.triage.lists import STATE_NAMES
from cases.triage.matches import Reach, nearness, reach_of

MOST_AN_HOUR = 30
HOUR = timedelta(hours=1)
EVENT, SUBJECT = "hashes_searched", "hash_search"
SAME_FILE = _("the same file")


@dataclass(frozen=True)
class Hit:
    """A picture of a case that the member opens."""
    ref: str
    number: int
    words: Promise
    distance: int | None        # None: by the file, not by what it shows
    at: datetime


@dataclass(frozen=True)
class Known:
    """Elsewhere: on a list of others or among the harmless."""
    name: str | Promise
    words: Promise
    distance: int
    child: bool = False
    at: datetime | None = None


@dataclass(frozen=True)
class Listed:
    entry: ListEntry
    state: Promise


@dataclass(frozen=True)
class Result:
    """What is known of one hash. `kept`, `other`: cases that the member may not open hold it, of theirs or of another unit."""
    value: str
    searched: Promise
    hits: list[Hit]
    kept: bool
    other: bool
    listed: list[Listed]
    foreign: list[Known]
    benign: list[Known]

    @property
    def nothing(self) -> bool:
        return not (self.hits or self.kept or self.other or self.listed or self.foreign or self.benign)


class TooMany(Exception):
    """The member's searches of this hour are used up."""


@transaction.atomic
def search(*, values: Sequence[str], by: Staff) -> list[Result]:
    """Look each value up and log that it was done. Raises TooMany.

    The log is what counts, so that neither a restart nor a cache that is away gives more.
    """
    count("searched", len(values))          # first: its row lets searches in one by one, so that ten at once are ten for the log
    since = timezone.now() - HOUR
    if Entry.objects.filter(event=EVENT, actor=actor(by), at__gte=since).count() >= MOST_AN_HOUR:
        raise TooMany
    found = [(value, searching.reported(value)) for value in values]
    cases = {near.media.case_id: near.media.case for _value, nears in found for near in nears}
    reach = reach_of(by, cases.values())
    results = [result(value, nears, reach, by) for value, nears in found]
    record(EVENT, subject=SUBJECT, actor=actor(by), values=len(values), cases=sum(len(one.hits) for one in results),
           others=sum(one.other or one.kept for one in results), entries=sum(len(one.listed) for one in results),
           foreign=sum(len(one.foreign) for one in results), benign=sum(len(one.benign) for one in results))
    tell(cases.values(), reach, by)
    return results


def tell(cases: Iterable[Case], reach: Mapping[UUID, Reach], by: Staff) -> None:
    """The log of every case that was met, also of one behind a wall; and once for each other unit its supervisors."""
    told = set()
    for case in cases:
        record("hash_search_met", subject=case.pk, actor=actor(by))
        if reach[case.pk] == Reach.UNIT and case.unit_id not in told:
            told.add(case.unit_id)
            tell_supervisors(case=case, occasion=Occasion.SEARCHED)


def result(value: str, nears: Sequence[Near], reach: Mapping[UUID, Reach], by: Staff) -> Result:
    there = [near for near in nears if reach[near.media.case_id] != Reach.WALL]
    ways = {reach[near.media.case_id] for near in there}
    opened = [near for near in there if reach[near.media.case_id] == Reach.OPEN]
    hits = [Hit(near.media.case.ref, near.media.number, SAME_FILE if near.distance is None else nearness(near.distance),
                near.distance, near.media.at) for near in opened]
    return Result(
        value, searched(value), hits, kept=Reach.KEPT in ways, other=Reach.UNIT in ways,
        listed=[Listed(entry, STATE_NAMES[ListEntry.State(entry.state)]) for entry in searching.listed(value, opened, by)],
        foreign=[Known(near.foreign.source, nearness(near.distance), near.distance, near.foreign.child, near.foreign.seen_at)
                 for near in searching.elsewhere(value)],
        benign=[Known(near.benign.get_sort_display(), nearness(near.distance), near.distance)
                for near in searching.harmless(value)])


def searched(value: str) -> Promise:
    return _("as PDQ (what a picture shows, also nearly the same) and as SHA-256 (the very same file)") if is_pdq(value) \
        else _("as MD5 (the very same file)")
