"""A report was made up, or made to try the portal: all that its pictures did to other cases is undone at once, with one reason.

Who opens that report says so, whoever the other cases belong to; nobody needs to open those. What it said of children goes on
guarding until a supervisor who is somebody else agrees; then what only this report had taken off the lists is on them again.
What others say of this report's own pictures stays: it comes on no list while it is set aside.
"""
from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from cases.audit.services import actor, record
from cases.hashing.listing import end, put_back
from cases.hashing.matches import of_case, of_children, standing
from cases.hashing.models import Listing, Match, SetAside
from cases.hashing.turns import IMPORTING, MATCHING, take_turn
from cases.hashing.tying import hold_again, settle_others
from cases.hashing.undoing import NotAnother, NotYours
from cases.models import Case, Link
from cases.permissions import Permission, Staff, may
from cases.selectors import cases_for, opened_by


@transaction.atomic
def set_aside(*, case: Case, why: Match.Why, by: Staff) -> SetAside:
    """Its pictures count for nothing in other cases. Again, or by a colleague at the same time: nothing new. Raises NotYours."""
    in_turn(case, by)
    if there := SetAside.objects.filter(case=case).first():
        return there
    aside = SetAside.objects.create(case=case, why=why.value, at=timezone.now(), by_id=by.pk)
    found = of_case(standing(), case.pk)
    others = {one for pair in found.values_list("a__case", "b__case").distinct() for one in pair} - {case.pk}
    Match.objects.filter(pk__in=list(found.values_list("pk", flat=True))).update(
        undone_at=aside.at, undone_by=by.pk, undone_why=aside.why)
    Link.objects.filter(Q(a=case) | Q(b=case), because=Link.Because.HASH.value).delete()
    record("report_set_aside", subject=case.pk, actor=actor(by), why=aside.why, cases=len(others))
    settle_others(others | {case.pk})
    end(case=case, by=by)
    return aside


@transaction.atomic
def agree(*, case: Case, by: Staff) -> SetAside | None:
    """A supervisor agrees; None: it is not set aside any more. Raises NotYours, NotAnother."""
    in_turn(case, by)
    aside = SetAside.objects.filter(case=case).first()
    if not may(by, Permission.SUPERVISE):
        raise NotYours
    if aside is None or aside.agreed_at is not None:
        return aside
    if aside.by_id == by.pk:
        raise NotAnother
    aside.agreed_at, aside.agreed_by_id = timezone.now(), by.pk
    aside.save(update_fields=["agreed_at", "agreed_by"])
    record("report_setting_aside_agreed", subject=case.pk, actor=actor(by))
    done = of_case(Match.objects.filter(undone_at=aside.at, undone_by=aside.by_id, agreed_at=None), case.pk)
    own = set(case.media_hashes.values_list("pk", flat=True))
    theirs = {side for pair in done.values_list("a", "b") for side in pair} - own
    guard = of_children(theirs)                 # these keep this report's pictures off the lists, and go on doing so
    done = done.exclude(Q(a__in=guard) | Q(b__in=guard))
    sides = theirs - guard
    Match.objects.filter(pk__in=list(done.values_list("pk", flat=True))).update(agreed_at=aside.agreed_at, agreed_by=by.pk)
    waiting = Listing.objects.filter(hash__in=sides, held=Listing.Held.CHILD)
    for other in Case.objects.filter(pk__in=waiting.values("hash__case")).order_by("pk"):
        put_back(case=other, by=by)
    settle_others(set(Case.objects.filter(media_hashes__in=sides).values_list("pk", flat=True)))
    return aside


@transaction.atomic
def take_back(*, case: Case, by: Staff) -> None:
    """It is a report like any other after all, and what followed from its pictures follows again. Raises NotYours."""
    in_turn(case, by)
    if aside := SetAside.objects.filter(case=case).first():
        undone = of_case(Match.objects.filter(undone_at=aside.at, undone_by=aside.by_id), case.pk)
        done = list(undone.values_list("pk", flat=True))
        Match.objects.filter(pk__in=done).update(undone_at=None, undone_by=None, undone_why="", agreed_at=None, agreed_by=None)
        aside.delete()
        record("report_taken_up_again", subject=case.pk, actor=actor(by), count=len(done))
        hold_again(case, list(Match.objects.filter(pk__in=done)))


def in_turn(case: Case, by: Staff) -> None:
    take_turn(MATCHING)
    take_turn(IMPORTING)
    mine = list(cases_for(by).filter(pk=case.pk))
    if not may(by, Permission.WORK_CASES) or case.pk not in opened_by(by, mine):
        raise NotYours
