"""The queue: cases of the member's units by the clock, what is due first on top; filters, tabs and pages."""
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.clock.services import share_used
from cases.hashing.models import ForeignMatch, MediaHash
from cases.models import Case, Link
from cases.permissions import Staff
from cases.selectors import walled_off
from cases.triage import cursor
from cases.triage.reading import Text
from cases.workflow import Status

PAGE = 25
ORDER = (F("due_at").asc(nulls_last=True), F("pk").asc())      # without a running clock: at the end
NOBODY, MINE = "nobody", "me"

Filters = Mapping[str, Any]     # cleaned values of forms.QueueFilter


@dataclass(frozen=True)
class Tab:
    """A filter with a name. `params` is its query string; more typed filters make it another list."""
    name: Promise
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
    name: Promise
    address: str
    count: int
    here: bool


@dataclass(frozen=True)
class Row:
    case: Case
    summary: Text
    why: Promise | str          # the rule of its priority


@dataclass(frozen=True)
class Page:
    cases: list[Case]
    next: str                   # cursor of the next page, "" on the last


def matching(filters: Filters, member: Staff, now: datetime) -> Q:
    """Filters as one condition. Closed cases show only when asked for, or while a message of their reporter is unread."""
    rule = Q() if filters.get("status") or filters.get("unread") else ~Q(status=Status.CLOSED.value)
    for name in ("status", "harm", "priority", "unit"):
        if filters.get(name):
            rule &= Q(**{name: filters[name]})
    for name in ("child", "unread"):
        if filters.get(name):
            rule &= Q(**{name: True})
    if filters.get("late"):
        rule &= Q(due_at__lt=now)
    if filters.get("assignee"):
        rule &= Q(assignee=None) if filters["assignee"] == NOBODY else Q(assignee=member.pk)
    if filters.get("q"):
        rule &= Q(ref__icontains=filters["q"])
    return rule


def tabs(mine: QuerySet[Case], params: Mapping[str, str], member: Staff) -> list[TabView]:
    """Each tab with its count; one query for all."""
    now = timezone.now()
    counts = mine.aggregate(**{f"tab{number}": Count("pk", filter=matching(tab.params, member, now))
                               for number, tab in enumerate(TABS)})
    return [TabView(tab.name, "?" + urlencode(tab.params), counts[f"tab{number}"], here=tab.params == dict(params))
            for number, tab in enumerate(TABS)]


def page(mine: QuerySet[Case], filters: Filters, member: Staff, *, after: str = "") -> Page:
    """At most PAGE cases behind the cursor `after`: whatever moves meanwhile, none shows twice and none is skipped."""
    found = mine.filter(matching(filters, member, timezone.now()))
    if place := cursor.read(after):
        found = found.filter(behind(*place))
    found = (found.select_related("unit", "assignee", "key").prefetch_related("key__wraps").order_by(*ORDER).defer("answers")
             .annotate(fingerprints=Exists(MediaHash.objects.filter(case=OuterRef("pk"))),
                       listed=Exists(ForeignMatch.objects.filter(hash__case=OuterRef("pk"), foreign__deleted_at=None)),
                       linked=Exists(links_seen(member))))
    cases = list(found[:PAGE + 1])
    return Page(cases[:PAGE], cursor.write(cases[PAGE - 1].due_at, cases[PAGE - 1].pk) if len(cases) > PAGE else "")


def links_seen(member: Staff) -> QuerySet[Link]:
    """Links of the outer case, but none with a case that does not exist for the member."""
    hidden = walled_off(member).values("case")
    return Link.objects.filter(Q(a=OuterRef("pk")) | Q(b=OuterRef("pk"))).exclude(a__in=hidden).exclude(b__in=hidden)


def behind(due: datetime | None, pk: UUID) -> Q:
    if due is None:
        return Q(due_at=None, pk__gt=pk)
    return Q(due_at__gt=due) | Q(due_at=due, pk__gt=pk) | Q(due_at=None)


def is_late(case: Case, now: datetime) -> bool:
    return case.due_at is not None and case.due_at < now


def percent(case: Case, now: datetime) -> int:
    """How much of the running clock is used up."""
    if case.due_at is None:
        return 0
    return min(100, round(100 * share_used(case.clock_started_at, case.due_at, now)))
