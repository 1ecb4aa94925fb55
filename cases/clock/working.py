"""Working time. Pure: weekly hours, seasons, holidays and a time zone in; instants out."""
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

SEARCH_DAYS = 3660                      # ten years: a calendar closed for longer never opens


class HoursMalformed(ValueError):
    """The table of hours has a window that ends before it begins, overlaps another, or is no time of day."""


class NeverOpens(ValueError):
    """There is no working time to count."""


Week = Mapping[int, tuple[tuple[time, time], ...]]      # weekday (0 = Monday) → windows of local time, in order
Table = Mapping[str, Sequence[Sequence[str]]]           # the same as data: {"0": [["09:00", "12:30"], ["14:30", "17:00"]], …}


class Wall:
    """Time as it passes, for clocks that run through nights and holidays. Asked like WorkingHours."""

    def add(self, start: datetime, span: timedelta) -> datetime:
        return start.astimezone(UTC) + span

    def between(self, start: datetime, end: datetime) -> timedelta:
        return max(timedelta(), end - start)


@dataclass(frozen=True)
class Season:
    """Days, both ends included, that have hours of their own: Ramzan."""
    first: date
    last: date
    week: Week


@dataclass(frozen=True)
class WorkingHours:
    """A window never spans midnight. A holiday is stronger than a season, a season than the ordinary week."""
    week: Week
    holidays: frozenset[date]
    zone: ZoneInfo
    seasons: tuple[Season, ...] = ()

    def windows(self, day: date) -> list[tuple[datetime, datetime]]:
        """The open windows of one local day, in UTC."""
        if day in self.holidays:
            return []
        week = next((season.week for season in self.seasons if season.first <= day <= season.last), self.week)
        return [(self._instant(day, opens), self._instant(day, closes)) for opens, closes in week.get(day.weekday(), ())]

    def is_open(self, moment: datetime) -> bool:
        """Closing time itself still counts: work that ends then ends in time."""
        return any(opens <= moment <= closes for opens, closes in self.windows(moment.astimezone(self.zone).date()))

    def add(self, start: datetime, span: timedelta) -> datetime:
        """The instant at which `span` of working time has passed since `start`, in UTC. A start in closed time waits."""
        left = span
        for opens, closes in self._from(start):
            if closes - opens >= left:
                return opens + left
            left -= closes - opens
        raise NeverOpens

    def between(self, start: datetime, end: datetime) -> timedelta:
        """How much working time lies between two instants; none if the second is not later."""
        total = timedelta()
        for opens, closes in self._from(start):
            if opens >= end:
                break
            total += min(closes, end) - opens
        return total

    def _from(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Windows from `start` on, the first cut to it."""
        first = start.astimezone(self.zone).date()
        for n in range(SEARCH_DAYS):
            for opens, closes in self.windows(first + timedelta(days=n)):
                if closes > start:
                    yield max(opens, start.astimezone(UTC)), closes

    def _instant(self, day: date, clock_time: time) -> datetime:
        return datetime.combine(day, clock_time, self.zone).astimezone(UTC)


def working_hours(table: Table, holidays: Iterable[date], timezone: str,
                  seasons: Iterable[tuple[date, date, Table]] = ()) -> WorkingHours:
    """From data; `seasons`: first day, last day, hours. Raises HoursMalformed."""
    return WorkingHours(week=week(table), holidays=frozenset(holidays), zone=ZoneInfo(timezone),
                        seasons=tuple(Season(first, last, week(hours)) for first, last, hours in seasons))


def week(table: Table) -> Week:
    """Raises HoursMalformed."""
    return {_weekday(day): _windows(windows) for day, windows in table.items()}


def _weekday(day: str) -> int:
    if day not in set("0123456"):
        raise HoursMalformed(f"{day!r} is no weekday")
    return int(day)


def _windows(windows: Sequence[Sequence[str]]) -> tuple[tuple[time, time], ...]:
    try:
        parsed = tuple((time.fromisoformat(opens), time.fromisoformat(closes)) for opens, closes in windows)
    except ValueError as error:
        raise HoursMalformed("hours are pairs of HH:MM") from error
    moments = [moment for window in parsed for moment in window]
    if any(a >= b for a, b in pairwise(moments)):
        raise HoursMalformed("windows begin before they end, in order, without overlap")
    return parsed
