"""Fingerprints of a case: kept, and compared with all others. How they come on a list: listing."""
from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from cases.audit.services import record
from cases.hashing import foreign
from cases.hashing.alike import Near, rows
from cases.hashing.fingerprint import AnyFingerprint, Fingerprint, VideoFingerprint
from cases.hashing.matches import matches_a_child, of_a_child
from cases.hashing.models import Frame, IndexedHash, Match, MediaHash, SetAside, Variant
from cases.hashing.rising import may_rise, rise
from cases.hashing.turns import IMPORTING, MATCHING, last_of, stamp_after, take_turn
from cases.hashing.tying import guard_others, link, look_again, tie
from cases.models import Case
from cases.outbox.services import enqueue
from cases.priority import IMAGE_HARMS, AgeBand, Harm
from cases.selectors import kin_of

LISTED_HARMS = IMAGE_HARMS - {Harm.CHILD_IMAGERY}      # the list is of intimate pictures of adults, and of nothing else


class Refusal(StrEnum):
    """Why a case's fingerprints may not go on the list."""
    CHILD = "child"                      # a child is affected or shown
    CHILD_MATCH = "child_match"          # the same picture was reported in a child's case
    AGE_UNKNOWN = "age_unknown"
    NOT_INTIMATE = "not_intimate"        # private, but no matter for this list
    SET_ASIDE = "set_aside"              # the report was set aside: it was made up
    PRACTICE = "practice"                # a case of the practice unit
    CONSENT = "consent"                  # the reporter has not said yes


class PublishRefused(Exception):
    """Nothing was published; `reason` says why."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


@transaction.atomic
def store(*, case: Case, fingerprints: Sequence[AnyFingerprint]) -> list[MediaHash]:
    """Keep what the phone worked out and ask for it to be matched. Once a case: the public role cannot look what is there.
    A case for practice has no pictures."""
    if not fingerprints or case.unit.practice:
        return []
    at = timezone.now()
    kept = [row_of(case, each, at) for each in fingerprints]
    MediaHash.objects.bulk_create(kept)
    both = list(zip(kept, fingerprints, strict=True))
    Variant.objects.bulk_create(Variant(media=row, name=name, pdq=value) for row, told in both
                                if isinstance(told, Fingerprint) for name, value in told.named())
    Frame.objects.bulk_create(Frame(media=row, at_ms=frame.at_ms, pdq=frame.pdq, quality=frame.quality) for row, told in both
                              if isinstance(told, VideoFingerprint) for frame in told.frames)
    record("fingerprints_stored", subject=case.pk, actor="reporter", count=len(kept))
    enqueue("hashing.match", case_id=str(case.pk))
    return kept


def row_of(case: Case, told: AnyFingerprint, at: datetime) -> MediaHash:
    same = {"case": case, "number": told.number, "sha256": told.sha256, "md5": told.md5, "at": at}
    if isinstance(told, VideoFingerprint):
        return MediaHash(kind=MediaHash.Kind.VIDEO, quality=0, **same)
    return MediaHash(pdq=told.pdq, quality=told.quality, **same)


@transaction.atomic
def match(*, case_id: UUID) -> list[Match]:
    """Compare the case's new fingerprints with all matched before and tie the cases together. Returns the new matches.

    Cases take turns, so of two that arrive together the second finds the first. Again on the same case: nothing new.
    """
    take_turn(MATCHING)
    unmatched = MediaHash.objects.filter(case_id=case_id, matched_at=None)
    mine = list(unmatched.select_related("case__unit").prefetch_related("variants", "frames"))
    if not mine or mine[0].case.unit.practice:
        return []
    near, case = Near(mine), mine[0].case
    found = tie(near.ties())
    IndexedHash.objects.bulk_create(row for one in mine for row in rows(one))
    MediaHash.objects.filter(pk__in=[a.pk for a in mine]).update(matched_at=stamp_after(last_of(MediaHash, "matched_at")))
    tied = link(case, found)
    take_turn(IMPORTING)                        # before cases are locked, as whoever takes in a list does
    rise([case_id, *may_rise(tied, of_a_child(case))] if found else ())
    foreign.compare(case_id=case_id)
    record("fingerprints_matched", subject=case_id, actor="system", count=len(mine), found=len(found))
    guard_others(near, found)
    return found


@transaction.atomic
def match_for_good(*, case_id: UUID) -> None:
    """Before fingerprints could leave: a picture of a child must be known as such by then."""
    match(case_id=case_id)
    look_again(case_id=case_id)


def refusal(case: Case) -> Refusal | None:
    """Why this case's fingerprints may not be published, or None. Consent is escalation's to check."""
    if case.unit.practice:
        return Refusal.PRACTICE
    report = [case, *kin_of(case)]              # what is known of one person, in whichever of its cases
    if SetAside.objects.filter(case__in=report).exists():
        return Refusal.SET_ASIDE
    if any(of_a_child(each) for each in report):
        return Refusal.CHILD
    if case.harm not in LISTED_HARMS:
        return Refusal.NOT_INTIMATE
    if case.age_band != AgeBand.ADULT:
        return Refusal.AGE_UNKNOWN
    return Refusal.CHILD_MATCH if matches_a_child(case) or foreign.on_a_list_of_children(case.pk) else None
