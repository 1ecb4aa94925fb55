"""How the clock of a case runs. Each function changes the case in hand and saves nothing: COLUMNS are what its caller saves.

A clock allows what its unit gives the priority. It warns when three quarters of that have run and is breached when all have. It
stands still while the reporter owes the next word, and then goes on with what was left; every other step starts it anew.
"""
from datetime import datetime, timedelta

from django.utils import timezone

from cases.clock.services import due_at, time_of
from cases.clock.working import Wall, WorkingHours
from cases.models import Case
from cases.priority import CLOCKS, Clock, Level
from cases.units.models import Unit
from cases.workflow import Status

COLUMNS = ("due_at", "clock_started_at", "clock_seconds", "alarm_at", "warned_at", "breached_at", "reminders")
WARN_AT = 0.75                                      # share of a clock
OURS = frozenset({Status.NEW, Status.IN_REVIEW})    # we owe the next step
FIRST_CHECK = timedelta(hours=48)                   # the TAKE IT DOWN Act's limit, 47 USC 223a, as our first re-check
REMIND_AFTER = {Level.P1: timedelta(hours=1), Level.P2: timedelta(hours=4)}
REMIND_DAILY = timedelta(days=1)
REMIND_AT_MOST = 5                                  # then the case waits in the list of late ones
FOLD = timedelta(minutes=15)                        # reminders come at full quarters, so that several are one message


def limit_of(unit: Unit, level: Level) -> Clock:
    """What a clock of this priority allows that starts now. Columns by name: the public's role starts clocks too."""
    rows = unit.limits.filter(level=level.value, since__lte=timezone.now())
    row = rows.values_list("hours", "working").first()
    return Clock(*row) if row else CLOCKS[level]


def promise(unit: Unit, level: Level) -> datetime:
    """By when somebody of the unit looks at what comes now."""
    return due_at(unit.calendar, timezone.now(), limit_of(unit, level))


def start(case: Case, now: datetime) -> None:
    """A full clock."""
    limit = limit_of(case.unit, Level(case.priority))
    _forget(case)
    _run(case, limit, timedelta(hours=limit.hours), now)


def stop(case: Case) -> None:
    """For good: the case is closed."""
    _forget(case)
    case.due_at = case.alarm_at = case.clock_seconds = None


def pause(case: Case, now: datetime) -> None:
    """Until the reporter answers. What has been told of the clock stays told."""
    limit = limit_of(case.unit, Level(case.priority))
    left = time_of(case.unit.calendar, limit).between(now, case.due_at) if case.due_at else timedelta(hours=limit.hours)
    case.clock_seconds, case.due_at, case.alarm_at = int(left.total_seconds()), None, None


def resume(case: Case, now: datetime) -> None:
    """With what was left. A clock that never said what was left starts anew."""
    if case.clock_seconds is None:
        start(case, now)
    else:
        _run(case, limit_of(case.unit, Level(case.priority)), timedelta(seconds=case.clock_seconds), now)


def check(case: Case, at: datetime, now: datetime) -> None:
    """We promised to look again at a moment; nobody's hours are counted."""
    _forget(case)
    case.clock_started_at, case.clock_seconds, case.due_at = now, None, at
    case.alarm_at = now + max(timedelta(), at - now) * WARN_AT


def step(case: Case, to: Status, now: datetime, next_check: datetime | None) -> None:
    """What moving to `to` does to the clock; `case.status` is still what it was."""
    if to == Status.CLOSED or case.merged_into_id:          # for a merged case that of its leading one runs
        stop(case)
    elif to == Status.WAITING_REPORTER:
        pause(case, now)
    elif to == Status.WAITING_OUTSIDE:
        check(case, next_check or now + FIRST_CHECK, now)
    elif case.status == Status.WAITING_REPORTER:
        resume(case, now)
    else:
        start(case, now)


def relevel(case: Case, level: Level, now: datetime) -> None:
    """Another priority. More urgent: due sooner, counted from now, never later than before. Less: as if so from the start."""
    up, limit = level < case.priority, limit_of(case.unit, level)
    full = timedelta(hours=limit.hours)
    if case.status in OURS and case.due_at:
        time = time_of(case.unit.calendar, limit)
        due = time.add(now if up else case.clock_started_at, full)
        due = min(case.due_at, due) if up else max(case.due_at, due)
        begun = case.clock_started_at
        if due > now:
            _forget(case)
        _run(case, limit, time.between(now, due), now)
        case.clock_started_at, case.clock_seconds, case.due_at = begun, int(time.between(begun, due).total_seconds()), due
    elif case.status == Status.WAITING_REPORTER and case.clock_seconds is not None:
        case.clock_seconds = (min if up else max)(case.clock_seconds, int(full.total_seconds()))


def recount(case: Case) -> bool:
    """The calendar was changed: a running clock of working hours, not yet breached, may be due at another moment. True: it is."""
    limit = limit_of(case.unit, Level(case.priority))
    if not limit.working or case.breached_at or case.clock_seconds is None or case.due_at is None:
        return False
    time, was = time_of(case.unit.calendar, limit), case.due_at
    case.due_at = time.add(case.clock_started_at, timedelta(seconds=case.clock_seconds))
    case.alarm_at = case.due_at if case.warned_at else _warning(time, case.clock_started_at, case.clock_seconds, limit)
    return case.due_at != was


def remind_at(level: Level, now: datetime) -> datetime:
    """When a breach is told again, at a full quarter of an hour."""
    at = now + REMIND_AFTER.get(level, REMIND_DAILY)
    into = timedelta(minutes=at.minute % 15, seconds=at.second, microseconds=at.microsecond)
    return at - into + (FOLD if into else timedelta())


def _forget(case: Case) -> None:
    """What has been told belonged to the clock before."""
    case.warned_at = case.breached_at = None
    case.reminders = 0


def _run(case: Case, limit: Clock, left: timedelta, now: datetime) -> None:
    time = time_of(case.unit.calendar, limit)
    case.clock_started_at, case.clock_seconds = now, int(left.total_seconds())
    case.due_at = time.add(now, left) if left else now
    if case.breached_at:
        case.alarm_at = remind_at(Level(case.priority), now)
    elif case.warned_at:
        case.alarm_at = case.due_at
    else:
        case.alarm_at = _warning(time, now, case.clock_seconds, limit)


def _warning(time: WorkingHours | Wall, begun: datetime, seconds: int, limit: Clock) -> datetime:
    last = timedelta(hours=limit.hours) * (1 - WARN_AT)
    return time.add(begun, max(timedelta(), timedelta(seconds=seconds) - last))
