"""Measurements. Each module here has NAME and run() -> {figure: Figure}; `./mehfooz bench [NAME…]` runs them."""
from dataclasses import dataclass


@dataclass(frozen=True)
class Figure:
    """A measured value and its unit; `peer` is what it was measured against ("pdqhash 0.2.8"), if anything.

    A figure named …_ratio or …_vs_… is ours ÷ theirs; …_growth is large ÷ small.
    """

    value: float
    unit: str
    peer: str = ""
