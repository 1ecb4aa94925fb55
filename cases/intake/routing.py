"""Which unit reads a report, answered before anything is typed. Pure: a dated table, the first row that fits counts."""
from dataclasses import dataclass
from datetime import date

from cases.priority import CHILD, IMAGE_HARMS, AgeBand, Body, Facts, Harm

START = date(2026, 1, 1)


@dataclass(frozen=True)
class Row:
    """`unit` is a code of cases.units. An empty set means "any"."""
    unit: str
    harms: frozenset[Harm] = frozenset()
    age_now: frozenset[AgeBand] = frozenset()
    age_then: frozenset[AgeBand] = frozenset()
    bodies: frozenset[Body] = frozenset()
    since: date = START                  # first day it holds
    until: date = date.max               # last day it holds

    def fits(self, facts: Facts, body: Body | None, on: date) -> bool:
        return (self.since <= on <= self.until
                and (not self.harms or facts.harm in self.harms)
                and (not self.age_now or facts.age_now in self.age_now)
                and (not self.age_then or facts.age_then in self.age_then)
                and (not self.bodies or body in self.bodies))


DEFAULT = "adults"
TABLE: tuple[Row, ...] = (
    Row("integrity", bodies=frozenset(Body)),                    # before all else: those accused must not read it
    Row("children", age_now=CHILD),
    Row("children", harms=frozenset({Harm.GROOMING, Harm.CHILD_IMAGERY})),
    Row("children", harms=IMAGE_HARMS, age_then=CHILD),          # an adult now, but the pictures show a child
    Row(DEFAULT),
)


def unit_for(facts: Facts, body: Body | None, *, on: date) -> str:
    """The code of the unit for a report of these facts about somebody who works for `body`."""
    return next((row.unit for row in TABLE if row.fits(facts, body, on)), DEFAULT)
