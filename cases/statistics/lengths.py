"""How long something took, kept as one of a few lengths: what is exact to the minute would be a fingerprint of its case.

Plain Python. Hours of the wall, nights and holidays included: that is how long the reporter waited.
"""
from collections.abc import Mapping
from datetime import timedelta

EDGES = (1, 2, 4, 8, 12, 24, 48, 72, 120, 168, 336, 720, 1440, 2160, 4320)      # hours, upper ends
LATER = "later"
Lengths = Mapping[str, int]             # code → how many


def length(took: timedelta) -> str:
    """The code of the shortest length that it fits in: "24" is up to a day and longer than twelve hours."""
    return next((str(hours) for hours in EDGES if took <= timedelta(hours=hours)), LATER)


def quantile(lengths: Lengths, share: float) -> str | None:
    """The length within which at least this share was done. None of nothing."""
    needed, seen = share * sum(lengths.values()), 0
    for code in [*map(str, EDGES), LATER]:
        seen += lengths.get(code, 0)
        if seen and seen >= needed - 1e-9:
            return code
    return None
