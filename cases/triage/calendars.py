"""What staff change about calendars and deadlines. After a change of a calendar the worker counts the running clocks anew."""
from collections.abc import Iterable
from dataclasses import dataclass

from django.db import transaction
from django.db.models import QuerySet

from cases.audit.services import actor, record
from cases.clock import services as clock
from cases.clock.models import Calendar, Holiday, Period
from cases.deadlines import limit_of
from cases.outbox.services import enqueue
from cases.permissions import Permission, Staff, may
from cases.priority import Clock, Level
from cases.triage.calendar_forms import HolidayForm, HoursForm, PeriodForm
from cases.units.models import TimeLimit, Unit
from cases.units.services import set_limit

SHARED = 2                      # units


class NotShared(Exception):
    """No other unit uses the calendar: it is the unit's own already."""


@dataclass(frozen=True)
class Limits:
    """What the clocks of one unit allow today, and since when that was set."""
    unit: Unit
    levels: list[tuple[Level, Clock]]
    past: list[TimeLimit]


def units_set_by(member: Staff) -> QuerySet[Unit]:
    """Whose settings this member changes: an administrator of every unit, a supervisor of their own, and nobody else's."""
    if may(member, Permission.MANAGE_PEOPLE):
        return Unit.objects.all()
    return Unit.objects.filter(memberships__member_id=member.pk) if may(member, Permission.SUPERVISE) else Unit.objects.none()


def calendars_set_by(member: Staff) -> QuerySet[Calendar]:
    return Calendar.objects.filter(unit__in=units_set_by(member)).distinct().order_by("pk")


@transaction.atomic
def change(*, calendar: Calendar, form: HoursForm | HolidayForm | PeriodForm, by: Staff) -> None:
    """What a valid form says. Raises clock.Overlaps."""
    data = form.cleaned_data
    if isinstance(form, HoursForm):
        clock.set_hours(calendar=calendar, hours=form.hours)
        changed(calendar.pk, by, what="hours")
        return
    days = {"first": data["first"], "last": data["last"]}
    if isinstance(form, PeriodForm):
        clock.add_period(calendar=calendar, names=form.names, hours=form.hours, **days)
        changed(calendar.pk, by, what="period", **days)
    else:
        count = clock.add_holidays(calendar=calendar, names=form.names, **days)
        changed(calendar.pk, by, what="holidays", count=count, **days)


@transaction.atomic
def drop(*, row: Holiday | Period, by: Staff) -> None:
    if isinstance(row, Holiday):
        changed(row.calendar_id, by, what="no_holiday", first=row.day)
    else:
        changed(row.calendar_id, by, what="no_period", first=row.first, last=row.last)
    row.delete()


@transaction.atomic
def add_year(*, calendar: Calendar, year: int, by: Staff) -> None:
    changed(calendar.pk, by, what="national_days", year=year, count=clock.add_national_days(calendar=calendar, year=year))


@transaction.atomic
def own_calendar(*, unit: Unit, by: Staff) -> Calendar:
    """A copy of its calendar for this unit alone; nothing is due at another moment until it is changed. Raises NotShared."""
    was = Calendar.objects.select_for_update().get(pk=unit.calendar_id)
    if was.unit_set.count() < SHARED:
        raise NotShared(unit.code)
    own = Calendar.objects.create(name=unit.name_en or unit.code, timezone=was.timezone, hours=was.hours)
    for row in (*was.holidays.all(), *was.periods.all()):
        row.pk, row.calendar = None, own
        row.save(force_insert=True)
    Unit.objects.filter(pk=unit.pk).update(calendar=own)
    record("calendar_changed", subject=unit.pk, actor=actor(by), what="own", calendar=own.pk)
    return own


def changed(calendar: int, by: Staff, **details: object) -> None:
    record("calendar_changed", subject="calendar", actor=actor(by), calendar=calendar, **details)
    enqueue("notifications.recount", calendar=calendar)


def limits(units: Iterable[Unit]) -> list[Limits]:
    return [Limits(unit, [(level, limit_of(unit, level)) for level in Level], list(unit.limits.all()[:8])) for unit in units]


@transaction.atomic
def set_limits(*, unit: Unit, wanted: dict[Level, Clock], by: Staff) -> int:
    """Those that differ from what counts today. Returns how many."""
    new = {level: limit for level, limit in wanted.items() if limit != limit_of(unit, level)}
    for level, limit in new.items():
        set_limit(unit=unit, level=level.value, hours=limit.hours, working=limit.working, by=by)    # type: ignore[arg-type]
    return len(new)
