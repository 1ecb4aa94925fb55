"""Looking up what is known, by the quickest way this process has: a snapshot and what came since, or else the table.

The snapshot is a file that the worker's processes map (settings.HASH_SNAPSHOTS; the desk has none and asks the table). Nothing
depends on it: one that is missing, damaged or of another past is left alone, and a job writes a new one within a minute.
"""
import logging
import threading
from collections.abc import Sequence
from itertools import islice
from pathlib import Path

import numpy as np
from django.conf import settings
from django.db.models import QuerySet

from cases.hashing import snapshot
from cases.hashing.index import Found, Hit, Ids, Index, Words, lists, pack, segments
from cases.hashing.models import IndexedHash
from cases.hashing.snapshot import Damaged, Snapshot
from cases.hashing.table import AT_ONCE, Table

log = logging.getLogger(__name__)
Kind = IndexedHash.Kind
GROWN = 10                              # a snapshot is written anew when a tenth has come since


def path_of(kind: Kind) -> Path | None:
    """Where this machine keeps its snapshot, if it keeps any."""
    return settings.HASH_SNAPSHOTS / kind.name.lower() if settings.HASH_SNAPSHOTS else None


def rows_of(kind: Kind) -> QuerySet[IndexedHash]:
    return IndexedHash.objects.filter(kind=kind).order_by("pk")


class Known:
    """Hashes of one kind, as this process can look them up. Finds what the table has, no more and no less."""

    def __init__(self, kind: Kind) -> None:
        self.kind, self._lock = kind, threading.Lock()
        self._stamp: snapshot.Stamp | None = None
        self._snapshot: Snapshot | None = None
        self._index: Index | None = None

    def near(self, values: Sequence[str], limit: int | None = None) -> list[list[Hit]]:
        """For each hash (64 hex digits) every known one at most `limit` bits away, as (id, distance), nearest first."""
        within = settings.HASH_LIMITS[self.kind.name] if limit is None else limit
        with self._lock:
            for _ in range(2):                                  # a second time if the snapshot was replaced meanwhile
                found = self._remembered(values, within)
                if found is not None:
                    return self._still_there(lists(found, len(values)))
        return Table(self.kind).near(values, within)

    def hits(self, values: Sequence[str]) -> Found:
        """The same as arrays, for who asks with many hashes at once: number of the asked one, id, distance. An id whose row was
        deleted may be among them."""
        within = settings.HASH_LIMITS[self.kind.name]
        with self._lock:
            for _ in range(2):
                found = self._remembered(values, within)
                if found is not None:
                    return found
        return Table(self.kind).hits(values, within)

    def mapped(self) -> Snapshot | None:
        """The snapshot that is there now, if it is sound and of this table's past."""
        with self._lock:
            self._look_again()
            return self._snapshot

    def _remembered(self, values: Sequence[str], limit: int) -> Found | None:
        index = self._caught_up()
        if index is None or self._snapshot is None:
            return None
        try:
            found = index.hits(values, limit)
        except (ValueError, IndexError):                        # tables that are being overwritten lead nowhere
            if not self._snapshot.wiped:
                raise
        return None if self._snapshot.wiped else found

    def _still_there(self, found: list[list[Hit]]) -> list[list[Hit]]:
        """What was deleted since is not found, and need not be met again."""
        met = {row for hits in found for row, _ in hits}
        gone = met - set(IndexedHash.objects.filter(pk__in=met).values_list("pk", flat=True)) if met else met
        if gone and self._index:
            self._index.withdraw(gone)
        return [[hit for hit in hits if hit[0] not in gone] for hits in found]

    def _caught_up(self) -> Index | None:
        """The index with all that was added since. None: there is nothing here to look in."""
        self._look_again()
        if self._index and not self._is_past(self._index):      # its newest row has gone: begin again from the snapshot
            self._forget()
            self._look_again()
        while self._index and self._index.newest:
            new = list(rows_of(self.kind).filter(pk__gt=self._index.newest[0]).values_list("pk", "pdq")[:AT_ONCE])
            self._index.add([row for row, _ in new], pack([pdq for _, pdq in new]))
            if len(new) < AT_ONCE:
                break
        return self._index

    def _look_again(self) -> None:
        """Take what is at the path, if it is another file than before, or none."""
        path = path_of(self.kind)
        stamp = snapshot.stamp_of(path) if path else None
        if stamp == self._stamp:
            return
        self._forget()
        self._stamp = stamp
        if path is None or stamp is None:
            return
        try:
            opened = Snapshot.open(path)
        except FileNotFoundError:
            return
        except Damaged:
            log.warning("the snapshot %s is damaged; the table is asked", self.kind.name)
            return
        index = Index(opened.segments)
        if opened.label == self.kind.name and self._is_past(index):
            self._snapshot, self._index, self._stamp = opened, index, opened.stamp

    def _is_past(self, index: Index) -> bool:
        """Its newest row is in the table still, so what was added since has higher ids. Not so after a restored backup."""
        return index.newest is not None and rows_of(self.kind).filter(pk=index.newest[0], pdq=index.newest[1]).exists()

    def _forget(self) -> None:
        self._stamp = self._snapshot = self._index = None


KNOWN = {kind: Known(kind) for kind in Kind}


# --- the files --------------------------------------------------------------------------------------------------------
def discard_stale() -> None:
    """Remove every snapshot of this machine that holds what the table holds no more, and overwrite it; the damaged ones too."""
    for kind in Kind:
        path = path_of(kind)
        if path and not is_sound(kind):
            snapshot.discard(path)


def is_sound(kind: Kind) -> bool:
    """As many rows up to its last id as in the table: rows are only deleted there, so these are the same."""
    mapped = KNOWN[kind].mapped()
    return mapped is not None and rows_of(kind).filter(pk__lte=mapped.segments[-1].last).count() == len(mapped)


def renew() -> list[Kind]:
    """Discard what is stale and write what is due. Returns the kinds that were written. Not inside a transaction."""
    discard_stale()
    return [kind for kind in Kind if is_due(kind) and write(kind)]


def is_due(kind: Kind) -> bool:
    """There are enough hashes for a snapshot to be worth it, and none, or many that came since."""
    if path_of(kind) is None:
        return False
    mapped, there = KNOWN[kind].mapped(), rows_of(kind).count()
    if mapped is None:
        return there >= settings.HASH_SNAPSHOT_FROM
    return there - len(mapped) > max(settings.HASH_SNAPSHOT_FROM, len(mapped)) // GROWN


def write(kind: Kind) -> bool:
    """A snapshot of the table. False if there is nothing, or another process is at it."""
    path = path_of(kind)
    if path is None:
        return False
    with snapshot.alone(path, "writer", wait=False) as mine:
        if not mine:
            return False
        ids, words = read(kind)
        if len(ids):
            snapshot.write(path, kind.name, segments(ids, words))
    discard_stale()                     # something was deleted while it was written
    return bool(len(ids))


def read(kind: Kind) -> tuple[Ids, Words]:
    ids, words = [np.empty(0, np.int64)], [np.empty((0, 4), np.uint64)]
    rows = rows_of(kind).values_list("pk", "pdq").iterator(AT_ONCE)
    while piece := list(islice(rows, AT_ONCE)):
        ids.append(np.array([row for row, _ in piece], np.int64))
        words.append(pack([pdq for _, pdq in piece]))
    return np.concatenate(ids), np.concatenate(words)
