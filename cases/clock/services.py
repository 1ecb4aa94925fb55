"""Deadlines. A running deadline is a column of whoever owns it; here it is only computed."""
from datetime import UTC, date, datetime, timedelta
from typing import Protocol

from django.db import transaction

from cases.clock.models import Calendar, Holiday
from cases.clock.working import WorkingHours, working_hours

# Federal offices: Monday to Friday, with the Friday prayer. Assumed until the ministry confirms its own hours.
PAKISTAN_HOURS: dict[str, list[list[str]]] = {
    **{str(day): [["09:00", "17:00"]] for day in range(4)},
    "4": [["09:00", "12:30"], ["14:30", "17:00"]],
}
# Only the fixed dates. The lunar ones are announced each year and entered by the ministry.
NATIONAL_DAYS: dict[tuple[int, int], str] = {
    (3, 23): "Pakistan Day",
    (5, 1): "Labour Day",
    (8, 14): "Independence Day",
    (11, 9): "Iqbal Day",
    (12, 25): "Quaid-e-Azam Day",
}
HOLIDAY_YEARS = (2026, 2027)


class Clock(Protocol):
    """What a deadline allows: `hours`, counted on the wall, or in working time only. `cases.priority.Clock` is one."""
    @property
    def hours(self) -> int: ...
    @property
    def working(self) -> bool: ...


def hours_of(calendar: Calendar) -> WorkingHours:
    """A calendar's data as something that can be counted with; one query. Raises HoursMalformed."""
    return working_hours(calendar.hours, calendar.holidays.values_list("day", flat=True), calendar.timezone)


def due_at(calendar: Calendar, start: datetime, clock: Clock) -> datetime:
    """When `clock` runs out that was started at `start` (aware). The answer is aware, in UTC."""
    span = timedelta(hours=clock.hours)
    if not clock.working:
        return start.astimezone(UTC) + span
    return hours_of(calendar).add(start, span)


def share_used(start: datetime, due: datetime, now: datetime) -> float:
    """How much of a clock has run, by the wall: 0.0 at its start, 1.0 when due, more when overdue."""
    if due <= start:
        return 1.0
    return max(0.0, (now - start) / (due - start))


@transaction.atomic
def default_calendar() -> Calendar:
    """The calendar of Pakistan's federal offices, made at first need; what the ministry changed in it stays."""
    calendar, made = Calendar.objects.get_or_create(name="Pakistan", defaults={"hours": PAKISTAN_HOURS})
    if made:
        Holiday.objects.bulk_create([Holiday(calendar=calendar, day=date(year, month, day), name=name)
                                     for year in HOLIDAY_YEARS for (month, day), name in NATIONAL_DAYS.items()])
    return calendar
