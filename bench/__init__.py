"""Measurements, run by `./mehfooz bench`. A module that measures has NAME, FIGURES (their names) and run() -> {name: Figure}."""
import os
import sys
from dataclasses import dataclass

ENVIRON = dict(os.environ)          # as it was given, before bench.stage makes it that of a stage
FULL = "--full" in sys.argv         # the large sizes too, which take a quarter of an hour and 14 GB


@dataclass(frozen=True)
class Figure:
    """A measured value and its unit; `peer` is what it was measured against ("pdqhash 0.2.8"), if anything.

    A figure named …_ratio or …_vs_… is ours ÷ theirs; …_growth is large ÷ small.
    """

    value: float
    unit: str
    peer: str = ""
