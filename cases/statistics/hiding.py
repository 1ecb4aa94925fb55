"""Which numbers may be shown, so that nobody learns of one report from what is.

A number from 1 to `below` - 1 is small and never shown; none at all is about nobody who reported. Whoever reads a table is taken
to know its total and these very rules. So one hidden number, which the total would give away, takes the smallest of the rest with
it, or all that are equally small; and the same if the hidden ones must all be as large, or as small, as a hidden number can be.
Plain Python; tests try every small table.
"""
from collections.abc import Mapping

FOR_STAFF, FOR_ALL = 5, 10


def is_small(n: int, below: int) -> bool:
    return 0 < n < below


def hidden(cells: Mapping[str, int], below: int = FOR_STAFF) -> set[str] | None:
    """Of a table those that must not be shown beside its total. None when nothing would hide them: then show nothing of it, nor
    its total."""
    found = {value for value, n in cells.items() if is_small(n, below)}
    small = {cells[value] for value in found}
    if len(found) == 1 or small in ({1}, {below - 1}):
        rest = [n for n in cells.values() if n >= below]
        if not rest:
            return None
        found.update(value for value, n in cells.items() if n == min(rest))         # all of them: a choice would tell
    return found


def hidden_in(rows: Mapping[str, Mapping[str, int]], below: int = FOR_STAFF) -> dict[str, set[str] | None] | None:
    """Of a table of two facts with a sum beside each row and none below: row → which of its cells are hidden; None for a row
    without anything, its sum included. None altogether when not even that would hide them."""
    without = hidden({name: sum(cells.values()) for name, cells in rows.items()}, below)
    if without is None:
        return None
    ruled = {name: None if name in without else hidden(cells, below) for name, cells in rows.items()}
    return None if any(ruled[name] is None and name not in without for name in rows) else ruled
