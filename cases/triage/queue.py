"""The queue: cases of the member's units by the clock, what is due first on top; pages, tabs, counts and neighbours.

No page is found by counting from the start: it begins behind a case (a moment and an id), so that what moves meanwhile is neither
shown twice nor skipped, and the hundredth page costs what the first does. Units are asked one by one, because an index gives the
cases of one unit in their order and those of several only after sorting all.
"""
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connection
from django.db.models import Count, Exists, F, IntegerField, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.clock.services import share_used
from cases.hashing.models import ForeignMatch, MediaHash
from cases.models import Case
from cases.permissions import Staff
from cases.selectors import cases_for
from cases.triage import cursor
from cases.triage.filters import MINE, Filter, Known, links_seen, read
from cases.triage.reading import Text
from cases.workflow import Status

PAGE = 25
COUNTED = 1000          # a tab counts no further: "1,000+"
Place = tuple[datetime | None, UUID]            # where a case stands: its moment in the list's order, and its id


@dataclass(frozen=True)
class Tab:
    """A filter with a name. `params` is its query string; more typed filters make it another list."""
    name: Promise | str
    params: dict[str, str]


TABS = (
    Tab(_("All open"), {}),
    Tab(_("To triage"), {"status": Status.NEW.value}),
    Tab(_("My cases"), {"assignee": MINE}),
    Tab(_("Late"), {"late": "on"}),
    Tab(_("Under 18"), {"child": "on"}),
    Tab(_("Waiting on a platform"), {"status": Status.WAITING_OUTSIDE.value}),
    Tab(_("Unread"), {"unread": "on"}),
    Tab(_("Closed"), {"status": Status.CLOSED.value}),
)


@dataclass(frozen=True)
class TabView:
    """`count` is at most COUNTED; `more`: there are more. None: its filter is unreadable by now, as a view's may become."""
    name: Promise | str
    address: str
    count: int | None
    more: bool
    here: bool


@dataclass(frozen=True)
class Row:
    case: Case
    summary: Text
    why: Promise | str          # the rule of its priority
    place: str                  # in the list, as the address of its page carries it (triage.neighbours)
    platforms: list[str]        # names, where that column is wanted


@dataclass(frozen=True)
class Page:
    cases: list[Case]
    next: str = ""              # cursor of the next page, "" on the last
    previous: str = ""          # of the one before, "" on the first


@dataclass(frozen=True)
class Found:
    """A case of a list, by its place in it."""
    moment: datetime | None
    pk: UUID
    ref: str

    @property
    def place(self) -> Place:
        return self.moment, self.pk


# --- in which order ---------------------------------------------------------------------------------------------------
def column(found: Filter) -> str:
    return "closed_at" if found.closed else "due_at"


def walk(found: Filter, member: Staff, now: datetime, place: Place | None, many: int, *, back: bool = False) -> list[Found]:
    """At most `many` cases behind `place`, nearest first; `back`: before it. None: from the list's start, or its end."""
    cases, by = found.cases(member, now), column(found)
    down = back != found.closed             # closed cases stand newest first
    rows: list[Found] = []
    for unit in found.units:
        rows += walk_unit(cases.filter(unit=unit), by, down, place, many)
    return sorted(rows, key=lambda row: (row.moment is None, row.moment or now, row.pk), reverse=down)[:many]


def walk_unit(cases: QuerySet[Case], by: str, down: bool, place: Place | None, many: int) -> list[Found]:
    rows: list[Found] = []
    for stretch in stretches(cases, by, down, place):
        if len(rows) < many:
            rows += [Found(*row) for row in stretch.values_list(by, "pk", "ref")[:many - len(rows)]]
    return rows


def stretches(cases: QuerySet[Case], by: str, down: bool, place: Place | None) -> Iterator[QuerySet[Case]]:
    """What is left of the list, in pieces that an index gives in their order. Cases without a moment stand at the end."""
    order = [F(by).desc(nulls_first=True), F("pk").desc()] if down else [F(by).asc(nulls_last=True), F("pk").asc()]
    if place is None:
        yield cases.order_by(*order)
        return
    (moment, pk), side = place, "lt" if down else "gt"
    still = cases.filter(**{by: None}).order_by(order[1])
    running = cases.exclude(**{by: None}).order_by(*order)
    if moment is not None:
        # the first condition follows from the second, but only the first is a place to begin in an index
        running = cases.filter(Q(**{f"{by}__{side}": moment}) | Q(**{by: moment, f"pk__{side}": pk}),
                               **{f"{by}__{side}e": moment}).order_by(*order)
        yield from [running] if down else [running, still]
    else:
        still = still.filter(**{f"pk__{side}": pk})
        yield from [still, running] if down else [still]


# --- pages and neighbours ---------------------------------------------------------------------------------------------
def page(found: Filter, member: Staff, *, after: str = "", before: str = "") -> Page:
    """At most PAGE cases behind the cursor `after`, or before the cursor `before`."""
    now, back = timezone.now(), bool(cursor.read(before))
    start = cursor.read(before) or cursor.read(after)
    rows = walk(found, member, now, start, PAGE + 1, back=back)
    more, rows = len(rows) > PAGE, rows[:PAGE][::-1 if back else 1]
    if start and (not rows or (back and not more)):
        return page(found, member)          # the first page, and whole; or what stood there has moved
    return Page(shown(rows, member), next=cursor.write(*rows[-1].place) if more or back else "",
                previous=cursor.write(*rows[0].place) if start else "")


def shown(rows: Sequence[Found], member: Staff) -> list[Case]:
    """With all that a row of the list says, in the list's order."""
    folded = cases_for(member).filter(folded_into=OuterRef("pk")).exclude(status=Status.CLOSED.value)
    behind = folded.order_by().values("folded_into").annotate(n=Count("pk"))
    cases = (cases_for(member).filter(pk__in=[row.pk for row in rows])
             .select_related("unit", "assignee", "key").prefetch_related("key__wraps", "labelled__label").defer("answers")
             .annotate(fingerprints=Exists(MediaHash.objects.filter(case=OuterRef("pk"))),
                       listed=Exists(ForeignMatch.objects.filter(hash__case=OuterRef("pk"), foreign__deleted_at=None)),
                       alike=Subquery(behind.values("n"), output_field=IntegerField()),
                       linked=Exists(links_seen(member).filter(Q(a=OuterRef("pk")) | Q(b=OuterRef("pk"))))))
    by_id = {case.pk: case for case in cases}
    return [by_id[row.pk] for row in rows if row.pk in by_id]


def place_of(case: Case, found: Filter) -> Place:
    return getattr(case, column(found)), case.pk


# --- tabs and counts --------------------------------------------------------------------------------------------------
def tabs(member: Staff, params: Mapping[str, str], listed: Sequence[Tab], known: Known | None = None) -> list[TabView]:
    """Each tab with its count; one query for all."""
    known, now = known or Known(member), timezone.now()
    filters = [read(tab.params, member, known) for tab in listed]
    counts = counted([found.cases(member, now) for found in filters])
    return [TabView(tab.name, "?" + urlencode(tab.params), min(count, COUNTED) if found.readable else None, count > COUNTED,
                    here=tab.params == params)
            for tab, found, count in zip(listed, filters, counts, strict=True)]


def counted(lists: Sequence[QuerySet[Case]], most: int = COUNTED) -> list[int]:
    """How many cases are in each list, but at most one more than `most`; one query, which stops counting there."""
    parts: list[str] = []
    values: list[Any] = []
    for number, cases in enumerate(lists):
        try:
            sql, params = cases.order_by().values("pk")[:most + 1].query.sql_with_params()
        except EmptyResultSet:          # of an unreadable filter
            continue
        parts.append(f"SELECT {number}, count(*) FROM ({sql}) AS list{number}")     # noqa: S608   Django's own SQL
        values += params
    found: dict[int, int] = {}
    if parts:
        with connection.cursor() as run:
            run.execute(" UNION ALL ".join(parts), values)
            found = dict(run.fetchall())
    return [found.get(number, 0) for number in range(len(lists))]


def is_late(case: Case, now: datetime) -> bool:
    return case.due_at is not None and case.due_at < now


def percent(case: Case, now: datetime) -> int:
    """How much of the running clock is used up."""
    if case.due_at is None:
        return 0
    return min(100, round(100 * share_used(case.clock_started_at, case.due_at, now)))
