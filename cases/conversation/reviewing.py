"""A second look, or a complaint: read by a supervisor of another unit, whom the case's own unit does not meet on the way.

Nothing of it is written where that unit looks: no message, no status, no timeline, and the log names the review, never the case.
"""
from uuid import UUID

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from cases.audit.services import actor, record
from cases.conversation.models import Review
from cases.models import Case, Exclusion, Message, StatusChange
from cases.notifications.models import Notification, Occasion
from cases.notifications.services import ONCE_IN, tell_members, tell_reporter
from cases.outbox.services import enqueue
from cases.permissions import Permission, Role, Staff, may
from cases.selectors import on_this_side
from cases.services import lock_case
from cases.units.models import Unit
from cases.units.selectors import elsewhere, supervisors
from cases.vault import trust
from cases.vault.models import DataKey
from cases.vault.trust import KeyMissing

FIRST = "integrity"                 # the unit that reads reports about the house itself, where there is one


class AlreadyWaits(Exception):
    """One at a time: the answer to the last one comes first."""


class NotAllowed(Exception):
    """Not this member's to read or answer, or no longer."""


class NoReporter(Exception):
    """The receipt has come to its end: an answer would reach nobody."""


# --- the reporter -----------------------------------------------------------------------------------------------------
def reader_for(case: Case) -> Unit | None:
    """The unit that could open a review of this case. None: nobody else has a key that can be trusted."""
    others = elsewhere(case.unit).order_by("code")
    return next((unit for unit in sorted(others, key=lambda each: each.code != FIRST) if _trusted(unit)), None)


def _trusted(unit: Unit) -> bool:
    try:
        trust.trusted(unit)
    except KeyMissing:
        return False
    return True


def reviews_of(case: Case) -> QuerySet[Review]:
    """For the reporter, newest first."""
    return Review.objects.filter(case=case).order_by("-at")


@transaction.atomic
def ask_review(*, case: Case, review_id: UUID, kind: Review.Kind, key: DataKey, reader: Unit, body: bytes) -> Review | None:
    """Keep it and have the worker tell who may read it. Twice is once. Raises AlreadyWaits."""
    fresh = lock_case(case, alone=False)
    if Review.objects.filter(pk=review_id).exists():
        return None
    if Review.objects.filter(case=fresh, answered_at=None).exists():
        raise AlreadyWaits
    row = Review.objects.create(id=review_id, case=fresh, key=key, about_id=fresh.unit_id, reader=reader, kind=kind.value,
                                body=body, at=timezone.now())
    record("review_asked", subject=row.pk, actor="reporter", reader=reader.pk, kind=kind.value)
    enqueue("conversation.review", review_id=str(row.pk))
    return row


@transaction.atomic
def nobody_could(*, case: Case) -> None:
    """No other unit could open one, so none was taken: the administrators are told."""
    record("review_impossible", subject=case.unit_id, actor="reporter")
    enqueue("conversation.unreadable")


# --- the worker -------------------------------------------------------------------------------------------------------
@transaction.atomic
def tell_readers(review: Review) -> None:
    """Who may read it; where nobody may, the administrators, and the reporter reads so in the inbox."""
    people = list(readers_of(review))
    Review.objects.filter(pk=review.pk).update(nobody=not people)
    if people:
        tell_members(occasion=Occasion.REVIEW, members=people)
    else:
        tell_administrators()


def tell_administrators() -> None:
    """Once a day at most."""
    lately = Notification.objects.filter(occasion=Occasion.UNREVIEWED.value, created_at__gt=timezone.now() - ONCE_IN)
    if not lately.exists():
        people = get_user_model().objects.filter(role=Role.ADMINISTRATOR.value, is_active=True).defer("password")
        tell_members(occasion=Occasion.UNREVIEWED, members=people)


def readers_of(review: Review) -> QuerySet[AbstractBaseUser]:
    """Supervisors of the other unit who are not of the unit it is about, on this side of the case's walls, and have done nothing
    in the case."""
    changes = StatusChange.objects.filter(case=review.case_id, by=OuterRef("pk"))
    wrote = Message.objects.filter(case=review.case_id, by=OuterRef("pk"))
    has = Q(pk=review.case.assignee_id)
    return on_this_side(review.case, supervisors(review.reader)).exclude(memberships__unit=review.about_id).filter(
        ~Exists(changes), ~Exists(wrote), ~has)


# --- the desk ---------------------------------------------------------------------------------------------------------
def reviews_for(staff: Staff) -> QuerySet[Review]:
    """The same rule from the member's side: which reviews exist for them."""
    if not may(staff, Permission.SUPERVISE):
        return Review.objects.none()
    wall = Exclusion.objects.filter(case=OuterRef("case"), member_id=staff.pk, lifted_at=None)
    changes = StatusChange.objects.filter(case=OuterRef("case"), by_id=staff.pk)
    wrote = Message.objects.filter(case=OuterRef("case"), by_id=staff.pk)
    theirs = Review.objects.filter(reader__memberships__member_id=staff.pk).exclude(about__memberships__member_id=staff.pk)
    return theirs.filter(~Exists(wall), ~Exists(changes), ~Exists(wrote)).exclude(case__assignee_id=staff.pk).select_related(
        "case", "about", "reader", "key", "answered_by")


@transaction.atomic
def answer_review(*, review: Review, sealed: bytes, by: Staff) -> Review:
    """Once: of two who answer, the first did. The reporter is told, neutrally. Raises NotAllowed."""
    fresh = reviews_for(by).select_for_update(of=("self",)).filter(pk=review.pk).first()
    if fresh is None:
        raise NotAllowed(str(review.pk))
    if fresh.answered_at is None:
        fresh.answer, fresh.answered_by_id, fresh.answered_at = sealed, by.pk, timezone.now()
        fresh.save(update_fields=["answer", "answered_by", "answered_at"])
        record("review_answered", subject=fresh.pk, actor=actor(by))
        tell_reporter(case=fresh.case)
    return fresh
