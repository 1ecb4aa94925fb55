"""Which files become matches, and what follows for those of other cases. All of it in the turn of matching."""
from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from cases.audit.services import record
from cases.hashing.alike import CROWD, Alike, Near
from cases.hashing.entries import STANDING, hold_for_a_child
from cases.hashing.matches import guarded, of_children, pairs_of, values_of, values_of_children
from cases.hashing.models import ListEntry, Listing, Match, MediaHash, SetAside
from cases.hashing.turns import IMPORTING, MATCHING, take_turn
from cases.models import UNIT_ONLY, Case, Link
from cases.notifications.models import Occasion
from cases.notifications.services import tell_supervisors
from cases.outbox.services import enqueue
from cases.services import link_all

SEVERAL = 3                     # other cases whose listed pictures one report takes off before supervisors are told


def tie(alike: Iterable[Alike]) -> list[Match]:
    """Keep those as matches that are none yet; of two files the first that is named."""
    pairs = {frozenset((each.one.pk, each.other)): each for each in reversed(list(alike))}
    known, now = pairs_of({each.one for each in pairs.values()}), timezone.now()
    new = [each for pair, each in reversed(pairs.items()) if pair not in known]
    return Match.objects.bulk_create(
        Match(a=each.one, b_id=each.other, distance=each.distance, share=each.share, at=now) for each in new)


def link(case: Case, found: Iterable[Match]) -> list[UUID]:
    """Tie a case to those of its new matches; their ids."""
    tied = Case.objects.filter(pk__in=MediaHash.objects.filter(pk__in={match.b_id for match in found}).values("case"))
    others = list(tied.order_by("pk").defer(*UNIT_ONLY))
    link_all(case=case, others=others, because=Link.Because.HASH)
    return [other.pk for other in others]


def guard_others(near: Near, found: Sequence[Match] = ()) -> None:
    """What of other cases turns out to show a child leaves the adults' list at once, without a person, and stays off.

    So does every file that is the same, also where so many cases hold it that most of them are not tied to this one.
    """
    reached = list(near.guarded_by(of_children([one.pk for one in near.mine])))
    kept = guarded([each.other for each in reached])
    new = [each for each in reached if each.other not in kept]
    beyond = tie(new)
    ask_to_rise({each.case for each in new})
    listed = Listing.objects.filter(hash__in=[match.b_id for match in beyond], state__in=STANDING).values_list("hash", flat=True)
    if values := values_of_children(found) | values_of(set(listed)):    # else the turn of publishing is taken for nothing
        tell_of(hold_for_a_child(values=values), near.mine[0].case)


def tell_of(held: Collection[ListEntry], report: Case) -> None:
    """A report that takes pictures of several cases off the list may be made up, by who was handed the list: supervisors look."""
    behind = Case.objects.filter(media_hashes__listings__entry__in=held).exclude(pk=report.pk).distinct()
    cases = list(behind.select_related("unit").defer(*UNIT_ONLY))
    if len(cases) >= SEVERAL:
        record("report_took_off", subject=report.pk, actor="system", cases=len(cases), entries=len(held))
        for case in {one.unit_id: one for one in [*cases, report]}.values():
            tell_supervisors(case=case, occasion=Occasion.TAKEN_OFF)


def ask_to_rise(case_ids: Collection[UUID]) -> None:
    """A thousand cases at once are rated by jobs, not in the turn that all others wait for."""
    ids = sorted(map(str, case_ids))
    for first in range(0, len(ids), CROWD):
        enqueue("hashing.rise", case_ids=ids[first:first + CROWD])


def settle_others(case_ids: Collection[UUID]) -> None:
    """Less is known of their pictures than was."""
    ids = sorted(map(str, case_ids))
    for first in range(0, len(ids), CROWD):
        enqueue("hashing.settle", case_ids=ids[first:first + CROWD])


def hold_again(case: Case, found: Sequence[Match]) -> None:
    """Matches that had been undone count again."""
    others = Case.objects.filter(Q(media_hashes__in=[m.a_id for m in found]) | Q(media_hashes__in=[m.b_id for m in found]))
    tied = list(others.exclude(pk=case.pk).distinct().order_by("pk").defer(*UNIT_ONLY))
    link_all(case=case, others=tied, because=Link.Because.HASH)
    ask_to_rise({case.pk, *(other.pk for other in tied)})
    if values := values_of_children(found):
        hold_for_a_child(values=values)
    enqueue("hashing.guard_same", case_id=str(case.pk))


@transaction.atomic
def look_again(*, case_id: UUID) -> None:
    """Does a child's case hold one of these files? Asked of all there are, before they may come on a list.

    A match may be missing: so many cases held the file that not all were tied, or the child's case that was tied has gone.
    """
    take_turn(MATCHING)
    files = MediaHash.objects.filter(case=case_id, matched_at__isnull=False)
    known = guarded(files.values_list("pk", flat=True))
    mine = list(files.exclude(pk__in=known).select_related("case").prefetch_related("variants", "frames"))
    near, before = Near(mine), pairs_of(mine)
    nearest = dict[UUID, Alike]()
    for each in near.guarding():
        if frozenset((each.one.pk, each.other)) not in before:
            nearest.setdefault(each.one.pk, each)
    if nearest:
        link(mine[0].case, tie(nearest.values()))
        ask_to_rise({case_id, *(each.case for each in nearest.values())})


@transaction.atomic
def guard_same(*, case_id: UUID) -> None:
    """Files of this case turned out to be on a list of child imagery: so is whatever is the same."""
    take_turn(MATCHING)
    take_turn(IMPORTING)
    if SetAside.objects.filter(case=case_id, agreed_at__isnull=False).exists():
        return
    known = of_children(MediaHash.objects.filter(case=case_id, matched_at__isnull=False).values_list("pk", flat=True))
    if mine := list(MediaHash.objects.filter(pk__in=known).select_related("case").prefetch_related("variants", "frames")):
        guard_others(Near(mine))
