"""An index in a file, mapped by every process that looks something up, so that it is in memory once. Pure.

Layout: a page that begins with MAGIC, the SHA-256 of everything behind it, and a JSON object {"label": …, "segments": [[rows,
first id, bytes of an id], …]}; then each segment's arrays, each from a multiple of 64 bytes, in this machine's byte order.

A file is written under another name and renamed, so it is there whole or not at all. What it replaces is overwritten with zeros,
open or not: a withdrawn hash is then neither on the disk nor in the memory of a process that sleeps. A reader notices (`wiped`)
and looks again in the new one. Nothing here is the truth: who finds a file damaged asks the table.
"""
import fcntl
import json
import mmap
import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from math import prod
from pathlib import Path
from typing import Any, BinaryIO, Self

import numpy as np

from cases.hashing.index import BUCKETS, CHUNKS, LAST, Segment

MAGIC = b"mehfooz index 1\n"
DIGEST = len(MAGIC), len(MAGIC) + 32
PAGE, ALIGNED, PIECE = 4096, 64, 1 << 20


class Damaged(Exception):
    """The file is not one of ours, not whole, or not what was written."""


Stamp = tuple[int, int, int, int]


def stamp_of(path: Path) -> Stamp | None:
    """What is another when the file is, or was written to: then it has to be looked at again before it is read on."""
    try:
        return _stamp(path.stat())
    except FileNotFoundError:
        return None


def _stamp(about: os.stat_result) -> Stamp:
    return about.st_dev, about.st_ino, about.st_size, about.st_mtime_ns


@dataclass(frozen=True, eq=False)
class Snapshot:
    """An open file. It stays readable, and goes on taking room on the disk, until the last reference to it is gone."""
    label: str
    segments: list[Segment]
    stamp: Stamp
    memory: mmap.mmap

    @property
    def wiped(self) -> bool:
        """It was replaced or withdrawn, and is being overwritten: what was found in it meanwhile may be wrong."""
        return self.memory[:len(MAGIC)] != MAGIC

    def __len__(self) -> int:
        return sum(len(segment) for segment in self.segments)

    @classmethod
    def open(cls, path: Path) -> Self:
        """Raises FileNotFoundError, and Damaged. Reads the whole file once, to check it."""
        while True:
            with path.open("rb") as file:
                stamp = _stamp(os.fstat(file.fileno()))
                try:
                    return cls._of(file, stamp)
                except Damaged:
                    if stamp_of(path) == stamp:         # else it was replaced while we read it
                        raise

    @classmethod
    def _of(cls, file: BinaryIO, stamp: Stamp) -> Self:
        if os.fstat(file.fileno()).st_size < PAGE:
            raise Damaged("too short")
        memory = mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ)
        label, shapes = _header(memory)
        if len(memory) != PAGE + sum(_size(rows, width) for rows, _, width in shapes):
            raise Damaged("not as long as it says")
        starts = [PAGE + sum(_size(rows, width) for rows, _, width in shapes[:each]) for each in range(len(shapes))]
        return cls(label, [_segment(memory, start, shape) for start, shape in zip(starts, shapes, strict=True)], stamp, memory)


def write(path: Path, label: str, segments: Sequence[Segment]) -> None:
    """Put a snapshot in the place of the one at `path`, and overwrite that. Only its owner may read it."""
    with alone(path):
        new = _unfinished(path)
        with os.fdopen(os.open(new, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            _fill(file, label, segments)
        with _opened(path) as old:
            new.rename(path)
            _settle(path.parent)
            _wipe(old)


def discard(path: Path) -> bool:
    """Remove a snapshot and overwrite it, for every process that has it open too. False if there was none."""
    if not path.parent.is_dir():
        return False
    with alone(path):
        _remove(_unfinished(path))              # left behind by a crash
        return _remove(path)


@contextmanager
def alone(path: Path, name: str = "lock", *, wait: bool = True) -> Iterator[bool]:
    """One process at a time; False if another has it and we do not wait. Whoever dies gives it back."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.with_name(f".{path.name}.{name}").open("wb") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            yield False
        else:
            yield True


# --- the layout -------------------------------------------------------------------------------------------------------
def _arrays(rows: int, width: int) -> list[tuple[str, tuple[int, ...], Any]]:
    """Name, shape and type of a segment's arrays, in their order in the file."""
    return [("words", (rows, 4), np.uint64), ("ids", (rows,), np.dtype(f"u{width}")),
            ("starts", (CHUNKS, BUCKETS + 1), np.uint32), ("last_byte", (LAST, rows), np.uint8),
            ("row_low", (CHUNKS, rows), np.uint16), ("row_high", (CHUNKS, rows), np.uint8)]


def _bytes(shape: tuple[int, ...], kind: Any) -> int:
    return prod(shape) * int(np.dtype(kind).itemsize)


def _size(rows: int, width: int) -> int:
    return sum(-(-_bytes(shape, kind) // ALIGNED) * ALIGNED for _, shape, kind in _arrays(rows, width))


def _segment(memory: mmap.mmap, at: int, shape: tuple[int, int, int]) -> Segment:
    rows, first, width = shape
    views = dict[str, Any]()
    for name, dimensions, kind in _arrays(rows, width):
        views[name] = np.frombuffer(memory, kind, prod(dimensions), at).reshape(dimensions)
        at += -(-_bytes(dimensions, kind) // ALIGNED) * ALIGNED
    return Segment(first=first, **views)


def _header(memory: mmap.mmap) -> tuple[str, list[tuple[int, int, int]]]:
    """Label and shapes, once the whole file was found to be what was written. Raises Damaged."""
    page = memory[:PAGE]                    # a copy: it may be overwritten at any moment
    digest = sha256(page[DIGEST[1]:])
    digest.update(memoryview(memory)[PAGE:])
    if page[:len(MAGIC)] != MAGIC or page[slice(*DIGEST)] != digest.digest():
        raise Damaged("not what was written")
    told = json.loads(page[DIGEST[1]:].rstrip(b"\0"))
    return told["label"], [(rows, first, width) for rows, first, width in told["segments"]]


def _fill(file: BinaryIO, label: str, segments: Sequence[Segment]) -> None:
    shapes = [[len(segment), segment.first, segment.ids.dtype.itemsize] for segment in segments]
    told = json.dumps({"label": label, "segments": shapes}).encode().ljust(PAGE - DIGEST[1], b"\0")
    if len(told) > PAGE - DIGEST[1]:
        raise ValueError("too many segments for one snapshot")
    digest = sha256(told)
    file.write(bytes(DIGEST[1]) + told)
    for segment in segments:
        for name, shape, kind in _arrays(len(segment), segment.ids.dtype.itemsize):
            size = _bytes(shape, kind)
            for part in (np.ascontiguousarray(getattr(segment, name)).data.cast("B"), bytes(-size % ALIGNED)):
                digest.update(part)
                file.write(part)
    file.seek(0)
    file.write(MAGIC + digest.digest())
    file.flush()
    os.fsync(file.fileno())


# --- the file ---------------------------------------------------------------------------------------------------------
def _unfinished(path: Path) -> Path:
    return path.with_name(f".{path.name}.new")


def _remove(path: Path) -> bool:
    with _opened(path) as old:
        path.unlink(missing_ok=True)
        _settle(path.parent)
        _wipe(old)
        return old is not None


@contextmanager
def _opened(path: Path) -> Iterator[BinaryIO | None]:
    """The file that is there now, if any, to be overwritten once it has lost its name."""
    try:
        file = path.open("r+b")
    except FileNotFoundError:
        yield None
        return
    with file:
        yield file


def _wipe(file: BinaryIO | None) -> None:
    """Zeros, the first page before all others: whoever reads on sees by it that what follows is not to be believed."""
    if file is None:
        return
    left = os.fstat(file.fileno()).st_size
    file.seek(0)
    while left > 0:
        piece = min(left, PAGE if file.tell() == 0 else PIECE)
        file.write(bytes(piece))
        file.flush()
        left -= piece
    os.fsync(file.fileno())


def _settle(folder: Path) -> None:
    """The new name is on the disk too."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
