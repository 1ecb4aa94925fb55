"""Fingerprints that others list: taken in, compared with our cases, and never handed on (cases.hashing.triggers sees to it).

Taking in is idempotent: a page that comes twice changes nothing, and what an older page says of a row is not believed, in
whatever order pages come. What they took back goes at once, value and matches.
"""
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import numpy as np
from django.db import transaction
from django.db.models import Count, Max, QuerySet
from django.utils import timezone

from cases.audit.services import record
from cases.hashing.entries import withdraw
from cases.hashing.index import Words, pack
from cases.hashing.models import ForeignHash, ForeignMatch, ListEntry, MediaHash
from cases.hashing.pdq import MATCH_DISTANCE
from cases.hashing.turns import IMPORTING, stamps, take_turn

Kind = ListEntry.Kind


@dataclass(frozen=True)
class Row:
    """What they say of one of theirs. `value` empty: taken back."""
    remote: str
    kind: str
    value: str
    updated: datetime


@dataclass(frozen=True)
class TakenIn:
    """What a page changed here."""
    new: int
    gone: int
    matches: int


class Shelf:
    """Hashes with their ids in this process's memory, compared one by one: exact, and 40 ms for a million."""

    def __init__(self) -> None:
        self.empty()

    def empty(self) -> None:
        self.ids, self.parts, self.upto = list[UUID](), list[Words](), datetime.min.replace(tzinfo=UTC)

    def add(self, rows: Sequence[tuple[UUID, str, datetime | None]]) -> None:
        if rows:
            self.ids += [row_id for row_id, _value, _at in rows]
            self.parts = [np.concatenate([*self.parts, pack([value for _id, value, _at in rows])])]
            self.upto = max(at for _id, _value, at in rows if at)

    def nearest(self, value: str) -> list[tuple[UUID, int]]:
        """(id, distance) of every hash at most MATCH_DISTANCE bits from `value`."""
        if not self.parts:
            return []
        distances = np.bitwise_count(self.parts[0] ^ pack([value])).sum(axis=1, dtype=np.uint16)
        return [(self.ids[row], int(distances[row])) for row in np.flatnonzero(distances <= MATCH_DISTANCE)]


_foreign, _ours = Shelf(), Shelf()


def catch_up(shelf: Shelf, rows: QuerySet[Any], value: str, stamp: str) -> Shelf:
    """What was stamped since is added; when rows have gone, all is loaded anew. Only while it is our turn to import."""
    wanted = rows.values_list("pk", value, stamp)
    shelf.add(list(wanted.filter(**{f"{stamp}__gt": shelf.upto})))
    there = rows.aggregate(count=Count("pk"), last=Max(stamp))
    if (there["count"], there["last"] or shelf.upto) != (len(shelf.ids), shelf.upto):
        shelf.empty()
        shelf.add(list(wanted))
    return shelf


@transaction.atomic
def take_in(*, source: str, rows: Sequence[Row], child: bool = False) -> TakenIn:
    """One page of somebody else's list, compared with every case at once. `child`: the list is of child imagery."""
    newest: dict[tuple[str, str], Row] = {}
    for row in rows:
        if (row.remote, row.kind) not in newest or newest[row.remote, row.kind].updated <= row.updated:
            newest[row.remote, row.kind] = row
    take_turn(IMPORTING)
    theirs = ForeignHash.objects.filter(source=source, remote__in={row.remote for row in rows})
    known = {(each.remote, each.kind): each for each in theirs}
    moments, made, changed = stamps(ForeignHash, "seen_at"), list[ForeignHash](), list[ForeignHash]()
    for place, row in newest.items():
        one = known.get(place)
        if one is None:
            made.append(ForeignHash(source=source, remote=row.remote, kind=row.kind, value=row.value, child=child,
                                    updated=row.updated, seen_at=next(moments), deleted_at=None if row.value else timezone.now()))
        elif one.updated <= row.updated and (one.value, one.child) != (row.value, child):
            one.value, one.child, one.seen_at, one.updated = row.value, child, next(moments), row.updated
            one.deleted_at = None if row.value else timezone.now()
            changed.append(one)
    ForeignHash.objects.bulk_create(made)
    ForeignHash.objects.bulk_update(changed, ["value", "child", "seen_at", "updated", "deleted_at"])
    ForeignMatch.objects.filter(foreign__in=changed).delete()
    if changed:
        _foreign.empty()                 # a value was replaced in place
    live = [one for one in [*made, *changed] if one.value]
    found = keep([(hash_id, one.pk, bits) for one in live for hash_id, bits in near(one)])
    return TakenIn(len(made), sum(not one.value for one in changed), found)


def near(one: ForeignHash) -> list[tuple[UUID, int]]:
    """Fingerprints of cases that are this one: ids and distances."""
    if one.kind == Kind.MD5:
        return [(pk, 0) for pk in MediaHash.objects.filter(md5=one.value).values_list("pk", flat=True)]
    matched = MediaHash.objects.exclude(matched_at=None)       # the others are compared when their turn comes
    return catch_up(_ours, matched, "pdq", "matched_at").nearest(one.value)


@transaction.atomic
def compare(*, case_id: UUID) -> int:
    """A case's fingerprints with every foreign one; how many matches are new. In the transaction that matches the case."""
    take_turn(IMPORTING)
    shelf = catch_up(_foreign, ForeignHash.objects.filter(kind=Kind.PDQ, deleted_at=None), "value", "seen_at")
    pairs = []
    for one in MediaHash.objects.filter(case_id=case_id):
        pairs += [(one.pk, foreign, bits) for foreign, bits in shelf.nearest(one.pdq)]
        same = ForeignHash.objects.filter(kind=Kind.MD5, value=one.md5, deleted_at=None)
        pairs += [(one.pk, foreign, 0) for foreign in same.values_list("pk", flat=True)]
    return keep(pairs)


def keep(pairs: Sequence[tuple[UUID, UUID, int]]) -> int:
    """Note new matches; what turns out to be on a list of child imagery leaves the adults' list at once."""
    there = set(ForeignMatch.objects.filter(hash__in={pair[0] for pair in pairs}).values_list("hash", "foreign"))
    now, new = timezone.now(), [pair for pair in pairs if pair[:2] not in there]
    rows = ForeignMatch.objects.bulk_create(ForeignMatch(hash_id=a, foreign_id=b, distance=bits, at=now) for a, b, bits in new)
    for case_id in set(MediaHash.objects.filter(foreign__in=rows).values_list("case", flat=True)):
        record("known_elsewhere", subject=case_id, actor="system")
    children = MediaHash.objects.filter(foreign__in=rows, foreign__foreign__child=True).values("pdq")
    withdraw(entries=ListEntry.objects.filter(value__in=children).exclude(category=ListEntry.Category.CHILD))
    return len(rows)


def lists_that_know(case_id: UUID) -> list[str]:
    """The sources on whose lists pictures of this case stand already."""
    known = ForeignMatch.objects.filter(hash__case=case_id, foreign__deleted_at=None)
    return sorted(set(known.values_list("foreign__source", flat=True)))


def on_a_list_of_children(case_id: UUID) -> bool:
    return ForeignMatch.objects.filter(hash__case=case_id, foreign__child=True, foreign__deleted_at=None).exists()
