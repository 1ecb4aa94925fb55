"""One fingerprint against a million known ones: exact, by comparing with all (cases.hashing.index)."""
import statistics
import time

import numpy as np

from bench import Figure
from cases.hashing.index import nearest

NAME = "matching"
FIGURES = ("nearest_1m_ms",)
KNOWN, TIMES = 1_000_000, 9


def run() -> dict[str, Figure]:
    rng = np.random.default_rng(2026)
    known = rng.integers(0, 2**64, (KNOWN, 4), dtype=np.uint64)
    wanted = known[KNOWN // 2].copy()
    wanted[0] ^= np.uint64(0b1011)                  # three bits off
    times = []
    for _ in range(TIMES):
        began = time.perf_counter()
        found = nearest(wanted.tobytes().hex(), known)
        times.append((time.perf_counter() - began) * 1000)
        assert found[0] == (KNOWN // 2, 3)
    return {"nearest_1m_ms": Figure(round(statistics.median(times)), "ms", f"within 31 bits, median of {TIMES}")}
