"""Measurements, run by `./mehfooz bench`. A module that measures has NAME, FIGURES (their names) and run() -> {name: Figure}."""
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """A measured value and its unit; `peer` is what it was measured against ("pdqhash 0.2.8"), if anything.

    A figure named …_ratio or …_vs_… is ours ÷ theirs; …_growth is large ÷ small.
    """

    value: float
    unit: str
    peer: str = ""
