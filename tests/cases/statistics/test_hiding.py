"""No small number can be worked out from what is shown, by somebody who knows these very rules."""
import itertools
from collections import defaultdict

import pytest

from cases.statistics.hiding import FOR_ALL, hidden, hidden_in, is_small


@pytest.mark.parametrize("below", [3, 4, 5])
def test_no_small_number_can_be_worked_out_from_a_table_and_its_total(below):
    """For each hidden number that is small another would have looked the same."""
    for width, top in ((2, 14), (3, 14), (4, 9)):
        alike: dict[tuple[object, ...], list[tuple[int, ...]]] = defaultdict(list)
        for numbers in itertools.product(range(top), repeat=width):
            cells = dict(zip("abcd", numbers, strict=False))
            without = hidden(cells, below)
            if without is not None:
                shown = tuple(None if value in without else n for value, n in cells.items())
                assert not any(n is not None and is_small(n, below) for n in shown), cells
                alike[sum(numbers), shown].append(numbers)
        for (_total, shown), believed in alike.items():
            for column in [at for at, n in enumerate(shown) if n is None]:
                possible = {numbers[column] for numbers in believed}
                assert len(possible) > 1 or min(possible) >= below, (shown, believed)


def test_nor_from_a_table_of_two_facts_whose_rows_have_sums():
    """Even if the sum of everything is known from elsewhere."""
    below, alike = 3, defaultdict(list)
    for numbers in itertools.product(range(7), repeat=4):
        rows = {"a": {"x": numbers[0], "y": numbers[1]}, "b": {"x": numbers[2], "y": numbers[3]}}
        ruled = hidden_in(rows, below)
        if ruled is not None:
            shown = tuple((None, None, None) if (without := ruled[name]) is None else
                          (sum(row.values()), *(None if column in without else n for column, n in row.items()))
                          for name, row in rows.items())
            assert not any(n is not None and is_small(n, below) for row in shown for n in row), rows
            alike[sum(numbers), shown].append(numbers)
    for (_everything, shown), believed in alike.items():
        for place in range(4):
            if shown[place // 2][1 + place % 2] is None:
                possible = {numbers[place] for numbers in believed}
                assert len(possible) > 1 or min(possible) >= below, (shown, believed)


def test_a_single_small_number_takes_the_smallest_other_with_it():
    assert hidden({"a": 2, "b": 30, "c": 8, "d": 0}) == {"a", "c"}
    assert hidden({"a": 4, "b": 4, "c": 8, "d": 9}) == {"a", "b", "c"}
    assert hidden({"a": 1, "b": 1, "c": 8, "d": 9}) == {"a", "b", "c"}
    assert hidden({"a": 5, "b": 6, "c": 0}) == set()
    assert hidden({"a": 3, "b": 0}) is None


def test_in_public_ten_is_the_least():
    assert hidden({"a": 9, "b": 12, "c": 20, "d": 0}, FOR_ALL) == {"a", "b"}
    assert hidden({"a": 2, "b": 5, "c": 20}, FOR_ALL) == {"a", "b"}
