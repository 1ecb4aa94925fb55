"""How much each member has, and what is late: numbers, each with the filter that shows the same cases."""
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from urllib.parse import urlencode
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db.models import Count, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.models import LEVEL_NAMES, ClockEvent
from cases.permissions import Permission, Staff, may
from cases.priority import Level
from cases.selectors import cases_for
from cases.triage.filters import NOBODY
from cases.units.models import Unit
from cases.units.selectors import members_of, members_on_duty, units_of
from cases.workflow import Status

LATELY = timedelta(days=30)
NAMES = {"open": _("Open"), "late": _("Late"), "breached": _("Breached"), "waiting": _("Waiting")}
WHAT = tuple(NAMES)
# What each number is as a filter of the queue; breaches have none of their own: a case that is breached is late.
FILTERS = {"open": {}, "late": {"late": "on"}, "breached": {"late": "on"}, "waiting": {"waiting": "others"}}


@dataclass(frozen=True)
class Cell:
    name: Promise | str
    number: int
    address: str                # "" for none


@dataclass(frozen=True)
class Line:
    """Of one member, or of one priority."""
    name: object
    cells: list[Cell]
    lately: int = 0             # breaches in thirty days
    on_duty: bool = False


@dataclass(frozen=True)
class Load:
    unit: Unit
    members: list[Line]
    nobody: Line
    levels: list[Line]
    total: list[tuple[Promise | str, int]] = field(default_factory=list)


def loads(member: Staff, now: datetime) -> list[Load]:
    """Of each unit of a supervisor. A constant number of queries and two for each unit, however many cases there are."""
    open_cases = cases_for(member).exclude(status=Status.CLOSED.value).filter(merged_into=None, folded_into=None)
    counted = open_cases.order_by().values_list("unit", "assignee", "priority").annotate(
        open=Count("pk"), late=Count("pk", Q(due_at__lt=now)), breached=Count("pk", Q(breached_at__isnull=False)),
        waiting=Count("pk", Q(status__in=[Status.WAITING_REPORTER.value, Status.WAITING_OUTSIDE.value])))
    rows = [(unit, assignee, level, Counter(dict(zip(WHAT, numbers, strict=True))))
            for unit, assignee, level, *numbers in counted]
    breaches = ClockEvent.objects.filter(case__in=cases_for(member), what=ClockEvent.What.BREACHED.value, due_at__gt=now - LATELY)
    lately = {(unit, level): n for unit, level, n in
              breaches.order_by().values_list("unit", "level").annotate(n=Count("pk"))}
    units = units_of(member).filter(practice=False)         # type: ignore[arg-type]   # a member
    return [load(unit, [row[1:] for row in rows if row[0] == unit.pk], lately) for unit in units]


def load(unit: Unit, rows: list[tuple[UUID | None, int, Counter[str]]], lately: dict[tuple[UUID, int], int]) -> Load:
    by_member: dict[UUID | None, Counter[str]] = {}
    by_level: dict[int, Counter[str]] = {}
    for assignee, level, numbers in rows:
        by_member[assignee] = by_member.get(assignee, Counter()) + numbers
        by_level[level] = by_level.get(level, Counter()) + numbers
    people = {person.pk: person for person in members_of(unit) if may(person, Permission.READ_CASES)}
    left = set(by_member) - set(people) - {None}        # who is no more of the unit and still has cases
    people |= get_user_model().objects.in_bulk(list(left)) if left else {}
    duty = set(members_on_duty(unit).values_list("pk", flat=True))
    return Load(
        unit, [line(person, by_member.get(pk), {"unit": unit.pk, "assignee": pk}, on_duty=pk in duty)
               for pk, person in people.items()],
        line("", by_member.get(None), {"unit": unit.pk, "assignee": NOBODY}),
        [line(LEVEL_NAMES[level], by_level.get(level.value), {"unit": unit.pk, "priority": level.value},
              lately=lately.get((unit.pk, level.value), 0)) for level in Level],
        [(NAMES[what], sum(numbers[what] for numbers in by_level.values())) for what in WHAT])


def line(name: object | Promise, numbers: Counter[str] | None, params: dict[str, object], *, lately: int = 0,
         on_duty: bool = False) -> Line:
    found = numbers or Counter()
    cells = [Cell(NAMES[what], found[what], "?" + urlencode(params | FILTERS[what]) if found[what] else "") for what in WHAT]
    return Line(name, cells, lately, on_duty)
