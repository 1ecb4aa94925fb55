"""Fingerprints that others list: taken in, compared with our cases, and never handed on (cases.hashing.triggers sees to it).

Taking in is idempotent: a page that comes twice changes nothing, and what an older page says of a row is not believed, in
whatever order pages come. What they took back goes at once, value and matches.
"""
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from cases.audit.services import record
from cases.hashing.entries import withdraw
from cases.hashing.index import lists
from cases.hashing.known import KNOWN
from cases.hashing.matches import known_of_children, values_of, with_the_same
from cases.hashing.models import ForeignHash, ForeignMatch, IndexedHash, ListEntry, MediaHash
from cases.hashing.rising import rise
from cases.hashing.turns import IMPORTING, stamps, take_turn
from cases.outbox.services import enqueue

Kind = ListEntry.Kind
Pair = tuple[UUID, UUID, int]                           # a fingerprint of ours, one of theirs, bits
OURS, THEIRS = (IndexedHash.Kind.PICTURE, IndexedHash.Kind.FRAME), IndexedHash.Kind.FOREIGN


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
    met: frozenset[UUID] = frozenset()          # pictures of ours with new matches


@transaction.atomic
def take_in(*, source: str, rows: Sequence[Row], child: bool = False, goes_on: bool = False) -> TakenIn:
    """One page of somebody else's list, compared with every case at once. `child`: the list is of child imagery.

    `goes_on`: more pages follow in this transaction, and the caller settles what all of them met, once.
    """
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
    live = [one for one in [*made, *changed] if one.value]
    IndexedHash.objects.filter(foreign__in=changed).delete()
    IndexedHash.objects.bulk_create(IndexedHash(kind=THEIRS, pdq=one.value, foreign=one) for one in live if one.kind == Kind.PDQ)
    found = keep(pairs_of(live))
    met = frozenset(row.hash_id for row in found)
    if not goes_on:
        settle(met)
    return TakenIn(len(made), sum(not one.value for one in changed), len(found), met)


def pairs_of(foreign: Sequence[ForeignHash]) -> list[Pair]:
    """Our fingerprints that are one of these. Those that were not yet compared with anything are when their turn comes."""
    pictures = [one for one in foreign if one.kind == Kind.PDQ]
    pairs = list[Pair]()
    for kind in OURS:
        near = KNOWN[kind].near([one.value for one in pictures])
        owner = dict(IndexedHash.objects.filter(pk__in={row for hits in near for row, _ in hits}).values_list("pk", "media"))
        pairs += [(owner[row], one.pk, bits) for one, hits in zip(pictures, near, strict=True) for row, bits in hits]
    files = [one for one in foreign if one.kind == Kind.MD5]
    same = MediaHash.objects.filter(md5__in={one.value for one in files}).values_list("pk", "md5")
    return nearest(pairs + [(pk, one.pk, 0) for pk, md5 in same for one in files if one.value == md5])


@transaction.atomic
def compare(*, case_id: UUID) -> int:
    """A case's fingerprints with every foreign one; how many matches are new. In the transaction that matches the case."""
    take_turn(IMPORTING)
    mine = list(MediaHash.objects.filter(case_id=case_id).prefetch_related("variants", "frames"))
    asked = [(one, value) for one in mine for value in one.every()]
    near = lists(KNOWN[THEIRS].hits([value for _, value in asked]), len(asked))
    owner = dict(IndexedHash.objects.filter(pk__in={row for hits in near for row, _ in hits}).values_list("pk", "foreign"))
    pairs = [(one.pk, owner[row], bits) for (one, _), hits in zip(asked, near, strict=True) for row, bits in hits if row in owner]
    files = {one.md5: one.pk for one in mine}
    same = ForeignHash.objects.filter(kind=Kind.MD5, value__in=files, deleted_at=None).values_list("pk", "value")
    found = keep(nearest(pairs + [(files[md5], pk, 0) for pk, md5 in same]))
    settle({row.hash_id for row in found})
    return len(found)


def nearest(pairs: Sequence[Pair]) -> list[Pair]:
    """Of each two the nearest."""
    far: dict[tuple[UUID, UUID], int] = {}
    for ours, theirs, bits in pairs:
        far[ours, theirs] = min(bits, far.get((ours, theirs), bits))
    return [(ours, theirs, bits) for (ours, theirs), bits in far.items()]


def keep(pairs: Sequence[Pair]) -> list[ForeignMatch]:
    """Note new matches, and in the log of each case that it is known elsewhere."""
    there = set(ForeignMatch.objects.filter(hash__in={pair[0] for pair in pairs}).values_list("hash", "foreign"))
    now, new = timezone.now(), [pair for pair in pairs if pair[:2] not in there]
    rows = ForeignMatch.objects.bulk_create(ForeignMatch(hash_id=a, foreign_id=b, distance=bits, at=now) for a, b, bits in new)
    cases = set(MediaHash.objects.filter(foreign__in=rows).values_list("case", flat=True))
    for case_id in cases:
        record("known_elsewhere", subject=case_id, actor="system")
    return rows


def settle(pictures: Collection[UUID]) -> None:
    """Their cases become more urgent; what turns out to be on a list of child imagery leaves the adults' list at once.

    Once in a transaction: cases are locked in one order, and nobody who has the turn of publishing locks any.
    """
    rise(MediaHash.objects.filter(pk__in=pictures).values_list("case", flat=True))
    take_children_off(pictures)


def take_children_off(pictures: Collection[UUID]) -> None:
    """Those of them that a list of child imagery knows leave the adults' list, and what we know to be the same. The turn of
    publishing is not taken for nothing: who has it must not lock cases any more."""
    known = known_of_children(pictures)
    for case_id in MediaHash.objects.filter(pk__in=known).order_by("case").values_list("case", flat=True).distinct():
        enqueue("hashing.guard_same", case_id=str(case_id))
    if values := values_of(with_the_same(known)):
        withdraw(entries=ListEntry.objects.filter(value__in=values).exclude(category=ListEntry.Category.CHILD))


@transaction.atomic
def relabel(*, source: str, child: bool) -> int:
    """Whoever configures a list said otherwise before: all that came from it is of children now, or not. How many."""
    take_turn(IMPORTING)
    changed = ForeignHash.objects.filter(source=source).exclude(child=child).update(child=child)
    if changed and child:
        rise(MediaHash.objects.filter(foreign__foreign__source=source).values_list("case", flat=True))
        take_children_off(set(ForeignMatch.objects.filter(foreign__source=source).values_list("hash", flat=True)))
    return changed


def lists_that_know(case_id: UUID) -> list[str]:
    """The sources on whose lists pictures of this case stand already."""
    known = ForeignMatch.objects.filter(hash__case=case_id, foreign__deleted_at=None)
    return sorted(set(known.values_list("foreign__source", flat=True)))


def on_a_list_of_children(case_id: UUID) -> bool:
    """One of its pictures or videos, or what is the same in another case."""
    mine = set(MediaHash.objects.filter(case=case_id).values_list("pk", flat=True))
    return bool(known_of_children(with_the_same(mine)))
