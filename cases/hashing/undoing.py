"""These are not the same picture: a match is undone with a reason, and can be restored. What hung on it goes, or comes back.

In the turn of matching, so that a comparison that runs at this moment comes before or after. An undone match is kept, or the two
pictures would be found again; who undid what and why is also in the log, which a restored match does not empty.
"""
from django.db import transaction
from django.utils import timezone

from cases.audit.services import actor, record
from cases.hashing.entries import hold_for_a_child
from cases.hashing.listing import put_back
from cases.hashing.matches import between, of_a_child, standing, values_of_children
from cases.hashing.models import Match
from cases.hashing.rising import rise, seen_of
from cases.hashing.turns import IMPORTING, MATCHING, take_turn
from cases.models import Case, Link
from cases.permissions import Permission, Staff, may
from cases.selectors import cases_for, opened_by
from cases.services import link_cases, settle_priority, unlink_cases


class NotYours(Exception):
    """Only who works both cases says whether two pictures are the same; for a child's, a supervisor agrees."""


class NotAnother(Exception):
    """Whoever undid it does not also agree."""


@transaction.atomic
def undo(*, match: Match, why: Match.Why, by: Staff) -> Match:
    """The two are not the same picture. Again, or by a colleague at the same moment: nothing new. Raises NotYours."""
    fresh = held(match, by)
    if fresh.undone_at is None:
        fresh.undone_at, fresh.undone_by_id, fresh.undone_why = timezone.now(), by.pk, why.value
        fresh.save(update_fields=["undone_at", "undone_by", "undone_why"])
        log("match_undone", fresh, by, why=why.value)
        loosen(fresh, by)
    return fresh


@transaction.atomic
def agree(*, match: Match, by: Staff) -> Match:
    """A supervisor agrees that it is another picture than the child's case holds. Raises NotYours, NotAnother."""
    fresh = held(match, by)
    if not may(by, Permission.SUPERVISE):
        raise NotYours
    if fresh.undone_at is None or fresh.agreed_at is not None:
        return fresh
    if fresh.undone_by_id == by.pk:
        raise NotAnother
    fresh.agreed_at, fresh.agreed_by_id = timezone.now(), by.pk
    fresh.save(update_fields=["agreed_at", "agreed_by"])
    log("match_undoing_agreed", fresh, by)
    loosen(fresh, by)
    for case in (fresh.a.case, fresh.b.case):
        put_back(case=case, by=by)
    return fresh


@transaction.atomic
def restore(*, match: Match, by: Staff) -> Match:
    """They are the same picture after all: everything that follows from a match follows again. Raises NotYours."""
    fresh = held(match, by)
    if fresh.undone_at is not None:
        fresh.undone_at = fresh.undone_by = fresh.agreed_at = fresh.agreed_by = None
        fresh.undone_why = ""
        fresh.save(update_fields=["undone_at", "undone_by", "undone_why", "agreed_at", "agreed_by"])
        log("match_restored", fresh, by)
        link_cases(a=fresh.a.case, b=fresh.b.case, because=Link.Because.HASH)
        rise([fresh.a.case_id, fresh.b.case_id])
        if values := values_of_children([fresh]):
            hold_for_a_child(values=values)
    return fresh


def needs_a_second(match: Match) -> bool:
    """One person undid it, and a child's case is one of the two."""
    return match.undone_at is not None and match.agreed_at is None and (of_a_child(match.a.case) or of_a_child(match.b.case))


def held(match: Match, by: Staff) -> Match:
    """The row as it is, while nobody compares or undoes anything. Raises NotYours."""
    take_turn(MATCHING)
    take_turn(IMPORTING)                        # what a list of others says at this moment comes before or after as well
    fresh = Match.objects.select_related("a__case", "b__case").get(pk=match.pk)
    ends = {fresh.a.case_id, fresh.b.case_id}
    mine = list(cases_for(by).filter(pk__in=ends))
    if not may(by, Permission.WORK_CASES) or set(opened_by(by, mine)) != ends:
        raise NotYours
    return fresh


def loosen(match: Match, by: Staff) -> None:
    """What hung on the match goes, unless something else holds it: the link of the two cases, their priority."""
    a, b = match.a.case, match.b.case
    if not between(standing(), a.pk, b.pk).exists():
        unlink_cases(a=a, b=b, because=Link.Because.HASH, by=by)
    for case in Case.objects.filter(pk__in=[a.pk, b.pk]).order_by("pk"):
        settle_priority(case=case, seen=seen_of(case), by=by)


def log(event: str, match: Match, by: Staff, **details: str) -> None:
    """In the log of both cases."""
    for own, other in ((match.a, match.b), (match.b, match.a)):
        record(event, subject=own.case_id, actor=actor(by), match=match.pk, other=other.case_id, **details)
