"""Monthly figures with small numbers hidden, so that nobody learns of one report from what is shown.

A cell below 5 is never shown, zero included. One hidden cell could be worked out from the total, so then the smallest of the
rest is hidden too, or all that are equally small; and also if the hidden ones must all be 4, or all 0. A month with fewer than 5
reports shows nothing.
Only whole months that are over are shown, and only one-way tables of the same total: no table crosses two facts, none is given
for a unit alone, so that there is nothing to subtract.
"""
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from cases.conversation.models import Opinion
from cases.escalation.models import Platform
from cases.models import HARM_NAMES
from cases.statistics.counting import LATER, NONE, OPEN, Dimension, disposed, live
from cases.units.models import Unit
from cases.workflow import Outcome

SMALL = 5
SHOWN_MONTHS = 12
NAMES: dict[Dimension, Promise | str] = {
    Dimension.UNIT: _("Unit"), Dimension.HARM: _("Harm"), Dimension.AGE: _("Age"), Dimension.OUTCOME: _("Outcome"),
    Dimension.ANSWER: _("Our first answer"), Dimension.PLATFORM: _("Platform named"), Dimension.OPINION: _("Did we help?"),
}
AGES = {"child": _("Under 18"), "adult": _("18 or older"), "unknown": _("Not told")}
ANSWERS = {"day": _("within a day"), "three_days": _("within three days"), "week": _("within a week"), LATER: _("later"),
           NONE: _("not by message")}
OPINIONS = dict(Opinion.Choice.choices) | {NONE: _("not said")}


@dataclass(frozen=True)
class Line:
    """`n` None: hidden, for being 0 to 4 or to protect another that is."""
    value: str
    name: str
    n: int | None


@dataclass(frozen=True)
class Table:
    dimension: Dimension
    name: str
    lines: list[Line]


@dataclass(frozen=True)
class Month:
    """`total` None: fewer than five reports, so there are no tables."""
    first: date
    total: int | None
    tables: list[Table]


def months(today: date | None = None) -> list[date]:
    """The first days of the months that are over, newest first."""
    first, found = (today or timezone.localdate()).replace(day=1), []
    for _number in range(SHOWN_MONTHS):
        first = (first - timedelta(days=1)).replace(day=1)
        found.append(first)
    return found


def month(first: date) -> Month:
    counts = live(first) + disposed(first)
    total = sum(n for (dimension, _value), n in counts.items() if dimension == Dimension.UNIT)
    cells = {dimension: {value: counts.get((dimension, value), 0) for value in names_of(dimension)} for dimension in Dimension}
    if total < SMALL or any(all_fours(of_one) for of_one in cells.values()):
        return Month(first, None, [])
    return Month(first, total, [table(dimension, of_one) for dimension, of_one in cells.items()])


def table(dimension: Dimension, cells: Mapping[str, int]) -> Table:
    names, hidden = names_of(dimension), suppressed(cells)
    lines = [Line(value, str(name), None if value in hidden else cells[value]) for value, name in names.items()]
    return Table(dimension, str(NAMES[dimension]), lines)


def suppressed(cells: Mapping[str, int]) -> set[str]:
    """Which cells of a table must not be shown, beside its total."""
    hidden = {value for value, n in cells.items() if n < SMALL}
    small = {value: cells[value] for value in hidden}
    if hidden and (len(hidden) == 1 or all_fours(small) or not any(small.values())):
        smallest = min((n for n in cells.values() if n >= SMALL), default=0)
        hidden.update(value for value, n in cells.items() if n == smallest)     # all of them: a choice would tell
    return hidden


def all_fours(cells: Mapping[str, int]) -> bool:
    """Each is as large as a hidden cell can be: then their sum tells what each is, unless a larger one is hidden among them."""
    return bool(cells) and all(n == SMALL - 1 for n in cells.values())


def names_of(dimension: Dimension) -> Mapping[str, Promise | str]:
    """Every value that there could be, whether or not a case had it: its being listed says nothing."""
    if dimension == Dimension.UNIT:
        return {unit.code: unit.name for unit in Unit.objects.all()}
    if dimension == Dimension.HARM:
        return {harm.value: name for harm, name in HARM_NAMES.items()}
    if dimension == Dimension.OUTCOME:
        return {outcome.value: outcome.label for outcome in Outcome} | {OPEN: pgettext_lazy("a case", "Open")}
    if dimension == Dimension.PLATFORM:
        return {platform.slug: platform.name for platform in Platform.objects.all()}
    if dimension == Dimension.OPINION:
        return OPINIONS
    return AGES if dimension == Dimension.AGE else ANSWERS
