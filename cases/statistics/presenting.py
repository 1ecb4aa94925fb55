"""The tables as the page and the CSV show them: titles, heads, charts, in the reader's language."""
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.dates import MONTHS
from django.utils.functional import Promise
from django.utils.translation import get_language_bidi, gettext as _, gettext_lazy

from cases.statistics import charts
from cases.statistics.charts import Chart, Mark
from cases.statistics.counting import Dimension
from cases.statistics.figures import Figures, Number, Table
from cases.statistics.naming import ANSWERED, TITLES, code_name

HEADS: Mapping[str, Promise | str] = {
    "all": gettext_lazy("All"), **ANSWERED, "acted": gettext_lazy("Begun"), "not_yet": gettext_lazy("Not yet"),
    "median": gettext_lazy("Half of them"), "ninetieth": gettext_lazy("Nine in ten"),
    "settled": gettext_lazy("Notices"), "on_time": gettext_lazy("On time"),
    "answered_half": gettext_lazy("Half answered"), "answered_most": gettext_lazy("Nine in ten answered"),
    "removed_half": gettext_lazy("Half removed"), "removed_most": gettext_lazy("Nine in ten removed"),
}
NOTES: Mapping[str, Promise] = {
    Dimension.PLATFORM: gettext_lazy("A report may name several platforms."),
    Dimension.WRITTEN: gettext_lazy("Noted when somebody first works on a report."),
    Dimension.ANSWER: gettext_lazy("From the report to our first message."),
    Dimension.FIRST: gettext_lazy("From the report until a member moved it, wrote to the reporter or asked a platform. Nights "
                                  "and holidays count."),
    Dimension.NOTICE: gettext_lazy("Asked for in these months. The time is from sending until the content was removed."),
    Dimension.SCORE: gettext_lazy("Notices that were answered, or whose time ran out. On time is an answer within the hours "
                                  "beside the name. Times are from sending. What would tell of few notices is not listed."),
    Dimension.LAW: gettext_lazy("The section of PECA 2016 that the kind of harm is under."),
    Dimension.CALL: gettext_lazy("Calls, letters and visits whose matter is another office's. They are no reports. Of the whole "
                                 "house."),
    Dimension.DEMAND: gettext_lazy("By police, courts, ministers and others with power. Two supervisors decide. Of the whole "
                                   "house."),
    Dimension.BREACH: gettext_lazy("By priority, in the month in which the time ran out."),
}
DRAWN = (Dimension.HARM, Dimension.CALL, Dimension.OUTCOME, Dimension.WRITTEN, Dimension.PLATFORM, Dimension.BREACH,
         Dimension.NOTICE)
ORDER = ("months", "weeks", Dimension.OUTCOME, Dimension.HARM, Dimension.FIRST, Dimension.NOTICE, Dimension.SCORE,
         Dimension.BREACH, Dimension.EVENT, Dimension.DEMAND, Dimension.DEMANDER, Dimension.CALL, Dimension.SOURCE,
         Dimension.UNIT, Dimension.WRITTEN, Dimension.AGE, Dimension.PLATFORM, Dimension.ANSWER, Dimension.OPINION, Dimension.LAW)
WEEKS_AT_MOST, SHORT = 27, 6


@dataclass(frozen=True)
class Cell:
    """`text` empty: hidden. `n`: the number in it, if it is one."""
    head: str
    text: str
    n: int | None = None
    least: bool = False


@dataclass(frozen=True)
class Shown:
    """A table of the page. `rows`: a name, and what stands beside it."""
    code: str
    title: str
    heads: list[str]
    rows: list[tuple[str, list[Cell]]]
    note: str = ""
    chart: Chart | None = None
    said: str = ""              # what the chart shows, for who does not see it

    @property
    def wide(self) -> bool:
        return len(self.heads) > 1

    @property
    def short(self) -> bool:
        return len(self.rows) <= SHORT or self.wide


def shown(figures: Figures) -> list[Shown]:
    found = {table.code: present(table) for table in figures.tables}
    months = [(month_name(month), n) for month, n in figures.months]
    found["months"] = in_time("months", _("Reports by month"), months, charts.columns)
    if len(figures.weeks) <= WEEKS_AT_MOST:
        found["weeks"] = in_time("weeks", _("Reports by week"), [(day_name(week), n) for week, n in figures.weeks], charts.line)
    return [found[code] for code in ORDER if code in found and found[code].rows]


def present(table: Table) -> Shown:
    heads = [str(HEADS[head]) for head in table.heads] or [_("How many")]
    rows = [(line.name, [to_cell(head, cell) for head, cell in zip(heads, line.cells, strict=True)]) for line in table.lines]
    marks = [Mark(line.name, cell.n) for line in table.lines if isinstance(cell := line.cells[0], Number)]
    chart = charts.bars(marks, rtl=get_language_bidi()) if table.code in DRAWN else None
    title = str(TITLES[Dimension(table.code)])
    return Shown(table.code, title, heads, rows, str(NOTES.get(table.code, "")), chart, in_words(marks))


def in_time(code: str, title: str, numbers: Sequence[tuple[str, Number]], draw: Callable[..., Chart | None]) -> Shown:
    marks = [Mark(name, number.n) for name, number in numbers]
    chart = draw(marks, rtl=get_language_bidi()) if len(marks) > 1 else None
    rows = [(name, [to_cell(_("Reports"), number)]) for name, number in numbers]
    return Shown(code, title, [_("Reports")], rows, chart=chart, said=in_words(marks))


def published(numbers: Mapping[str, Any], language: str) -> list[Shown]:
    """Of frozen numbers (cases.statistics.publishing.frozen) the tables, in one of the languages that they were frozen in."""
    found = []
    for table in numbers["tables"]:
        heads = [str(HEADS[head]) for head in table["heads"]] or [_("How many")]
        rows = [(str(row["ur" if language.startswith("ur") else "en"]), thawed(heads, row["cells"])) for row in table["rows"]]
        title = _("Reports by month") if table["code"] == "months" else str(TITLES[Dimension(table["code"])])
        found.append(Shown(table["code"], title, heads, rows, str(NOTES.get(table["code"], ""))))
    return found


def thawed(heads: Sequence[str], cells: Sequence[int | str | None]) -> list[Cell]:
    return [to_cell(head, cell if isinstance(cell, str) else Number(cell)) for head, cell in zip(heads, cells, strict=True)]


def to_cell(head: str, told: Number | str) -> Cell:
    if isinstance(told, str):
        return Cell(head, code_name(told))
    if told.n is None:
        return Cell(head, "")
    text = _("at least %(n)d") % {"n": told.n} if told.least else str(told.n)
    return Cell(head, text, told.n, told.least)


def in_words(marks: Sequence[Mark]) -> str:
    """The highest and the lowest that may be shown."""
    known = sorted((mark for mark in marks if mark.n), key=lambda mark: mark.n or 0)
    if not known:
        return ""
    most, least = known[-1], known[0]
    said = _("Most: %(name)s, %(n)d.") % {"name": most.name, "n": most.n}
    return said if most is least else said + " " + _("Fewest shown: %(name)s, %(n)d.") % {"name": least.name, "n": least.n}


def month_name(month: date) -> str:
    return f"{MONTHS[month.month]} {month.year}"


def day_name(day: date) -> str:
    return _("%(day)d %(month)s %(year)d") % {"day": day.day, "month": MONTHS[day.month], "year": day.year}
