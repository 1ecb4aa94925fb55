"""Fingerprints go from one case to another of the same report: a case was split, or that was undone. What they were found to be
the same as, and what they stand for on a list, goes along; a comparison that runs at this moment comes before or after.
"""
from collections.abc import Collection
from uuid import UUID

from django.db import transaction
from django.db.models import Q

from cases.hashing.matches import between, others, standing
from cases.hashing.models import Match, MediaHash
from cases.hashing.rising import rise, seen_of
from cases.hashing.services import match_for_good
from cases.hashing.turns import IMPORTING, MATCHING, take_turn
from cases.models import UNIT_ONLY, Case, Link
from cases.permissions import Staff
from cases.services import link_all, settle_priority, unlink_cases


@transaction.atomic
def prepare(*, case_id: UUID) -> None:
    """Before either case is locked: what has not been compared yet is, for its job would look for it in the case it has left."""
    match_for_good(case_id=case_id)
    take_turn(MATCHING)
    take_turn(IMPORTING)


@transaction.atomic
def hand_over(*, pictures: Collection[UUID], of: Case, to: Case, by: Staff) -> int:
    """`pictures` of one case are the other's. Numbers stay: they are the report's. Returns how many. After `prepare`."""
    moved = set(MediaHash.objects.filter(pk__in=pictures, case=of).values_list("pk", flat=True))
    if not moved:
        return 0
    tied = others(Match.objects.filter(Q(a__in=moved) | Q(b__in=moved)), of)
    reached = list(tied.exclude(pk=to.pk).order_by("pk").defer(*UNIT_ONLY))
    MediaHash.objects.filter(pk__in=moved).update(case=to)
    same = set(others(standing(), to).values_list("pk", flat=True))
    link_all(case=to, others=[other for other in reached if other.pk in same], because=Link.Because.HASH)
    for other in reached:
        if not between(standing(), of.pk, other.pk).exists():
            unlink_cases(a=of, b=other, because=Link.Because.HASH, by=by)
    settle_priority(case=of, seen=seen_of(of), by=by)
    rise([to.pk])
    return len(moved)
