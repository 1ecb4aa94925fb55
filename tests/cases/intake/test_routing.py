from datetime import date, timedelta
from itertools import product

import pytest

from cases.intake.routing import DEFAULT, START, TABLE, unit_for
from cases.priority import AgeBand, Body, Facts, Harm
from cases.units.services import DEFAULT_UNITS

EVERY = list(product(Harm, AgeBand, AgeBand, [None, *Body]))


def test_every_combination_has_the_unit_it_should():
    """Against the rule in words: those accused do not read it; a child's goes to the children's unit; the rest to the default."""
    for harm, now, then, body in EVERY:
        facts = Facts(harm, now, then)
        expected = "integrity" if body else "children" if facts.child else "adults"
        assert unit_for(facts, body, on=START) == expected, (harm, now, then, body)


def test_every_unit_named_is_set_up_and_the_last_row_fits_all():
    assert {row.unit for row in TABLE} | {DEFAULT} == set(DEFAULT_UNITS)
    assert all(TABLE[-1].fits(Facts(harm, now, then), body, START) for harm, now, then, body in EVERY)


@pytest.mark.parametrize("day", [date(2000, 1, 1), START - timedelta(days=1)])
def test_a_row_holds_from_its_first_day(day):
    assert unit_for(Facts(Harm.GROOMING, AgeBand.UNDER_13), None, on=day) == DEFAULT
