"""A case whose pictures are known elsewhere becomes more urgent, by a rule that can be read (cases.priority.SEEN_RULES)."""
from collections.abc import Collection, Iterable
from uuid import UUID

from django.db import transaction

from cases.hashing.matches import CHILDS, guarding, others, standing, telling
from cases.hashing.models import ForeignMatch
from cases.hashing.turns import IMPORTING, MATCHING, take_turn
from cases.models import UNIT_ONLY, Case
from cases.notifications.services import urgent
from cases.outbox.services import enqueue
from cases.priority import STRENGTH, Seen, is_new, rate_seen
from cases.selectors import first_of
from cases.services import raise_priority, settle_priority
from cases.workflow import Status


def seen_of(case: Case) -> Seen:
    lists = ForeignMatch.objects.filter(hash__case=case, foreign__deleted_at=None).values_list("foreign__child", flat=True)
    known = set(lists.distinct())
    first = first_of(case)                                      # what was split from it is the same report
    return Seen(cases=telling(standing(), case).exclude(pk=first).exclude(split_of=first).count(),
                child=telling(guarding(), case).filter(CHILDS).exists(),
                listed=bool(known), child_listed=True in known)


@transaction.atomic
def rise(case_ids: Iterable[UUID]) -> None:
    """Rate these cases anew. Who is on duty is told of one that becomes urgent, as of a new one.

    In the turn of matching or importing. Cases are locked always in one order, and only where something new is known.
    """
    for case in Case.objects.filter(pk__in=set(case_ids)).order_by("pk").defer(*UNIT_ONLY):
        seen = seen_of(case)
        rule = rate_seen(seen)
        risen = raise_priority(case=case, seen=seen) if rule and is_new(rule, case.seen_rule) else None
        if risen and risen.merged_into_id:
            enqueue("merging.settle", case_id=str(risen.pk))      # in a transaction of its own: it locks another case
        elif risen and risen.status != Status.CLOSED:
            urgent(case=risen)


def may_rise(case_ids: Collection[UUID], child: bool) -> list[UUID]:
    """Those for whom one more case with their picture (`child`: a child's) can say anything new."""
    strongest = STRENGTH["seen_with_child" if child else "seen_often"]
    fired = [code for code, strength in STRENGTH.items() if strength >= strongest]
    return list(Case.objects.filter(pk__in=case_ids).exclude(seen_rule__in=fired).values_list("pk", flat=True))


@transaction.atomic
def rise_in_turn(case_ids: Iterable[UUID]) -> None:
    take_turn(MATCHING)
    take_turn(IMPORTING)
    rise(case_ids)


@transaction.atomic
def settle_in_turn(case_ids: Iterable[UUID]) -> None:
    take_turn(MATCHING)
    take_turn(IMPORTING)
    for case in Case.objects.filter(pk__in=set(case_ids)).order_by("pk").defer(*UNIT_ONLY):
        settle_priority(case=case, seen=seen_of(case), by=None)


@transaction.atomic
def rise_others(case_id: UUID) -> None:
    """A wall before this case has gone: what its pictures say of other cases may now be known there."""
    take_turn(MATCHING)
    take_turn(IMPORTING)
    if case := Case.objects.defer(*UNIT_ONLY).filter(pk=case_id).first():
        rise(others(guarding(), case).values_list("pk", flat=True))
