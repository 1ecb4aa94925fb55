"""What a reporter does in the inbox. Each call is one transaction; whoever seals (inbox.py) hands over ciphertext.

Everything here is safe to repeat: a reporter's second press, or a page sent again by the browser, changes nothing more.
"""
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from cases.audit.services import record
from cases.conversation import services as conversation
from cases.conversation.services import asks_consent, consent_given
from cases.conversation.words import PASSING
from cases.escalation.services import stop_sharing
from cases.models import Case, Consent, Message
from cases.notifications.models import Occasion
from cases.notifications.services import drop_address, tell_assignee
from cases.outbox.services import enqueue
from cases.public_words import Said
from cases.selectors import consent as newest_consent
from cases.services import add_message, change_status, give_consent, lock_case, refuse_everything
from cases.workflow import Outcome, Status

TOLD_FOR = timedelta(minutes=10)        # who writes on and on, or has a program do it, is announced once


@transaction.atomic
def write_back(*, case: Case, message_id: UUID, body: bytes, back_online: bool = False) -> None:
    """Append the reporter's message. `back_online`: it is seen again, which opens a closed case."""
    fresh = lock_case(case)
    if Message.objects.filter(pk=message_id).exists():
        return
    theirs = Message.objects.filter(case=fresh, author=Message.Author.REPORTER, read_at=None)
    told = theirs.filter(at__gt=timezone.now() - TOLD_FOR).exists()
    add_message(case=fresh, message_id=message_id, author=Message.Author.REPORTER, body=body)
    if back_online:
        conversation.back_online(case=fresh, told=told)
    elif not told:
        tell_assignee(case=fresh, occasion=Occasion.MESSAGE)
    if fresh.merged_into_id:
        enqueue("merging.reach", case_id=str(fresh.pk))


@transaction.atomic
def change_answer(*, case: Case, act: Consent.Act, answer: Consent.Answer, consent_id: UUID, assent: bytes | None = None) -> None:
    """Append the new answer; anything but a yes has the fingerprints taken off the list."""
    fresh = lock_case(case)
    before, asked = newest_consent(fresh, act), asks_consent(fresh, act)
    same = before is not None and before.answer == answer and asked is None      # asked anew, the same answer is one again
    if same or Consent.objects.filter(pk=consent_id).exists():
        return
    to = asked.platform if asked and act in PASSING else before.recipient if before else ""
    give_consent(case=fresh, act=act, answer=answer, assent=assent, consent_id=consent_id, recipient=to)
    consent_given(case=fresh, act=act)
    if act == Consent.Act.SHARE_HASHES and answer != Consent.Answer.YES:
        stop_sharing(case=fresh)


@transaction.atomic
def stop_telling(*, case: Case) -> None:
    """Delete the address; the reporter comes and looks."""
    drop_address(case=case)


@transaction.atomic
def withdraw_report(*, case: Case) -> None:
    """Every answer becomes a no, nothing more is done, nobody is told any more. A closed case stays as it was closed."""
    fresh = lock_case(case)
    if fresh.status == Status.CLOSED:
        return
    refuse_everything(case=fresh)
    stop_sharing(case=fresh)
    drop_address(case=fresh)
    if fresh.status == Status.NEW:                  # the table knows no way from new to closed; the reporter reads nothing untrue
        fresh = change_status(case=fresh, to=Status.IN_REVIEW, by=None, said=Said.RECEIVED)
    change_status(case=fresh, to=Status.CLOSED, by=None, outcome=Outcome.WITHDRAWN)
    enqueue("merging.release", case_id=str(fresh.pk))       # reports that it led go on without it; which, is not seen here
    record("report_withdrawn", subject=fresh.pk, actor="reporter")
