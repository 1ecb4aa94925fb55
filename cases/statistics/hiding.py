"""Which numbers may be shown, so that nobody learns of one report from what is.

A small number is never shown. Whoever reads a table is taken to know its total and these very rules. So one hidden number, which
the total would give away, takes the smallest of the rest with it, or all that are equally small; and the same if the hidden ones
must all be as large, or as small, as a hidden number can be. Plain Python; tests try every small table.
"""
from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """What is `below` is small, and if it is none, `none_too`: that nobody reported can also be news to somebody."""
    below: int
    none_too: bool

    @property
    def least(self) -> int:
        return 0 if self.none_too else 1

    def is_small(self, n: int) -> bool:
        return self.least <= n < self.below


FOR_STAFF = Rule(below=5, none_too=False)
FOR_ALL = Rule(below=10, none_too=True)


def hidden(cells: Mapping[str, int], rule: Rule = FOR_STAFF) -> set[str] | None:
    """Of a table those that must not be shown beside its total. None when nothing would hide them: then show nothing of it, nor
    its total."""
    found = {value for value, n in cells.items() if rule.is_small(n)}
    small = {cells[value] for value in found}
    if len(found) == 1 or small == {rule.below - 1} or small == {rule.least}:
        rest = [n for n in cells.values() if n >= rule.below]
        if not rest:
            return None
        found.update(value for value, n in cells.items() if n == min(rest))         # all of them: a choice would tell
    return found


def hidden_in(rows: Mapping[str, Mapping[str, int]], rule: Rule = FOR_STAFF) -> dict[str, set[str] | None] | None:
    """Of a table of two facts with a sum beside each row and none below: row → which of its cells are hidden; None for a row
    without anything, its sum included. None altogether when not even that would hide them."""
    without = hidden({name: sum(cells.values()) for name, cells in rows.items()}, rule)
    if without is None:
        return None
    ruled = {name: None if name in without else hidden(cells, rule) for name, cells in rows.items()}
    return None if any(ruled[name] is None and name not in without for name in rows) else ruled
