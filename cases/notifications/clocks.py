"""Clocks that are about to run out, or have: noticed every minute, written down, and told up the line.

`sound` finds them by an index and holds their rows only while it writes; whom to tell is worked out after that, by another job.
After a standstill each clock is noticed once, by the worst that has happened to it, and each person reads one message.
"""
from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import datetime
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import transaction

from cases import deadlines
from cases.models import UNIT_ONLY, Case, ClockEvent
from cases.notifications import webhooks
from cases.notifications.models import Occasion
from cases.notifications.services import Member, responsible, tell_counted
from cases.outbox.services import enqueue
from cases.permissions import Role
from cases.priority import Level
from cases.selectors import on_this_side
from cases.units.selectors import supervisors

AT_ONCE = 200                   # rows locked together, for a sixth of a second
RECOUNTED = 500
UP_THE_LINE = 2                 # from this reminder on the administrators hear that a unit does not manage
What = ClockEvent.What


def sound(now: datetime) -> int:
    """Every clock whose moment has come. Returns how many."""
    total = 0
    while some := sound_some(now):
        total += some
    return total


@transaction.atomic
def sound_some(now: datetime) -> int:
    """The next few, but none that somebody is changing: those come a minute later."""
    due = Case.objects.filter(alarm_at__lte=now).select_for_update(of=("self",), no_key=True, skip_locked=True)
    cases = list(due.order_by("alarm_at").select_related("unit").defer(*UNIT_ONLY)[:AT_ONCE])
    events = [event for case in cases if (event := notice(case, now))]
    ClockEvent.objects.bulk_create(events)
    Case.objects.bulk_update(cases, ["alarm_at", "warned_at", "breached_at", "reminders"], batch_size=100)
    if events:
        enqueue("notifications.alarms", events=[str(event.pk) for event in events])
    return len(cases)


def notice(case: Case, now: datetime) -> ClockEvent | None:
    """Moves the alarm of the case in hand on, and says what there is to tell. In practice clocks run and ring nobody."""
    if case.due_at is None or case.unit.practice:
        case.alarm_at = None
        return None
    if case.due_at > now:
        what, case.warned_at, case.alarm_at = What.WARNED, now, case.due_at
    else:
        what = What.REMINDED if case.breached_at else What.BREACHED
        case.reminders += 1 if case.breached_at else 0
        case.warned_at, case.breached_at = case.warned_at or now, case.breached_at or case.due_at
        last = case.reminders >= deadlines.REMIND_AT_MOST
        case.alarm_at = None if last else deadlines.remind_at(Level(case.priority), now)
    return ClockEvent(case=case, unit_id=case.unit_id, what=what.value, level=case.priority, number=case.reminders,
                      due_at=case.due_at, at=now)


def tell(events: Iterable[UUID]) -> None:
    """One message to each person for each occasion, with the number of cases."""
    told: Counter[tuple[Occasion, Member]] = Counter()
    rung: set[tuple[Occasion, Case]] = set()
    for event in ClockEvent.objects.filter(pk__in=list(events)).select_related("case__unit").defer(
            *(f"case__{name}" for name in UNIT_ONLY)):
        people = set(line(event))
        told.update(people)
        rung |= {(occasion, event.case) for occasion, _member in people}
    webhooks.ring(rung)
    for (occasion, member), count in told.items():
        tell_counted(occasion=occasion, member=member, count=count)


def line(event: ClockEvent) -> Iterator[tuple[Occasion, Member]]:
    """Who hears of it: who has the case, from the breach on the supervisors too, and in the end who can give the unit people."""
    occasion = {What.WARNED: Occasion.CLOCK, What.BREACHED: Occasion.OVERDUE, What.REMINDED: Occasion.STILL}[What(event.what)]
    who, members = responsible(event.case, occasion)
    yield from ((who, member) for member in members)
    if occasion != Occasion.CLOCK:
        yield from ((occasion, member) for member in on_this_side(event.case, supervisors(event.case.unit)))
    if event.number >= UP_THE_LINE:
        administrators = get_user_model().objects.filter(role=Role.ADMINISTRATOR.value, is_active=True).defer("password")
        yield from ((Occasion.LEFT, member) for member in administrators)


def recount(calendar: int) -> int:
    """The calendar was changed: what runs by its working hours is due at another moment. Returns how many clocks moved."""
    moved, after = 0, UUID(int=0)
    while cases := recount_some(calendar, after):
        moved, after = moved + sum(cases.values()), max(cases)
    return moved


@transaction.atomic
def recount_some(calendar: int, after: UUID) -> dict[UUID, bool]:
    """The next few cases by id, and which of them moved."""
    running = Case.objects.filter(unit__calendar=calendar, status__in=[status.value for status in deadlines.OURS],
                                  clock_seconds__isnull=False, due_at__isnull=False, breached_at=None, pk__gt=after)
    cases = list(running.select_for_update(of=("self",), no_key=True).select_related("unit__calendar").defer(*UNIT_ONLY)
                 .order_by("pk")[:RECOUNTED])
    found = {case.pk: deadlines.recount(case) for case in cases}
    Case.objects.bulk_update([case for case in cases if found[case.pk]], ["due_at", "alarm_at"], batch_size=100)
    return found
