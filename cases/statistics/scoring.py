"""How platforms keep their time, by platform and legal basis: what of the kept lengths may be told.

Another table tells of the same notices to the unit. So that neither can be subtracted from the other, nothing here is exact: a
row says of how many at least it speaks, its share is rounded down to tenths, its times are lengths. A row of too few is not
listed, and of each platform never one alone is left out.
"""
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from cases.statistics.counting import Cell, Dimension, Kept
from cases.statistics.hiding import FOR_ALL, FOR_STAFF, hidden, is_small
from cases.statistics.lengths import quantile

AT_LEAST = (FOR_STAFF, FOR_ALL, 20, 50, 100, 200, 500, 1000, 2000, 5000, 10_000)
FROM = 20               # notices, of which a tenth is two or more: a share tells of none exactly
HEADS = ("settled", "on_time", "answered_half", "answered_most", "removed_half", "removed_most")
Pair = tuple[str, str]                  # slugs of the platform and of the basis


@dataclass
class Times:
    """Of notices that were answered or whose clock ran out."""
    settled: int = 0
    on_time: int = 0
    answers: Counter[str] = field(default_factory=Counter)      # length → how many
    removals: Counter[str] = field(default_factory=Counter)

    def add(self, kept: str, took: str, n: int) -> None:
        if kept == Kept.REMOVED:
            self.removals[took] += n
            return
        self.settled += n
        self.on_time += n if kept == Kept.ON_TIME else 0
        if kept != Kept.SILENT:
            self.answers[took] += n

    def include(self, other: "Times") -> None:
        self.settled += other.settled
        self.on_time += other.on_time
        self.answers.update(other.answers)
        self.removals.update(other.removals)


def scores(periods: Iterable[Mapping[Cell, int]], below: int) -> dict[Pair, tuple[str, ...]]:
    """What may be told of each, as codes in the order of HEADS; "": too few."""
    found: dict[Pair, Times] = defaultdict(Times)
    for period in periods:
        times = times_of(period)
        for pair in told(times, below):
            found[pair].include(times[pair])
    return {pair: codes(times, below) for pair, times in found.items()}


def times_of(period: Mapping[Cell, int]) -> dict[Pair, Times]:
    found: dict[Pair, Times] = defaultdict(Times)
    for (dimension, value), n in period.items():
        if dimension == Dimension.SCORE:
            platform, basis, kept, took = value.split(":")
            found[platform, basis].add(kept, took, n)
    return found


def told(times: Mapping[Pair, Times], below: int) -> list[Pair]:
    """Of each platform the rows that may be listed, by the rule for a table beside its total."""
    platforms: dict[str, dict[str, int]] = defaultdict(dict)
    for (platform, basis), each in times.items():
        platforms[platform][basis] = each.settled
    found: list[Pair] = []
    for platform, bases in platforms.items():
        without = hidden(bases, below)
        if without is not None:
            found += [(platform, basis) for basis, n in bases.items() if n and basis not in without]
    return found


def codes(times: Times, below: int) -> tuple[str, ...]:
    least = max(n for n in AT_LEAST if n <= times.settled)
    share = f"{times.on_time * 10 // times.settled * 10}%" if times.settled >= FROM else ""
    return (f"{least}+", share, *halves(times.answers, below), *halves(times.removals, below))


def halves(lengths: Counter[str], below: int) -> Sequence[str]:
    """Within what time half were done and nine in ten; of fewer than may be shown, or twice that, none."""
    n = sum(lengths.values())
    half = quantile(lengths, 0.5) if n and not is_small(n, below) else None
    most = quantile(lengths, 0.9) if n >= 2 * below else None
    return half or "", most or ""
