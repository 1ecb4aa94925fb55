"""Asking the reporter for more, and what comes back. Whoever seals (intake's inbox, the browser) hands over ciphertext."""
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from cases.audit.services import actor, record
from cases.conversation.models import Ask
from cases.conversation.selectors import waiting
from cases.models import Case, Consent
from cases.notifications.models import Occasion
from cases.notifications.services import tell_assignee, tell_reporter
from cases.outbox.services import enqueue
from cases.permissions import Permission, Staff, may
from cases.services import change_status, lock_case, reporter_has_written
from cases.workflow import Status


class NotAllowed(Exception):
    """The case is closed, or the member may not work it."""


class AlreadyAsked(Exception):
    """The same waits for an answer."""


@transaction.atomic
def ask(*, case: Case, kind: Ask.Kind, by: Staff, about: str = "", platform: str = "", version: int | None = None) -> Ask:
    """Put a question into the inbox. A case in review waits for the answer then. Raises NotAllowed, AlreadyAsked, Stale."""
    fresh = lock_case(case, version)
    if fresh.status == Status.CLOSED or not may(by, Permission.WORK_CASES):
        raise NotAllowed(fresh.ref)
    if waiting(fresh).filter(kind=kind.value, about=about).exists():
        raise AlreadyAsked(fresh.ref)
    row = Ask.objects.create(case=fresh, kind=kind.value, about=about, platform=platform, by_id=by.pk, at=timezone.now())
    if fresh.status == Status.IN_REVIEW:
        change_status(case=fresh, to=Status.WAITING_REPORTER, by=by)
    record("reporter_asked", subject=fresh.pk, actor=actor(by), ask=row.pk, kind=kind.value)
    tell_reporter(case=fresh)
    return row


@transaction.atomic
def take_back(*, ask: Ask, by: Staff) -> None:
    """Nobody waits for it any more. Nothing once it was answered. Raises NotAllowed."""
    if not may(by, Permission.WORK_CASES):
        raise NotAllowed(str(ask.pk))
    fresh = lock_case(ask.case)
    if waiting(fresh).filter(pk=ask.pk).update(taken_back_at=timezone.now()):
        record("question_taken_back", subject=fresh.pk, actor=actor(by), ask=ask.pk)


@transaction.atomic
def answer(*, case: Case, ask_id: UUID, sealed: bytes | None) -> bool:
    """The reporter's answer; None: "I cannot say". False, and nothing, when it does not wait any more."""
    fresh = lock_case(case)
    row = waiting(fresh).filter(pk=ask_id).exclude(kind=Ask.Kind.CONSENT.value).first()
    if row is None:
        return False
    Ask.objects.filter(pk=row.pk).update(answer=sealed, declined=sealed is None, answered_at=timezone.now())
    _answered(fresh, row)
    return True


@transaction.atomic
def consent_given(*, case: Case, act: Consent.Act) -> bool:
    """The act was answered: a question about it is. False when nobody had asked."""
    row = asks_consent(case, act)
    if row is None:
        return False
    Ask.objects.filter(pk=row.pk).update(answered_at=timezone.now())
    _answered(lock_case(case), row)
    return True


def asks_consent(case: Case, act: Consent.Act) -> Ask | None:
    return waiting(case).filter(kind=Ask.Kind.CONSENT.value, about=act.value).first()


def _answered(case: Case, row: Ask) -> None:
    record("reporter_answered", subject=case.pk, actor="reporter", ask=row.pk, kind=row.kind)
    reporter_has_written(case=case)
    if case.merged_into_id:
        enqueue("merging.reach", case_id=str(case.pk))
    tell_assignee(case=case, occasion=Occasion.MESSAGE)


@transaction.atomic
def links_unasked(*, case: Case, ask_id: UUID, sealed: bytes) -> None:
    """Links that came with "it is online again". Twice is once."""
    now = timezone.now()
    try:
        with transaction.atomic():
            Ask.objects.create(id=ask_id, case=case, kind=Ask.Kind.LINKS.value, about=Ask.About.BACK.value, by=None, at=now,
                               answered_at=now, answer=sealed)
    except IntegrityError:
        return
    record("reporter_answered", subject=case.pk, actor="reporter", ask=ask_id, kind=Ask.Kind.LINKS.value)
