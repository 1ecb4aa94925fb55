"""Deadlines. A running deadline is a column of whoever owns it; here it is only computed. And the calendars they are counted by.

Who changes a calendar writes it into the log, and asks that the running clocks be counted anew ("notifications.recount").
"""
from collections.abc import Mapping
from datetime import date, datetime, timedelta
from typing import Any, Protocol

from django.db import transaction
from django.utils import timezone

from cases.clock.models import Calendar, Holiday, Period
from cases.clock.working import Wall, WorkingHours, week, working_hours

# Federal offices: Monday to Friday, with the Friday prayer. Assumed until the ministry confirms its own hours.
PAKISTAN_HOURS: dict[str, list[list[str]]] = {
    **{str(day): [["09:00", "17:00"]] for day in range(4)},
    "4": [["09:00", "12:30"], ["14:30", "17:00"]],
}
Names = tuple[str, str]             # English, Urdu
# Only the fixed dates. The lunar ones are announced each year and entered by the ministry.
NATIONAL_DAYS: dict[tuple[int, int], Names] = {
    (2, 5): ("Kashmir Day", "یومِ کشمیر"),
    (3, 23): ("Pakistan Day", "یومِ پاکستان"),
    (5, 1): ("Labour Day", "یومِ مزدور"),
    (8, 14): ("Independence Day", "یومِ آزادی"),
    (11, 9): ("Iqbal Day", "یومِ اقبال"),
    (12, 25): ("Quaid-e-Azam Day", "یومِ قائدِ اعظم"),
}
ANNOUNCED: dict[str, Names] = {     # by the moon
    "eid_ul_fitr": ("Eid-ul-Fitr", "عید الفطر"),
    "eid_ul_azha": ("Eid-ul-Azha", "عید الاضحیٰ"),
    "ashura": ("Ashura", "عاشورہ"),
    "milad": ("Eid Milad-un-Nabi", "عید میلاد النبی"),
}
HOLIDAY_YEARS = (2026, 2027)


class Clock(Protocol):
    """What a deadline allows: `hours`, counted on the wall, or in working time only. `cases.priority.Clock` is one."""
    @property
    def hours(self) -> int: ...
    @property
    def working(self) -> bool: ...


class Overlaps(ValueError):
    """Two periods of one calendar would claim the same day."""


def hours_of(calendar: Calendar) -> WorkingHours:
    """A calendar's data as something that can be counted with; two queries. Raises HoursMalformed."""
    periods = calendar.periods.values_list("first", "last", "hours")
    return working_hours(calendar.hours, calendar.holidays.values_list("day", flat=True), calendar.timezone, periods)


def time_of(calendar: Calendar, clock: Clock) -> WorkingHours | Wall:
    """How `clock` passes there. A clock of the wall asks the database nothing."""
    return hours_of(calendar) if clock.working else Wall()


def due_at(calendar: Calendar, start: datetime, clock: Clock) -> datetime:
    """When `clock` runs out that was started at `start` (aware). The answer is aware, in UTC."""
    return time_of(calendar, clock).add(start, timedelta(hours=clock.hours))


def share_used(start: datetime, due: datetime, now: datetime) -> float:
    """How much of a clock has run, by the wall: 0.0 at its start, 1.0 when due, more when overdue."""
    if due <= start:
        return 1.0
    return max(0.0, (now - start) / (due - start))


# --- the calendars ----------------------------------------------------------------------------------------------------
@transaction.atomic
def default_calendar() -> Calendar:
    """The calendar of Pakistan's federal offices, made at first need; what the ministry changed in it stays."""
    calendar, made = Calendar.objects.get_or_create(name="Pakistan", defaults={"hours": PAKISTAN_HOURS})
    if made:
        for year in HOLIDAY_YEARS:
            add_national_days(calendar=calendar, year=year)
    return calendar


@transaction.atomic
def add_national_days(*, calendar: Calendar, year: int) -> int:
    """The fixed holidays of a year that are not there yet. Returns how many were added."""
    there = set(calendar.holidays.values_list("day", flat=True))
    days = {date(year, month, day): names for (month, day), names in NATIONAL_DAYS.items()}
    new = [_holiday(calendar, day, names) for day, names in days.items() if day not in there]
    Holiday.objects.bulk_create(new)
    return len(new)


def _holiday(calendar: Calendar, day: date, names: Names) -> Holiday:
    return Holiday(calendar=calendar, day=day, name_en=names[0], name_ur=names[1])


@transaction.atomic
def set_hours(*, calendar: Calendar, hours: Mapping[str, Any]) -> None:
    """The ordinary week. Raises HoursMalformed."""
    week(hours)
    calendar.hours = dict(hours)
    calendar.save(update_fields=["hours"])


@transaction.atomic
def add_holidays(*, calendar: Calendar, first: date, last: date, names: Names) -> int:
    """Every day from `first` to `last` is off; those that were so before keep their name. Returns how many were added."""
    there = set(calendar.holidays.filter(day__range=(first, last)).values_list("day", flat=True))
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    new = [_holiday(calendar, day, names) for day in days if day not in there]
    Holiday.objects.bulk_create(new)
    return len(new)


@transaction.atomic
def add_period(*, calendar: Calendar, first: date, last: date, names: Names, hours: Mapping[str, Any]) -> Period:
    """Raises HoursMalformed, and Overlaps with another period."""
    week(hours)
    Calendar.objects.select_for_update().get(pk=calendar.pk)            # two at once would not see each other
    if calendar.periods.filter(first__lte=last, last__gte=first).exists():
        raise Overlaps(f"{first} {last}")
    return Period.objects.create(calendar=calendar, first=first, last=last, name_en=names[0], name_ur=names[1], hours=dict(hours))


def years_without(calendar: Calendar) -> list[int]:
    """Of this year and the next those whose fixed holidays nobody has entered."""
    today = timezone.localdate()
    return [year for year in (today.year, today.year + 1)
            if calendar.holidays.filter(day__in=[date(year, month, day) for month, day in NATIONAL_DAYS]).count() == 0]
