"""Recomputing the chain: what was altered, removed, moved, cut off, linked twice or dated otherwise than its neighbours.

It streams: memory does not grow with the log. What an insider with database *and* signing key rewrites from the first entry on
is a sound chain again; only what a witness wrote down outside shows it (docs/how-to/witness.md).
"""
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import chain as one_after_another
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.db import connection
from django.db.models import Count
from django.utils import timezone

from cases.audit import chain
from cases.audit.models import AuditLink, Checkpoint, Entry
from cases.audit.services import signing_public_key, unlinked
from cases.audit.triggers import unguarded

BATCH = 2000                                    # links held in memory at a time
MOST_NAMED = 1000                               # positions of one fault that are remembered
LATE = timedelta(minutes=15)                    # a transaction may commit later than one that began after it; a job takes 10
AHEAD = timedelta(minutes=1)                    # how far the clocks of our machines may differ
Row = tuple[Any, ...]                           # an entry's columns


@dataclass
class Verification:
    """What `verify` found. Positions count from 1. `broken_at` is the first link that does not follow from the one before."""
    entries: int = 0
    links: int = 0
    head: bytes = chain.GENESIS
    broken_at: int | None = None
    missing: list[int] = field(default_factory=list)            # positions whose entry is gone
    misdated: list[int] = field(default_factory=list)           # later than what follows, or far earlier than what went before
    twice: int = 0                                              # entries that are linked more than once
    bad_checkpoints: list[int] = field(default_factory=list)    # unsigned by us, or not what the chain says
    witnessed: int = 0                                          # checkpoints of a witness that were compared
    unlike_witness: list[int] = field(default_factory=list)     # another head than theirs, or none any more
    unguarded: list[str] = field(default_factory=list)          # tables without their triggers
    tail: int = 0                                               # entries not linked yet, which the chain cannot vouch for
    tail_since: datetime | None = None

    @property
    def sound(self) -> bool:
        """Nothing was altered that the chain vouches for. A tail is no fault, but should never be old."""
        return self.broken_at is None and not (self.missing or self.misdated or self.twice or self.bad_checkpoints
                                               or self.unlike_witness or self.unguarded)


def verify(*public_keys: bytes, witness: Mapping[int, bytes] | None = None, known: frozenset[int] = frozenset()) -> Verification:
    """Recompute the whole chain from the entries and check every signature, with our own key or those given (32 bytes each;
    several when the key was replaced).

    `witness`: position → hash, as somebody outside wrote them down. `known`: positions whose dates a person has looked into (a
    machine's clock was wrong) and which are not to be named again.
    """
    found = Verification(entries=Entry.objects.count(), unguarded=unguarded(connection), witnessed=len(witness or {}))
    walk = Walk(found, [Ed25519PublicKey.from_public_bytes(key) for key in public_keys or (signing_public_key(),)],
                dict(witness or {}), known)
    for position, digest, row in pairs():
        walk.step(position, digest, row)
    walk.end()
    found.twice = AuditLink.objects.order_by().values("entry").annotate(times=Count("pk")).filter(times__gt=1).count()
    found.tail = unlinked().count()
    found.tail_since = unlinked().values_list("at", flat=True).first()
    return found


class Walk:
    """One pass over the chain, with the checkpoints beside it in the same order."""

    def __init__(self, found: Verification, keys: list[Ed25519PublicKey], witness: dict[int, bytes],
                 known: frozenset[int]) -> None:
        self.found, self.keys, self.witness, self.known = found, keys, witness, known
        self.before, self.newest = 0, None
        self.points = Checkpoint.objects.order_by("position").iterator(BATCH)
        self.point = next(self.points, None)

    newest: datetime | None

    def step(self, position: int, digest: bytes, row: Row | None) -> None:
        found = self.found
        if row is None:
            name(found.missing, position)
        follows = row is not None and position == self.before + 1 and digest == chain.next_hash(found.head, canonical(row))
        if not follows and found.broken_at is None:
            found.broken_at = position
        found.links, found.head, self.before = found.links + 1, digest, position
        if row is not None:
            self.date(position, row[1])
        self.checkpoints(position, digest)
        if self.witness.pop(position, digest) != digest:
            name(found.unlike_witness, position)

    def date(self, position: int, at: datetime) -> None:
        """An entry is no younger than the checkpoint over it, and little older than what was linked before it."""
        latest = (self.point.at if self.point else timezone.now()) + AHEAD
        early = self.newest is not None and at < self.newest - LATE
        if (early or at > latest) and position not in self.known:
            name(self.found.misdated, position)
        if at <= latest:
            self.newest = max(at, self.newest or at)

    def checkpoints(self, position: int, digest: bytes) -> None:
        while self.point and self.point.position <= position:
            if self.point.position < position or bytes(self.point.hash) != digest or not signed(self.point, self.keys):
                name(self.found.bad_checkpoints, self.point.position)
            self.point = next(self.points, None)

    def end(self) -> None:
        """What was signed or witnessed beyond the end: the chain was cut off."""
        for point in one_after_another([self.point] if self.point else [], self.points):
            name(self.found.bad_checkpoints, point.position)
        for position in sorted(self.witness):
            name(self.found.unlike_witness, position)


def name(positions: list[int], position: int) -> None:
    if len(positions) < MOST_NAMED:
        positions.append(position)


def pairs(after: int = 0) -> Iterator[tuple[int, bytes, Row | None]]:
    """Position, hash and entry (None: gone) of every link, in order. A batch at a time, two queries each."""
    while links := list(AuditLink.objects.filter(position__gt=after).order_by("position")
                        .values_list("position", "entry", "hash")[:BATCH]):
        last = links[-1][0]
        batch = AuditLink.objects.filter(position__gt=after, position__lte=last).order_by().values("entry")
        rows = Entry.objects.filter(pk__in=batch).order_by().values_list("pk", "at", "event", "subject", "actor", "details")
        entries = {row[0]: row for row in rows}
        yield from ((position, bytes(digest), entries.get(entry)) for position, entry, digest in links)
        after = last


def canonical(row: Row) -> bytes:
    pk, at, event, subject, actor, details = row
    return chain.canonical(id=pk, at=at, event=event, subject=subject, actor=actor, details=details)


def signed(point: Checkpoint, keys: list[Ed25519PublicKey]) -> bool:
    text = chain.checkpoint_text(point.position, point.at, bytes(point.hash))
    return any(chain.verifies(key, bytes(point.signature), text) for key in keys)
