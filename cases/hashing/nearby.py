"""What of the index lies near the files of one case, as arrays: anybody may report one picture a thousand times, and then there
are millions of hits. No Python runs for each of them, and no object is made of it."""
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import numpy as np
from django.db import connection
from django.db.models import Max, Min, QuerySet
from django.db.models.expressions import RawSQL
from numpy.typing import NDArray

from cases.hashing.index import Ids
from cases.hashing.known import KNOWN
from cases.hashing.models import IndexedHash, MediaHash

FAR = 999                               # bits: not found
AT_ONCE = 32                            # hashes asked about in one go: with a picture reported a thousand times, 10 MB
Bits = NDArray[np.uint16]


@dataclass(frozen=True)
class Theirs:
    """An earlier file of another case. `at`: when it was compared with all before it."""
    media: UUID
    case: UUID
    video: bool
    at: datetime


@dataclass(frozen=True)
class Met:
    """Of hashes that were asked about (a row each) and rows of the index (a column each: `ids`, ascending) the bits between."""
    ids: Ids
    bits: Bits


@dataclass(frozen=True)
class Lookup:
    """Of files of ours (rows) and theirs (columns). `met`: how many of our hashes came near one of theirs, `median` of the bits
    then, `rows`: how many of theirs came near one of ours."""
    theirs: Sequence[Theirs]
    far: Bits
    met: NDArray[np.int64]
    median: Bits
    rows: NDArray[np.int64]


def look_up(mine: Sequence[MediaHash], kind: IndexedHash.Kind) -> Lookup:
    """What of that kind lies near these files of one case, in other cases."""
    values = [list(dict.fromkeys(one.every())) for one in mine]
    asked = list(dict.fromkeys(value for each in values for value in each))
    pieces = [meet(kind, asked[first:first + AT_ONCE]) for first in range(0, len(asked), AT_ONCE)]
    theirs, ids, columns = owners(pieces, {one.case_id for one in mine})
    nearest = np.full((len(asked), len(theirs)), FAR, np.uint16)
    place, size = {value: number for number, value in enumerate(asked)}, (len(mine), len(theirs))
    seen = np.zeros((len(mine), len(ids)), bool)
    for number, piece in enumerate(pieces if theirs else ()):
        there = np.searchsorted(ids, piece.ids[np.isin(piece.ids, ids)])
        bits = piece.bits[:, np.isin(piece.ids, ids)]
        its, starts = np.unique(columns[there], return_index=True)
        first = number * AT_ONCE
        if len(its):
            nearest[first:first + len(bits), its] = np.minimum.reduceat(bits, starts, axis=1)
        for one, each in enumerate(values):
            own = [place[value] - first for value in each if first <= place[value] < first + len(bits)]
            seen[one, there] |= (bits[own] < FAR).any(axis=0)
    far, median = np.full(size, FAR, np.uint16), np.full(size, FAR, np.uint16)
    met, rows = np.zeros(size, np.int64), np.zeros(size, np.int64)
    for one, each in enumerate(values if theirs else ()):
        if each:
            own_bits = np.sort(nearest[[place[value] for value in each]], axis=0)
            far[one], met[one] = own_bits[0], (own_bits < FAR).sum(axis=0)
            median[one] = np.take_along_axis(own_bits, (np.maximum(met[one], 1) - 1)[None] // 2, axis=0)[0]
            rows[one] = np.bincount(columns[seen[one]], minlength=len(theirs))
    return Lookup(theirs, far, met, median, rows)


def meet(kind: IndexedHash.Kind, values: Sequence[str]) -> Met:
    which, found, far = KNOWN[kind].hits(values)
    ids, column = np.unique(found, return_inverse=True)
    bits = np.full((len(values), len(ids)), FAR, np.uint16)
    bits[which, column] = far
    return Met(ids, bits)


def owners(pieces: Sequence[Met], own: Collection[UUID]) -> tuple[list[Theirs], Ids, NDArray[np.intp]]:
    """Whose rows these are: files of other cases than our `own`, the rows of these, and of each row the place of its file.

    A file's rows were added in one go, so no other's lie between its first and its last.
    """
    ids = np.unique(np.concatenate([np.empty(0, np.int64), *(piece.ids for piece in pieces)]))
    rows = rows_among(ids).exclude(media__case__in=own).order_by()
    found = sorted(rows.values_list("media", "media__case", "media__kind", "media__matched_at").annotate(Min("pk"), Max("pk")),
                   key=lambda row: row[4])
    theirs = [Theirs(media, case, kind == MediaHash.Kind.VIDEO, at) for media, case, kind, at, _first, _last in found]
    if not found:
        return [], np.empty(0, np.int64), np.empty(0, np.intp)
    first, last = np.array([row[4] for row in found]), np.array([row[5] for row in found])
    columns = np.searchsorted(first, ids, side="right") - 1
    there = (columns >= 0) & (ids <= last[columns])
    return theirs, ids[there], columns[there]


def rows_among(ids: Ids) -> QuerySet[IndexedHash]:
    """With these ids, of which there may be a hundred thousand: one parameter instead of as many."""
    if connection.vendor == "postgresql":
        return IndexedHash.objects.filter(pk__in=RawSQL("SELECT unnest(%s::bigint[])", [ids.tolist()]))
    return IndexedHash.objects.filter(pk__in=RawSQL("SELECT value FROM json_each(%s)", [json.dumps(ids.tolist())]))
