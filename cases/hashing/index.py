"""Which known hashes lie within a distance of a given one: all of them, without comparing with all. Pure numpy.

Multi-index hashing (Norouzi, Punjani, Fleet: "Fast search in Hamming space with multi-index hashing", CVPR 2012). The 256 bits
are cut into eleven chunks, ten of 24 bits and one of 16. Two hashes at most 31 bits apart are at most 2 apart in one of the ten
or at most 1 apart in the last; if they were not, they would be 10 × 3 + 2 = 32 apart. So it is enough to look, in a table for
each chunk, at those that are that near in it. Other limits share out the bits the same way; beyond FURTHEST there would be so
many places to look at that comparing with all is quicker, and that is done. Why this, measured: docs/adr/0011.

Not for several threads at once: callers take turns.
"""
from binascii import unhexlify
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import combinations, pairwise

import numpy as np
from numpy.typing import NDArray

from cases.hashing.pdq import MATCH_DISTANCE

Words = NDArray[np.uint64]          # shape (hashes, 4): 256 bits each, bytes in the order of the hex digits
Ids = NDArray[np.int64]
Hit = tuple[int, int]               # id, distance
Found = tuple[NDArray[np.intp], Ids, NDArray[np.uint16]]     # of each hit: number of the wanted hash, id, distance

NONE: Found = np.empty(0, np.intp), np.empty(0, np.int64), np.empty(0, np.uint16)
NOTHING: tuple[Ids, Words] = (np.empty(0, np.int64), np.empty((0, 4), np.uint64))
BITS, CHUNKS, BUCKETS = 256, 11, 1 << 16
LAST, WIDE = CHUNKS - 1, 8          # the chunk of 16 bits has no last byte: whatever is read there passes
FURTHEST = 43                       # four places to spend in each chunk; from five on there are too many to look at
MOST_ROWS = 1 << 24                 # of a segment: a row's number is three bytes
TAIL = 1 << 12                      # rows that are compared one by one before they become a segment
DEARER = 4                          # an entry of a bucket costs as much as four rows that are compared
MOST_ENTRIES = 1 << 22              # and never more than that
AT_ONCE = 1 << 18                   # entries looked at in one go when many hashes are wanted: more than that leaves the cache


def pack(hexes: Sequence[str]) -> Words:
    """64-digit hex hashes as an array of 4 × 64 bits each. ValueError for other lengths or digits."""
    if set(map(len, hexes)) - {BITS // 4}:
        raise ValueError("a hash has 64 hex digits")
    return np.frombuffer(unhexlify("".join(hexes)), dtype=np.uint64).reshape(-1, 4)


def unpack(word: Words) -> str:
    """The hex digits of one hash."""
    return word.tobytes().hex()


def distances(one: Words, other: Words) -> NDArray[np.uint16]:
    """Bits in which rows differ; either may be a single row."""
    bits = np.bitwise_count(one ^ other)
    far: NDArray[np.uint16] = bits[:, 0].astype(np.uint16) + bits[:, 1] + bits[:, 2] + bits[:, 3]     # 256 is more than a byte
    return far


def compare(wanted: Words, known: Words, limit: int) -> Iterator[tuple[NDArray[np.intp], NDArray[np.uint16]]]:
    """For each wanted hash the rows of all known ones at most `limit` bits away, and how far. In pieces that fit a cache."""
    for one in wanted:
        rows, far = list[NDArray[np.intp]](), list[NDArray[np.uint16]]()
        for first in range(0, len(known), TAIL):
            piece = distances(known[first:first + TAIL], one)
            near = np.flatnonzero(piece <= limit)
            rows.append(near + first)
            far.append(piece[near])
        yield (np.concatenate(rows), np.concatenate(far)) if rows else (np.empty(0, np.intp), np.empty(0, np.uint16))


def compared(wanted: Words, ids: Ids, known: Words, limit: int) -> Found:
    """Every known hash at most `limit` bits from one of the wanted ones, by comparing with all."""
    pieces = list(compare(wanted, known, limit))
    return gathered([(np.full(len(rows), number), ids[rows], far) for number, (rows, far) in enumerate(pieces)])


def gathered(pieces: Sequence[Found]) -> Found:
    which, ids, far = (np.concatenate(parts) for parts in zip(NONE, *pieces, strict=True))
    return which, ids, far


def lists(found: Found, wanted: int) -> list[list[Hit]]:
    """Of each wanted hash (id, distance), nearest first."""
    which, ids, far = found
    order = np.lexsort((ids, far, which))
    hits = list(zip(ids[order].tolist(), far[order].tolist(), strict=True))
    ends = np.searchsorted(which[order], np.arange(wanted + 1)).tolist()
    return [hits[first:last] for first, last in pairwise(ends)]


@dataclass(frozen=True)
class Probes:
    """Where to look for what is within a limit, however the wanted hash reads: one entry for each bucket to be opened."""
    chunk: NDArray[np.intp]
    flip: NDArray[np.intp]          # bits of the bucket's number that differ
    left: NDArray[np.uint8]         # how many of the chunk's other bits may differ still


@cache
def probes(limit: int) -> Probes:
    """`limit` + 1 places, shared out as evenly as goes: a chunk with s of them is searched up to s - 1 bits away."""
    share, rest = divmod(limit + 1, CHUNKS)
    chunk, flip, left = list[int](), list[int](), list[int]()
    for number in range(CHUNKS):
        radius = share - 1 + (number < rest)
        for bits in range(radius + 1):
            for places in combinations(range(16), bits):
                chunk.append(number)
                flip.append(sum(1 << place for place in places))
                left.append(radius - bits)
    return Probes(np.array(chunk), np.array(flip), np.array(left, np.uint8))


@dataclass(frozen=True, eq=False)
class Segment:
    """Hashes with their tables; made once, in memory or mapped from a file (cases.hashing.snapshot). Only `gone` changes.

    In a chunk's table a row stands in the bucket of the chunk's first 16 bits, beside the chunk's last 8.
    """
    first: int                                  # the lowest id
    ids: NDArray[np.unsignedinteger]            # (rows,) ascending; add `first`
    words: Words                                # (rows, 4)
    starts: NDArray[np.uint32]                  # (CHUNKS, BUCKETS + 1) where a bucket begins
    last_byte: NDArray[np.uint8]                # (LAST, rows) the chunk's last 8 bits; the chunk of 16 bits has none
    row_low: NDArray[np.uint16]                 # (CHUNKS, rows) the row's number, its lower two bytes and its upper one
    row_high: NDArray[np.uint8]
    gone: set[int] = field(default_factory=set)     # rows that were withdrawn

    def __len__(self) -> int:
        return len(self.words)

    @property
    def last(self) -> int:
        return self.first + int(self.ids[-1])

    def withdraw(self, ids: Ids) -> None:
        wanted = ids[(ids >= self.first) & (ids <= self.last)] - self.first
        rows = np.searchsorted(self.ids, wanted.astype(self.ids.dtype))
        self.gone.update(rows[self.ids[rows] == wanted].tolist())

    def live(self) -> tuple[Ids, Words]:
        stays = np.ones(len(self), bool)
        stays[list(self.gone)] = False
        return self.ids[stays].astype(np.int64) + self.first, self.words[stays]

    def near(self, wanted: Words, limit: int) -> Found:
        """Every row at most `limit` bits from one of the wanted hashes. Some thousand hashes may be wanted at once."""
        found = self._compared(wanted, limit) if limit > FURTHEST else self._looked_up(wanted, limit)
        which, rows, far = found
        if self.gone:
            stays = ~np.isin(rows, list(self.gone))
            which, rows, far = which[stays], rows[stays], far[stays]
        return which, self.ids[rows].astype(np.int64) + self.first, far

    def _compared(self, wanted: Words, limit: int) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.uint16]]:
        pieces = list(compare(wanted, self.words, limit))
        which = np.repeat(np.arange(len(wanted)), [len(rows) for rows, _ in pieces])
        return which, np.concatenate([rows for rows, _ in pieces]), np.concatenate([far for _, far in pieces])

    def _halved(self, wanted: Words, limit: int) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.uint16]]:
        """One picture that was reported very often fills its buckets: what is looked at in one go must fit into memory."""
        half = len(wanted) // 2
        (which, rows, far), (later, more, further) = self._looked_up(wanted[:half], limit), self._looked_up(wanted[half:], limit)
        return np.concatenate([which, later + half]), np.concatenate([rows, more]), np.concatenate([far, further])

    def _looked_up(self, wanted: Words, limit: int) -> tuple[NDArray[np.intp], NDArray[np.intp], NDArray[np.uint16]]:
        probe, octets = probes(limit), wanted.view(np.uint8)
        keys = (octets[:, 0::3].astype(np.intp) << 8) | octets[:, 1::3]
        bucket = ((keys[:, probe.chunk] ^ probe.flip) + probe.chunk * (BUCKETS + 1)).ravel()
        begins = self.starts.ravel().take(bucket).astype(np.intp)
        lengths = self.starts.ravel().take(bucket + 1).astype(np.intp) - begins
        behind = np.cumsum(lengths)
        if behind[-1] > MOST_ENTRIES and len(wanted) > 1:
            return self._halved(wanted, limit)
        if behind[-1] > len(wanted) * max(TAIL, len(self) // DEARER):
            return self._compared(wanted, limit)
        begins += np.tile(probe.chunk * len(self), len(wanted))
        entries = np.repeat(begins - behind + lengths, lengths) + np.arange(behind[-1])
        asked = np.zeros((len(wanted), len(probe.chunk), 2), np.uint8)              # of each bucket: last byte, what is left
        asked[..., 0] = np.pad(octets[:, 2::3], ((0, 0), (0, 1)))[:, probe.chunk]
        asked[..., 1] = np.where(probe.chunk < LAST, probe.left, WIDE)
        each = np.repeat(asked.reshape(-1, 2), lengths, axis=0)
        last_byte = self.last_byte.ravel().take(entries, mode="clip")
        likely = np.flatnonzero(np.bitwise_count(last_byte ^ each[:, 0]) <= each[:, 1])
        which = np.searchsorted(behind[len(probe.chunk) - 1::len(probe.chunk)], likely, side="right")
        entries = entries[likely]
        rows = (self.row_high.ravel().take(entries).astype(np.intp) << 16) | self.row_low.ravel().take(entries)
        far = distances(self.words.take(rows, axis=0), wanted.take(which, axis=0))
        near = np.flatnonzero(far <= limit)
        _, once = np.unique(which[near] * len(self) + rows[near], return_index=True)      # a copy is near in every chunk
        return which[near][once], rows[near][once], far[near][once]


def build(ids: Ids, words: Words) -> Segment:
    """A segment of hashes whose ids ascend. At most MOST_ROWS, at least one."""
    rows, octets = len(words), np.ascontiguousarray(words.view(np.uint8).T)
    starts = np.zeros((CHUNKS, BUCKETS + 1), np.uint32)
    last_byte, row_high = np.empty((LAST, rows), np.uint8), np.empty((CHUNKS, rows), np.uint8)
    row_low = np.empty((CHUNKS, rows), np.uint16)
    for chunk in range(CHUNKS):
        key = (octets[3 * chunk].astype(np.uint16) << 8) | octets[3 * chunk + 1]
        order = np.argsort(key, kind="stable")                  # of 16 bits: numpy sorts by radix
        starts[chunk, 1:] = np.cumsum(np.bincount(key, minlength=BUCKETS))
        if chunk < LAST:
            octets[3 * chunk + 2].take(order, out=last_byte[chunk])
        row_low[chunk] = order
        row_high[chunk] = np.right_shift(order, 16, out=order)
    first = int(ids[0])
    narrow = np.uint32 if int(ids[-1]) - first < 1 << 32 else np.uint64
    return Segment(first, (ids - first).astype(narrow), words, starts, last_byte, row_low, row_high)


def segments(ids: Ids, words: Words) -> list[Segment]:
    """As few as hold all of them."""
    return [build(ids[at:at + MOST_ROWS], words[at:at + MOST_ROWS]) for at in range(0, len(ids), MOST_ROWS)]


def joined(parts: Sequence[tuple[Ids, Words]]) -> tuple[Ids, Words]:
    """One after the other. What is alone is not copied."""
    full = [part for part in parts if len(part[0])] or [NOTHING]
    return full[0] if len(full) == 1 else (np.concatenate([ids for ids, _ in full]), np.concatenate([words for _, words in full]))


class Index:
    """Hashes under ids that ascend as they are added. What is new is compared one by one until there is enough for a segment;
    segments of like size are merged, so that there are few of them. Those given at the start are never touched."""

    def __init__(self, base: Sequence[Segment] = ()) -> None:
        self._base, self._made = list(base), list[Segment]()
        self._ids, self._words = NOTHING
        self.newest: tuple[int, str] | None = (base[-1].last, unpack(base[-1].words[-1])) if base else None

    @property
    def segments(self) -> list[Segment]:
        return self._base + self._made

    def __len__(self) -> int:
        return sum(len(segment) - len(segment.gone) for segment in self.segments) + len(self._ids)

    def add(self, ids: Sequence[int] | Ids, words: Words) -> None:
        """Keeps the arrays. Raises ValueError unless each id is above every one that was ever added."""
        new = np.asarray(ids, np.int64)
        if not len(new):
            return
        if len(new) != len(words) or (np.diff(new) <= 0).any() or (self.newest and new[0] <= self.newest[0]):
            raise ValueError("ids must ascend, one for each hash")
        self.newest = int(new[-1]), unpack(words[-1])
        self._ids, self._words = joined([(self._ids, self._words), (new, words)])
        if len(self._ids) >= TAIL:
            self._settle()

    def withdraw(self, ids: Collection[int]) -> None:
        """Find these no more. Ids that are not there are left out."""
        wanted = np.fromiter(ids, np.int64)
        for segment in self.segments:
            segment.withdraw(wanted)
        stays = ~np.isin(self._ids, wanted)
        self._ids, self._words = self._ids[stays], self._words[stays]

    def near(self, values: Sequence[str], limit: int = MATCH_DISTANCE) -> list[list[Hit]]:
        """For each hash (64 hex digits) every known one at most `limit` bits away, as (id, distance), nearest first."""
        return lists(self.hits(values, limit), len(values))

    def hits(self, values: Sequence[str], limit: int = MATCH_DISTANCE) -> Found:
        """The same as arrays, in no order: of one picture that was reported a thousand times there are millions."""
        wanted, pieces = pack(values), list[Found]()
        for first, group in self._groups(wanted, limit):
            for segment in self.segments:
                which, ids, far = segment.near(group, limit)
                pieces.append((which + first, ids, far))
        return gathered([*pieces, compared(wanted, self._ids, self._words, limit)])

    def live(self) -> tuple[Ids, Words]:
        """All that is found, in the order of ids."""
        return joined([*(segment.live() for segment in self.segments), (self._ids, self._words)])

    def _settle(self) -> None:
        """The tail becomes a segment, together with those before it that are no larger: no row is sorted many times over."""
        parts = [(self._ids, self._words)]
        while self._made and len(self._made[-1]) <= sum(len(ids) for ids, _ in parts):
            parts.insert(0, self._made.pop().live())
        self._made += segments(*joined(parts))
        self._ids, self._words = NOTHING

    def _groups(self, wanted: Words, limit: int) -> Iterator[tuple[int, Words]]:
        if not self.segments:
            return
        largest = max(len(segment) for segment in self.segments)
        each = len(probes(limit).chunk) * (1 + largest // BUCKETS) if limit <= FURTHEST else 1
        size = max(1, AT_ONCE // each)
        for first in range(0, len(wanted), size):
            yield first, wanted[first:first + size]
