"""Working time. Pure: weekly hours, holidays and a time zone in; instants out."""
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


@dataclass(frozen=True)
class WorkingHours:
    """`week`: weekday (0 = Monday) → windows of local time, in order. A window never spans midnight."""
    week: Mapping[int, tuple[tuple[time, time], ...]]
    holidays: frozenset[date]
    zone: ZoneInfo

    def windows(self, day: date) -> list[tuple[datetime, datetime]]:
        """The open windows of one local day, in UTC."""
        if day in self.holidays:
            return []
        return [(self._instant(day, opens), self._instant(day, closes)) for opens, closes in self.week.get(day.weekday(), ())]

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

    def _from(self, start: datetime) -> Iterator[tuple[datetime, datetime]]:
        """Windows from `start` on, the first cut to it."""
        first = start.astimezone(self.zone).date()
        for n in range(SEARCH_DAYS):
            for opens, closes in self.windows(first + timedelta(days=n)):
                if closes > start:
                    yield max(opens, start.astimezone(UTC)), closes

    def _instant(self, day: date, clock_time: time) -> datetime:
        return datetime.combine(day, clock_time, self.zone).astimezone(UTC)


def working_hours(table: Mapping[str, Sequence[Sequence[str]]], holidays: Iterable[date], timezone: str) -> WorkingHours:
    """From data: {"0": [["09:00", "12:30"], ["14:30", "17:00"]], …}. Raises HoursMalformed."""
    return WorkingHours(week={_weekday(day): _windows(windows) for day, windows in table.items()},
                        holidays=frozenset(holidays), zone=ZoneInfo(timezone))


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
