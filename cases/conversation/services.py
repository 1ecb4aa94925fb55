"""Asking the reporter for more, and what comes back. Whoever seals (intake's inbox, the browser) hands over ciphertext."""
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from cases.audit.services import actor, record
from cases.conversation.models import Ask, Opinion
from cases.conversation.selectors import waiting
from cases.escalation.sightings import reporter_saw
from cases.models import Case, Consent
from cases.notifications.models import Occasion
from cases.notifications.services import tell_assignee, tell_reporter
from cases.outbox.services import enqueue
from cases.permissions import Permission, Staff, may
from cases.services import change_status, lock_case, reporter_has_written
from cases.workflow import Status


class NotAllowed(Exception):
    """The case is closed or has no conversation, or the member may not work it."""


class AlreadyAsked(Exception):
    """The same waits for an answer."""


@transaction.atomic
def ask(*, case: Case, kind: Ask.Kind, by: Staff, about: str = "", platform: str = "", version: int | None = None) -> Ask:
    """Put a question into the inbox. A case in review waits for the answer then. Raises NotAllowed, AlreadyAsked, Stale."""
    fresh = lock_case(case, version)
    if fresh.status == Status.CLOSED or fresh.split_of_id or not may(by, Permission.WORK_CASES):
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
def back_online(*, case: Case, told: bool = False) -> None:
    """The reporter sees it again: a closed case is opened, one that waits for somebody outside is ours again, with the priority
    it had; whoever has it is told. Where it is, the inbox asks next. `told`: the reporter wrote a moment ago; the same said twice
    then is said once."""
    fresh = lock_case(case)
    if fresh.status in {Status.CLOSED, Status.WAITING_OUTSIDE}:
        change_status(case=fresh, to=Status.IN_REVIEW, by=None)
    Case.objects.filter(pk=fresh.pk).update(unread=True)
    where = {"kind": Ask.Kind.LINKS.value, "about": Ask.About.BACK.value}
    asked = waiting(fresh).filter(**where).exists()
    if asked and told:
        return
    if not asked:
        Ask.objects.create(case=fresh, by=None, at=timezone.now(), **where)
    reporter_saw(case=fresh)
    record("back_online", subject=fresh.pk, actor="reporter")
    tell_assignee(case=fresh, occasion=Occasion.BACK)


# --- afterwards -------------------------------------------------------------------------------------------------------
@transaction.atomic
def give_opinion(*, case: Case, choice: Opinion.Choice) -> None:
    """Of a closed case; another tap is another opinion. Nothing of an open one."""
    fresh = lock_case(case)
    if fresh.status != Status.CLOSED:
        return
    now = timezone.now()
    if not Opinion.objects.filter(case=fresh).update(choice=choice.value, at=now):
        Opinion.objects.create(case=fresh, choice=choice.value, at=now)
    record("opinion_given", subject=fresh.pk, actor="reporter", choice=choice.value)


@transaction.atomic
def explain_opinion(*, case: Case, sealed: bytes) -> None:
    """The words to it, which somebody of the unit has to read. Nothing without an opinion, or once they were written."""
    fresh = lock_case(case)
    if Opinion.objects.filter(case=fresh, words=None).update(words=sealed):
        record("opinion_explained", subject=fresh.pk, actor="reporter")
        reporter_has_written(case=fresh)
