"""The tables of the page of figures, from the tally alone. No case is read, and no number below five can be worked out.

Who may open the cases of a unit sees that unit's figures for any months together: hiding small numbers keeps what they pass on
harmless. Who reads the figures of the whole house reads no case, and could subtract one span of months from another; so each of
its months is hidden by itself and a longer span only adds up what its months show ("at least"). They see no unit alone.
"""
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from django.db.models import Max, Sum

from cases.models import LEVEL_NAMES
from cases.referral.selectors import demands_by_month
from cases.statistics import calls
from cases.statistics.counting import NONE, OPEN, Cell, Dimension, month_after
from cases.statistics.hiding import FOR_ALL, FOR_STAFF, hidden, hidden_in, is_small
from cases.statistics.lengths import quantile
from cases.statistics.models import Counted, Tally
from cases.statistics.naming import ANSWER_OF, ANSWERED, FIXED, Names, bases, platforms, units
from cases.statistics.scoring import HEADS, scores
from cases.statistics.spans import monday_of

# Every report has exactly one value of each: their sums are the number of reports, which is shown.
OF_EVERY_REPORT = (Dimension.UNIT, Dimension.HARM, Dimension.AGE, Dimension.WRITTEN, Dimension.SOURCE, Dimension.OUTCOME,
                   Dimension.ANSWER, Dimension.OPINION)
OF_REPORTS = {*OF_EVERY_REPORT, Dimension.PLATFORM}
Period = Mapping[Cell, int]


@dataclass(frozen=True)
class Number:
    """`n` None: hidden. `least`: of some months it is hidden."""
    n: int | None
    least: bool = False


@dataclass(frozen=True)
class Line:
    value: str
    name: str
    cells: tuple[Number | str, ...]         # in the order of the table's heads; a str is a code that naming has the words of


@dataclass(frozen=True)
class Table:
    code: str
    lines: list[Line]
    heads: tuple[str, ...] = ()             # codes of what the cells are; none for a table of one number


@dataclass(frozen=True)
class Scope:
    """`units`: whose figures, as one; empty: the whole house, month by month."""
    units: tuple[str, ...] = ()

    @property
    def whole_house(self) -> bool:
        return not self.units


@dataclass(frozen=True)
class Figures:
    """`total` hidden: no table of reports is shown either."""
    total: Number
    months: list[tuple[date, Number]]
    weeks: list[tuple[date, Number]]
    tables: list[Table] = field(default_factory=list)


def counts(scope: Scope, months: Sequence[date]) -> dict[date, Counter[Cell]]:
    """Three queries, however many cases there are."""
    rows = Tally.objects.filter(month__gte=min(months), month__lte=max(months))
    if scope.units:
        rows = rows.filter(unit__in=scope.units)
    found: dict[date, Counter[Cell]] = {month: Counter() for month in months}
    sums = rows.values_list("month", "dimension", "value").annotate(living=Sum("living"), gone=Sum("gone"))
    for month, dimension, value, living, gone in sums:
        found[month][Dimension(dimension), value] = living + gone
    for month, reason, n in calls.by_month(min(months), month_after(max(months))):
        found[month][Dimension.CALL, reason] = n
    for month, who, decision, n in demands_by_month(min(months), month_after(max(months))):
        found[month][Dimension.DEMANDER, who] += n
        found[month][Dimension.DEMAND, decision or OPEN] += n
    return found


def counted_at() -> datetime | None:
    last: datetime | None = Counted.objects.aggregate(last=Max("at"))["last"]
    return last


def figures(scope: Scope, months: Sequence[date]) -> Figures:
    by_month = counts(scope, months)
    periods: list[Counter[Cell]] = list(by_month.values()) if scope.whole_house else [sum(by_month.values(), Counter())]
    names = {**FIXED, Dimension.PLATFORM: platforms(), Dimension.UNIT: units(scope.units)}
    return ruled(periods, names, series(by_month, FOR_STAFF, apart=scope.whole_house), weeks(months, periods), FOR_STAFF)


def to_publish(months: Sequence[date]) -> Figures:
    """Of the house, the months as one. Nothing can be subtracted from what is published: publications never overlap."""
    by_month = counts(Scope(), months)
    names = {**FIXED, Dimension.PLATFORM: platforms(), Dimension.UNIT: units()}
    return ruled([sum(by_month.values(), Counter())], names, series(by_month, FOR_ALL, apart=False), [], FOR_ALL)


def ruled(periods: Sequence[Period], names: Mapping[Dimension, Names], months: list[tuple[date, Number]],
          weeks: list[tuple[date, Number]], below: int) -> Figures:
    open_ones = [period for period in periods if not closed(period, names, below)]
    some_closed = len(open_ones) < len(periods)
    n = sum(map(reports_in, open_ones))
    tables = [one_way(dimension, of_one, open_ones if dimension in OF_REPORTS else periods, below,
                      least=some_closed and dimension in OF_REPORTS) for dimension, of_one in names.items() if len(of_one) > 1]
    tables += [notices(names[Dimension.PLATFORM], periods, below), first_actions(periods, below),
               score(names[Dimension.PLATFORM], bases(), periods, below)]
    return Figures(number(n, some_closed), months, weeks, tables)


def reports_in(period: Period) -> int:
    return sum(n for (dimension, _value), n in period.items() if dimension == Dimension.UNIT)


def cells(period: Period, dimension: Dimension, names: Names) -> dict[str, int]:
    return {value: period.get((dimension, value), 0) for value in names}


def closed(period: Period, names: Mapping[Dimension, Names], below: int) -> bool:
    """Nothing of its reports may be shown, not even how many they are."""
    few = is_small(reports_in(period), below)
    return few or any(hidden(cells(period, each, names[each]), below) is None for each in OF_EVERY_REPORT)


def one_way(dimension: Dimension, names: Names, periods: Sequence[Period], below: int, *, least: bool) -> Table:
    shown: Counter[str] = Counter()
    kept_back = dict.fromkeys(names, least)
    for period in periods:
        of_one = cells(period, dimension, names)
        without = every_or(hidden(of_one, below), of_one)
        shown.update({value: n for value, n in of_one.items() if value not in without})
        kept_back.update(dict.fromkeys(without, True))
    lines = [Line(value, str(name), (number(shown[value], kept_back[value]),)) for value, name in names.items()]
    return Table(dimension.value, lines)


def number(n: int, kept_back: bool) -> Number:
    """The sum of what is shown, when more was kept back or not."""
    return Number(None) if kept_back and not n else Number(n, least=kept_back)


def every_or(without: set[str] | None, of_one: Mapping[str, int]) -> set[str]:
    return set(of_one) if without is None else without


# --- in the order of time ---------------------------------------------------------------------------------------------
def series(by_month: Mapping[date, Period], below: int, *, apart: bool) -> list[tuple[date, Number]]:
    """`apart`: each month by itself, since their sum is not shown."""
    sums = {month.isoformat(): reports_in(period) for month, period in by_month.items()}
    if apart or len(sums) == 1:
        without = {month for month, n in sums.items() if is_small(n, below)}
    else:
        without = every_or(hidden(sums, below), sums)
    return [(date.fromisoformat(month), Number(None if month in without else n)) for month, n in sums.items()]


def weeks(months: Sequence[date], periods: Sequence[Period]) -> list[tuple[date, Number]]:
    """The weeks that lie inside the span; none is cut."""
    monday = monday_of(min(months) + timedelta(days=6))
    sums: Counter[str] = Counter()
    while monday + timedelta(days=7) <= month_after(max(months)):
        sums[monday.isoformat()] = sum(period.get((Dimension.WEEK, monday.isoformat()), 0) for period in periods)
        monday += timedelta(days=7)
    without = every_or(hidden(sums), sums)
    return [(date.fromisoformat(week), Number(None if week in without else n)) for week, n in sorted(sums.items())]


# --- of two facts -----------------------------------------------------------------------------------------------------
def notices(names: Names, periods: Sequence[Period], below: int) -> Table:
    """Platform × what became of its notices, and how long removal took."""
    rows = [{slug: _answers(period, slug) for slug in names} for period in periods]
    took = [{slug: _lengths(period, Dimension.REMOVAL, slug) for slug in names} for period in periods]
    return two_way(Dimension.NOTICE, names, tuple(ANSWERED), rows, took, below, timed="removed")


def _answers(period: Period, slug: str) -> dict[str, int]:
    found = dict.fromkeys(ANSWERED, 0)
    for state, column in ANSWER_OF.items():
        found[column] += period.get((Dimension.NOTICE, f"{slug}:{state}"), 0)
    return found


def first_actions(periods: Sequence[Period], below: int) -> Table:
    """Priority × whether anything was done yet, and how long that took."""
    names = {str(level.value): name for level, name in LEVEL_NAMES.items()}
    took = [{level: _lengths(period, Dimension.FIRST, level) for level in names} for period in periods]
    rows = [{level: {"acted": sum(of_one.values()) - of_one[NONE], "not_yet": of_one.pop(NONE)}
             for level, of_one in each.items()} for each in took]
    return two_way(Dimension.FIRST, names, ("acted", "not_yet"), rows, took, below, timed="acted")


def score(platforms: Names, grounds: Names, periods: Sequence[Period], below: int) -> Table:
    """Platform and legal basis × how it keeps its time. Only what may be told is listed, and nothing exactly."""
    found = scores(periods, below)
    lines = [Line(f"{slug}:{basis}", " · ".join(filter(None, (str(name), str(ground)))), found[slug, basis])
             for slug, name in platforms.items() for basis, ground in grounds.items() if (slug, basis) in found]
    return Table(Dimension.SCORE.value, lines, HEADS)


def _lengths(period: Period, dimension: Dimension, start: str) -> Counter[str]:
    """Of what begins so: length → how many."""
    found = Counter({NONE: 0})
    for (of, value), n in period.items():
        if of == dimension and value.startswith(f"{start}:"):
            found[value.partition(":")[2]] += n
    return found


def two_way(dimension: Dimension, names: Names, columns: tuple[str, ...], rows: Sequence[Mapping[str, Mapping[str, int]]],
            took: Sequence[Mapping[str, Mapping[str, int]]], below: int, *, timed: str) -> Table:
    """`rows` and `took` of each period. The column `timed` has its median; of twice as many as may be shown also the time of nine
    in ten, which of fewer would be the time of one."""
    heads = ("all", *columns)
    shown: Counter[tuple[str, str]] = Counter()
    kept_back: set[tuple[str, str]] = set()
    lengths: dict[str, Counter[str]] = {name: Counter() for name in names}
    for of_one, times in zip(rows, took, strict=True):
        tells = hidden_in(of_one, below)
        for name, row in of_one.items():
            without = tells[name] if tells else None
            visible = {"all": sum(row.values()), **row} if without is not None else {}
            for head in heads:
                if head in visible and head not in (without or ()):
                    shown[name, head] += visible[head]
                else:
                    kept_back.add((name, head))
            if without is not None and timed not in without:
                lengths[name].update({code: n for code, n in times[name].items() if code != NONE})
    lines = []
    for name, label in names.items():
        numbers = tuple(number(shown[name, head], (name, head) in kept_back) for head in heads)
        half = quantile(lengths[name], 0.5) if shown[name, timed] >= below else None
        most = quantile(lengths[name], 0.9) if shown[name, timed] >= 2 * below else None
        lines.append(Line(name, str(label), (*numbers, half or "", most or "")))
    return Table(dimension.value, lines, (*heads, "median", "ninetieth"))
