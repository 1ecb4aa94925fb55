"""Whether a file is a picture that must not rest here: one that the report is about, or one on a list of such pictures."""
from collections.abc import Sequence
from uuid import UUID

from django.conf import settings

from cases.evidence.models import Evidence
from cases.hashing import pdq
from cases.hashing.known import KNOWN
from cases.hashing.models import ForeignHash, IndexedHash, ListEntry, Listing, MediaHash

Why = Evidence.Why
PICTURE, FOREIGN, FRAME = IndexedHash.Kind.PICTURE, IndexedHash.Kind.FOREIGN, IndexedHash.Kind.FRAME
MD5 = ListEntry.Kind.MD5


def why_not(*, case_id: UUID, values: Sequence[str], sha256: str, md5: str) -> Evidence.Why | None:
    """The reason to destroy it unread, the gravest first; None: it may rest. `values`: its PDQ, and that of what is inside."""
    foreign = _foreign(values, md5)
    if any(foreign):
        return Why.CHILD_LIST
    listed = _listed(values)
    if ListEntry.Category.CHILD in listed:
        return Why.CHILD_LIST
    if _own(case_id, values, sha256, md5):
        return Why.OWN_FINGERPRINT
    return Why.INTIMATE_LIST if listed or foreign else None


def _own(case_id: UUID, values: Sequence[str], sha256: str, md5: str) -> bool:
    """Under its own hash or that of a crop, of its mirror image, of a frame. Those that were not yet compared with others too."""
    mine = list(MediaHash.objects.filter(case=case_id).prefetch_related("variants", "frames"))
    known = {other for one in mine for other in one.every()}
    near = any(pdq.distance(value, other) <= settings.HASH_LIMITS["PICTURE"] for value in values for other in known)
    return near or any(sha256 == one.sha256 or md5 == one.md5 for one in mine)


def _listed(values: Sequence[str]) -> set[str]:
    """Categories of our lists under which it stands, stood, or is proposed: the picture, or a video that it is out of. What two
    people refused to list is no reason."""
    near = {row for kind in (PICTURE, FRAME) for hits in KNOWN[kind].near(values) for row, _bits in hits}
    media = IndexedHash.objects.filter(pk__in=near).values("media")
    standing = Listing.objects.filter(hash__in=media).exclude(state=Listing.State.REFUSED)
    return set(standing.values_list("entry__category", flat=True))


def _foreign(values: Sequence[str], md5: str) -> list[bool]:
    """For each entry of somebody else's list that it is: whether that list is of child imagery."""
    near = {row for hits in KNOWN[FOREIGN].near(values) for row, _bits in hits}
    rows = ForeignHash.objects.filter(indexed__in=near, deleted_at=None)
    same = ForeignHash.objects.filter(kind=MD5, value=md5, deleted_at=None)
    return [*rows.values_list("child", flat=True), *same.values_list("child", flat=True)]
