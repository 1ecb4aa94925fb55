"""Which known fingerprints lie within a distance of a given one: exact, by comparing with all of them. Pure numpy.

Brute force on purpose: comparing one hash with a million takes about 40 ms and 32 MB, adding one is free, and there is nothing
to tune. A multi-index would be faster from some ten million on, and could replace `nearest` without anyone noticing.
"""
from collections.abc import Iterable, Sequence
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from cases.hashing.pdq import MATCH_DISTANCE

Words = NDArray[np.uint64]                     # shape (hashes, 4): 256 bits each
SPARE = 1024                                   # rows kept free, so that adding seldom copies


def pack(hexes: Sequence[str]) -> Words:
    """64-digit hex hashes as an array of 4 × 64 bits each."""
    return np.frombuffer(bytes.fromhex("".join(hexes)), dtype=np.uint64).reshape(-1, 4)


def nearest(value: str, known: Words, limit: int = MATCH_DISTANCE) -> list[tuple[int, int]]:
    """(row, distance) of every known hash at most `limit` bits from `value`, nearest first."""
    distances = np.bitwise_count(known ^ pack([value])).sum(axis=1, dtype=np.uint16)
    rows = np.flatnonzero(distances <= limit)
    found = [(int(row), int(distances[row])) for row in rows]
    return sorted(found, key=lambda pair: (pair[1], pair[0]))


class Index:
    """Known hashes with their ids, held in memory and added to. Not for several threads at once: callers take turns."""

    def __init__(self) -> None:
        self._ids: list[UUID] = []
        self._words: Words = np.empty((SPARE, 4), dtype=np.uint64)

    def __len__(self) -> int:
        return len(self._ids)

    def add(self, hashes: Iterable[tuple[UUID, str]]) -> None:
        rows = list(hashes)
        if not rows:
            return
        held, needed = len(self), len(self) + len(rows)
        if needed > len(self._words):
            grown = np.empty((max(needed, held * 3 // 2) + SPARE, 4), dtype=np.uint64)
            grown[:held] = self._words[:held]
            self._words = grown
        self._words[held:needed] = pack([value for _, value in rows])
        self._ids.extend(row_id for row_id, _ in rows)

    def nearest(self, value: str, limit: int = MATCH_DISTANCE) -> list[tuple[UUID, int]]:
        """(id, distance) of every hash at most `limit` bits from `value`, nearest first."""
        return [(self._ids[row], bits) for row, bits in nearest(value, self._words[:len(self)], limit)]
