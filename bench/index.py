"""Looking hashes up: our index against the one that platforms' stock client brings, side by side, from 10,000 hashes to a million
(ten million with `--full`), alone and in batches; and the same question asked of PostgreSQL.

Both are given the same hex strings, each in a process of its own, so that its memory is its own. Building is counted in seconds
of the processor, and the quickest of three rounds counts, because other work on the machine lengthens the rest. What
is wanted is planted at every distance from 0 to 40 bits, beside strangers; what must be found is worked out by comparing it with
all. If one is missed, or one too many found, the measurement fails.
"""
import ctypes
import gc
import json
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

import bench
from bench import Figure
from cases.hashing import snapshot
from cases.hashing.index import Index, compare, pack, segments
from cases.hashing.pdq import MATCH_DISTANCE
from cases.hashing.snapshot import Snapshot

NAME = "index"
SIZES = {"10k": 10_000, "100k": 100_000, "1m": 1_000_000} | ({"10m": 10_000_000} if bench.FULL else {})
RATIOS = ("index_build_ratio", "index_memory_ratio", "index_p50_ratio", "index_batch_ratio")
PARTS = ("build_s", "mb", "p50_ms", "batch_ms")
FIGURES = (*RATIOS, *(f"index_{size}_{part}" for size in SIZES for part in PARTS), "index_load_1m_s", "index_table_100k_ms")
PLANTED, STRANGERS, FARTHEST = 205, 100, 40
IN_TABLE, ROUNDS, AT_ONCE = 100_000, 3, 200_000
Found = list[list[int]]
Wanted, Answer, Made = TypeVar("Wanted"), TypeVar("Answer"), TypeVar("Made")


def run() -> dict[str, Figure]:
    figures: dict[str, Figure] = {}
    for size, count in SIZES.items():
        with tempfile.TemporaryDirectory() as folder:
            plant(Path(folder), count)
            expected = truth(Path(folder))
            ours, theirs = (measure(side, Path(folder)) for side in ("ours", "theirs"))
        for name, found in (("ours", ours.pop("found")), ("theirs", theirs.pop("found"))):
            assert found == expected, f"{name} does not find what is there, at {count:,}"
        for part in PARTS:
            unit = part.rpartition("_")[2].replace("mb", "MB")
            figures[f"index_{size}_{part}"] = Figure(ours[part], unit, f"PDQIndex: {theirs[part]:,} {unit}; {count:,} hashes")
        if size == "1m":
            figures["index_load_1m_s"] = Figure(ours["load_s"], "s", "a snapshot mapped and checked")
        if size in {"1m", "10m"}:
            over = "" if size == "1m" else "_10m"
            for ratio, part in zip(RATIOS, PARTS, strict=True):
                figures[ratio + over] = Figure(round(ours[part] / theirs[part], 4), "", f"PDQIndex, {count:,} hashes, recall 1.0")
    return {name: figures[name] for name in sorted(figures, key=lambda name: "ratio" not in name)} | table()


# --- what is known and what is wanted ---------------------------------------------------------------------------------
def plant(folder: Path, count: int) -> None:
    """A tenth of the hashes lie around a hundred centres, as copies of one picture do; the others anywhere."""
    rng = np.random.default_rng(2026)
    known = rng.integers(0, 256, (count, 32), dtype=np.uint8)
    centres = rng.integers(0, 256, (100, 32), dtype=np.uint8)
    for near in np.array_split(rng.choice(count, count // 10, replace=False), 1 + count // AT_ONCE):
        known[near] = flipped(rng, centres[rng.integers(0, 100, len(near))], rng.integers(40, 100, len(near)))
    wanted = flipped(rng, known[rng.integers(0, count, PLANTED)], np.arange(PLANTED) % (FARTHEST + 1))
    np.save(folder / "known.npy", known)
    strangers = rng.integers(0, 256, (STRANGERS, 32), dtype=np.uint8)
    np.save(folder / "wanted.npy", rng.permutation(np.concatenate([wanted, strangers])))


def flipped(rng: np.random.Generator, hashes: NDArray[np.uint8], bits: NDArray[np.int64]) -> NDArray[np.uint8]:
    """Each with so many bits changed."""
    changed = np.argsort(rng.random((len(hashes), 256)), axis=1) < bits[:, None]
    return hashes ^ np.packbits(changed, axis=1)


def truth(folder: Path) -> Found:
    known, wanted = (np.load(folder / name).view(np.uint64) for name in ("known.npy", "wanted.npy"))
    return [rows.tolist() for rows, _ in compare(wanted, known, MATCH_DISTANCE)]


def hexes(path: Path) -> list[str]:
    raw = np.load(path).tobytes().hex()
    return [raw[at:at + 64] for at in range(0, len(raw), 64)]


# --- each side, in a process of its own -------------------------------------------------------------------------------
def measure(side: str, folder: Path) -> dict[str, object]:
    command = [sys.executable, "-m", "bench.index", side, str(folder)]
    alone = {**bench.ENVIRON, "OMP_NUM_THREADS": "1"}           # one thread each: on two cores theirs would wait for one another
    told: dict[str, object] = json.loads(subprocess.run(command, capture_output=True, text=True, check=True, env=alone).stdout)
    return told


def held() -> float:
    """MB that this process holds, what is only waiting to be given back left out."""
    gc.collect()
    ctypes.CDLL(None).malloc_trim(0)
    return int(Path("/proc/self/statm").read_text().split()[1]) * resource.getpagesize() / 1e6


def built(make: Callable[[list[str]], Made], folder: Path) -> tuple[Made, dict[str, object]]:
    """The index, the memory it holds after the first time, and the seconds of the processor that the quickest of three took."""
    before, seconds, mb = held(), list[float](), 0.0
    for _ in range(ROUNDS):
        index, known = None, hexes(folder / "known.npy")
        began = time.process_time()
        index = make(known)
        seconds.append(time.process_time() - began)
        del known
        mb = mb or held() - before
    return index, {"build_s": round(min(seconds), 3), "mb": round(mb, 1)}


def ours(folder: Path) -> dict[str, object]:
    def make(known: list[str]) -> Index:
        index = Index()
        index.add(np.arange(len(known)), pack(known))
        return index

    index, told = built(make, folder)
    told |= looked_up(folder, lambda value: [row for row, _ in index.near([value])[0]],
                      lambda values: [[row for row, _ in hits] for hits in index.near(values)])
    snapshot.write(folder / "one", NAME, segments(*index.live()))
    mapped, took = timed(lambda path: Index(Snapshot.open(path).segments), folder / "one")
    assert len(mapped) == len(index)
    return told | {"load_s": round(took / 1000, 3)}


def theirs(folder: Path) -> dict[str, object]:
    from threatexchange.signal_type.pdq.pdq_index import PDQIndex  # faiss, in their process only
    PDQIndex([("0" * 64, 0)])
    index, told = built(lambda known: PDQIndex(zip(known, range(len(known)), strict=True)), folder)

    def batch(values: list[str]) -> Found:
        found = index.index.search_with_distance_in_result(values, MATCH_DISTANCE)
        return [[index.local_id_to_entry[row][1] for row, _, _ in found[value]] for value in values]

    return told | looked_up(folder, lambda value: [hit.metadata for hit in index.query(value)], batch)


def looked_up(folder: Path, one: Callable[[str], list[int]], many: Callable[[list[str]], Found]) -> dict[str, object]:
    """Each wanted hash by itself, then all of them at once; both find the same."""
    wanted, medians, batches = hexes(folder / "wanted.npy"), list[float](), list[float]()
    for _ in range(ROUNDS):
        alone = [timed(one, value) for value in wanted]
        together, batch = timed(many, wanted)
        medians.append(statistics.median(took for _, took in alone))
        batches.append(batch / len(wanted))
        found = [sorted(rows) for rows, _ in alone]
        assert [sorted(rows) for rows in together] == found
    return {"p50_ms": round(min(medians), 3), "batch_ms": round(min(batches), 3), "found": found}


def timed(ask: Callable[[Wanted], Answer], wanted: Wanted) -> tuple[Answer, float]:
    """The answer, and the milliseconds it took."""
    began = time.perf_counter()
    answer = ask(wanted)
    return answer, (time.perf_counter() - began) * 1000


# --- the table --------------------------------------------------------------------------------------------------------
def table() -> dict[str, Figure]:
    """The desk's way, on PostgreSQL."""
    from bench.index_table import milliseconds  # configures Django, of which the two sides know nothing
    return {"index_table_100k_ms": Figure(milliseconds(IN_TABLE), "ms", f"PostgreSQL, GIN over chunks, {IN_TABLE:,} hashes, p50")}


if __name__ == "__main__":
    print(json.dumps({"ours": ours, "theirs": theirs}[sys.argv[1]](Path(sys.argv[2]))))
