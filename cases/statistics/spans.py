"""Which months a page of figures is about. Whole months, because a span of days could be subtracted from a longer one."""
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

OFFERED = 60            # months back
PRESETS: tuple[tuple[str, Promise], ...] = (
    ("this", _("This month")), ("last", _("Last month")), ("3", _("Last 3 months")), ("12", _("Last 12 months")),
    ("year", _("This year")), ("last_year", _("Last year")),
)


class NoSuchSpan(Exception):
    """A month that is not shown, or none at all."""


@dataclass(frozen=True)
class Span:
    first: date
    last: date          # the first day of its last month

    @property
    def months(self) -> list[date]:
        found = [self.first]
        while found[-1] < self.last:
            found.append((found[-1] + timedelta(days=32)).replace(day=1))
        return found

    @property
    def query(self) -> str:
        return f"from={self.first:%Y-%m}&to={self.last:%Y-%m}"


def back(month: date, by: int) -> date:
    years, index = divmod(month.year * 12 + month.month - 1 - by, 12)
    return date(years, index + 1, 1)


def monday_of(day: date) -> date:
    return day - timedelta(days=day.weekday())


def offered(*, running: bool, today: date | None = None) -> list[date]:
    """The months that may be asked for, the newest first; with the `running` one or only those that are over."""
    this = (today or timezone.localdate()).replace(day=1)
    return [back(this, by) for by in range(0 if running else 1, OFFERED + 1)]


def presets(*, running: bool, today: date | None = None) -> dict[str, Span]:
    this = (today or timezone.localdate()).replace(day=1)
    newest, january = (this if running else back(this, 1)), this.replace(month=1)
    found = {"this": Span(this, this)} if running else {}
    found["last"] = Span(back(this, 1), back(this, 1))
    found |= {str(long): Span(back(newest, long - 1), newest) for long in (3, 12)}
    if newest >= january:
        found["year"] = Span(january, newest)
    return found | {"last_year": Span(january.replace(year=january.year - 1), back(january, 1))}


def read(asked: Mapping[str, str], *, running: bool) -> Span:
    """`from` and `to` as "2026-03", whichever way round; one alone is that month. Raises NoSuchSpan."""
    known = {f"{month:%Y-%m}": month for month in offered(running=running)}
    ends = [value for value in (asked.get("from", ""), asked.get("to", "")) if value]
    if not set(ends) <= known.keys():
        raise NoSuchSpan
    if not ends:
        return presets(running=running)["3" if running else "12"]
    return Span(min(known[end] for end in ends), max(known[end] for end in ends))
