"""What is known of a hash that a member has in hand. Who may know which of it is for the door to say (cases.triage.hashes).

Pictures are found as matching finds them, up to the same distance; files by SHA-256 or MD5, exactly.
"""
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet

from cases.hashing import benign
from cases.hashing.known import KNOWN
from cases.hashing.models import Benign, ForeignHash, IndexedHash, ListEntry, Listing, MediaHash
from cases.permissions import Staff
from cases.selectors import cases_for, walled_off

Kind = IndexedHash.Kind
PDQ_DIGITS, MD5_DIGITS = 64, 32


@dataclass(frozen=True)
class Near:
    """`distance` in bits; None: the same file."""
    media: MediaHash
    distance: int | None


@dataclass(frozen=True)
class NearForeign:
    foreign: ForeignHash
    distance: int


@dataclass(frozen=True)
class NearBenign:
    benign: Benign
    distance: int


def is_pdq(value: str) -> bool:
    return len(value) == PDQ_DIGITS


def reported(value: str) -> list[Near]:
    """Fingerprints of cases that are this picture (nearest first), or this very file. Of each once."""
    found: dict[object, Near] = {}
    if is_pdq(value):
        rows = {row: bits for kind in Kind if kind != Kind.FOREIGN for row, bits in KNOWN[kind].near([value])[0]}
        for row in IndexedHash.objects.filter(pk__in=rows).select_related("media__case"):
            if row.media and (row.media_id not in found or rows[row.pk] < (found[row.media_id].distance or 0)):
                found[row.media_id] = Near(row.media, rows[row.pk])
    same = MediaHash.objects.filter(Q(pdq=value) | Q(sha256=value) if is_pdq(value) else Q(md5=value)).select_related("case")
    for media in same:
        found.setdefault(media.pk, Near(media, 0 if media.pdq == value else None))
    return sorted(found.values(), key=lambda near: (near.distance or 0, near.media.at))


def elsewhere(value: str) -> list[NearForeign]:
    """The same on lists of others; what they took back has no value any more."""
    kind = ListEntry.Kind.PDQ if is_pdq(value) else ListEntry.Kind.MD5
    rows = dict(KNOWN[Kind.FOREIGN].near([value])[0]) if is_pdq(value) else {}
    near = IndexedHash.objects.filter(pk__in=rows).select_related("foreign")
    found = {row.foreign: rows[row.pk] for row in near if row.foreign}
    for one in ForeignHash.objects.filter(kind=kind, value=value, deleted_at=None):
        found[one] = 0
    return sorted((NearForeign(one, bits) for one, bits in found.items()), key=lambda one: (one.distance, one.foreign.source))


def harmless(value: str) -> list[NearBenign]:
    """Of the pictures that are known to be harmless."""
    if not is_pdq(value):
        return []
    (found,) = benign.near([value], settings.HASH_LIMITS[Kind.PICTURE.name])
    rows = Benign.objects.in_bulk([row for row, _ in found])
    return sorted((NearBenign(rows[row], bits) for row, bits in found if row in rows), key=lambda one: one.distance)


def entries_for(member: Staff) -> QuerySet[ListEntry]:
    """Entries of the shared lists that the member may know of.

    Each stands for a picture of a case: one behind which only cases stand that do not exist for the member is not there for them
    either, or they would know of the case. What only waits to be listed is there for whom such a case exists.
    """
    behind = Listing.objects.filter(entry=OuterRef("pk"))
    walls = walled_off(member).values("case")
    shown = ~Exists(behind.filter(hash__case__in=walls)) | Exists(behind.exclude(hash__case__in=walls))
    mine = Exists(behind.filter(hash__case__in=cases_for(member).values("pk")))
    return ListEntry.objects.filter(shown & (~Q(state=ListEntry.State.WAITING) | mine))


def listed(value: str, near: Iterable[Near], member: Staff) -> list[ListEntry]:
    """Entries with this value, or with the fingerprint of one of those cases."""
    media: Sequence[MediaHash] = [one.media for one in near]
    found = entries_for(member).filter(Q(value=value) | Q(listings__hash__in=media))
    return list(found.distinct().order_by("-modified_at"))
