"""From a notice that waits to one that has left, or to a dead letter and a person. docs/delivery.md says what is promised."""
import uuid
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from cases.audit.services import actor, record
from cases.escalation import failures, following, gates, replying, uploads
from cases.escalation.channels.base import Outgoing, Proof
from cases.escalation.delivery_models import DeadLetter
from cases.escalation.failures import Failure
from cases.escalation.models import Attempt, Capability, Channel, Escalation
from cases.escalation.notices import Notice
from cases.escalation.services import (
    SENDERS,
    UPWARD,
    ConsentMissing,
    NotNow,
    Practice,
    check,
    check_consent,
    move,
    our_next_step,
    tell,
)
from cases.hashing.models import ListEntry, MediaHash
from cases.hashing.services import PublishRefused, match_for_good, refusal
from cases.models import Case
from cases.notifications.models import Occasion
from cases.notifications.services import tell_assignee
from cases.outbox.errors import Retry, Stop
from cases.outbox.services import back_off, enqueue
from cases.permissions import Staff
from cases.public_words import Said
from cases.services import lock_case
from cases.vault import custody, envelope
from cases.vault.unseal import key_for_worker
from cases.workflow import Status

State = Escalation.State
SECOND_PERSON = 1800          # seconds until we look again whether somebody agreed
MOST_TRIES = 8                # that went wrong, since somebody last said "send": then a person looks
PATIENCE = timedelta(days=1)  # with a way that is paused


def deliver(*, escalation_id: uuid.UUID) -> None:
    """Send a notice that waits. Safe to repeat: the same notice bears the same Message-ID, and a sent one is left alone."""
    found = Escalation.objects.select_related("case__unit", "platform", "channel", "notice_key")
    escalation = found.filter(pk=escalation_id, state=State.REQUESTED).first()
    if escalation is None or escalation.case.unit.practice:
        return
    secret = key_for_worker(escalation.notice_key, case=escalation.case_id)
    notice = open_notice(escalation, secret)
    if not may_still_leave(escalation.case, notice):            # a caseworker sees it as not sent
        failed(escalation=escalation, failure=Failure.WITHDRAWN)
        return
    entries = agreed(escalation) if escalation.channel.kind in UPWARD else []
    attempt = passed(escalation)
    if entries:
        notice = replace(notice, hashes=tuple(entry.value for entry in entries))
        uploads.announce(kind=escalation.channel.kind, entries=entries)
    replying.expect(secret, escalation)
    outgoing = Outgoing(notice, escalation.channel.address, escalation.language, key=escalation.pk.hex,
                        at=escalation.requested_at, recipient=str(escalation.platform),
                        with_letter=Capability.PAPER in escalation.channel.capabilities, pgp_key=escalation.channel.pgp_key,
                        reply_to=replying.address(secret, escalation), earlier=following.thread(escalation))
    try:
        proof = SENDERS[Channel.Kind(escalation.channel.kind)](outgoing)
    except (Retry, Stop) as error:
        raise what_follows(escalation, attempt, error) from error
    gates.came_through(escalation)
    if entries:
        uploads.arrived(kind=escalation.channel.kind, remote=proof.remote)
    sent(escalation=escalation, proof=proof, attempt=attempt)


def passed(escalation: Escalation) -> Attempt:
    """Raises Retry while the channel lets nothing through, and Stop when that has taken too long."""
    try:
        return gates.let_through(escalation)
    except Retry as error:
        if error.code == Failure.PAUSED and timezone.now() - waits_since(escalation) > PATIENCE:
            failed(escalation=escalation, failure=Failure.PAUSED)
            raise Stop(Failure.PAUSED.value) from error
        raise


def waits_since(escalation: Escalation) -> datetime:
    """When somebody last said that it should be sent."""
    again = DeadLetter.objects.filter(escalation=escalation, how=DeadLetter.How.AGAIN).order_by("-settled_at").first()
    return again.settled_at if again and again.settled_at else escalation.requested_at


def what_follows(escalation: Escalation, attempt: Attempt, error: Retry | Stop) -> Retry | Stop:
    """Note what went wrong with the attempt and its channel. The error says whether it is tried again, and when."""
    failure = failures.of_code(error.code)
    said = error.code if error.code.startswith(failure.value) else f"{failure.value} {error.code}".strip()
    Attempt.objects.filter(pk=attempt.pk).update(error=said[:60])
    gates.went_wrong(escalation, failure)
    tries = Attempt.objects.filter(escalation=escalation, ok=False, at__gte=waits_since(escalation)).count()
    if isinstance(error, Retry) and tries < MOST_TRIES:
        return Retry(error.after if error.after is not None else back_off(tries), code=said)
    failed(escalation=escalation, failure=failure, code=said)
    return Stop(said)


def agreed(escalation: Escalation) -> list[ListEntry]:
    """The notice's fingerprints that two people have put on the list, without variants. Retry: nobody has decided yet."""
    pictures = MediaHash.objects.filter(case=escalation.case).values("pdq")
    themselves = Q(value__in=pictures) | Q(kind=ListEntry.Kind.MD5)                 # of a video there is no more than that
    entries = list(escalation.entries.filter(themselves, state=ListEntry.State.ACTIVE).order_by("pk"))
    if not entries:
        raise Retry(SECOND_PERSON, code=Failure.SECOND.value)
    return entries


def may_still_leave(case: Case, notice: Notice) -> bool:
    """While it waited, the reporter may have taken the yes back, or a child's case may have named the same picture."""
    try:
        check_consent(case, notice)
    except ConsentMissing:
        return False
    return not (notice.hashes and refusal(case))


def open_notice(escalation: Escalation, secret: bytes) -> Notice:
    return Notice.from_json(envelope.open_blob(secret, escalation.notice, case=escalation.case_id, field="notice",
                                               record=escalation.pk))


@transaction.atomic
def sent(*, escalation: Escalation, proof: Proof, attempt: Attempt | None = None, by: Staff | None = None) -> Escalation:
    """It left: keep the proof, start the platform's clock, tell the reporter. The worker's copy of the key goes."""
    now = timezone.now()
    if attempt is None:
        Attempt.objects.create(escalation=escalation, at=now, ok=True, proof=proof.details)
    else:
        Attempt.objects.filter(pk=attempt.pk).update(ok=True, proof=proof.details, error="")
    fresh = move(escalation, State.SENT, by=by, sent_at=now, next_check_at=now + following.first_check(escalation))
    custody.drop_worker_wrap(fresh.notice_key)
    tell(fresh, Status.WAITING_OUTSIDE, Said.ASKED_PLATFORM, fresh.next_check_at, by=by)
    return fresh


@transaction.atomic
def form_filled(*, escalation: Escalation, their_reference: bytes, by: Staff) -> Escalation:
    """A caseworker filled in the platform's web form; `their_reference` is what it gave back, sealed under the notice key."""
    Escalation.objects.filter(pk=escalation.pk).update(their_reference=their_reference)
    return sent(escalation=escalation, proof=Proof({"typed_by": str(by.pk)}), by=by)


@transaction.atomic
def failed(*, escalation: Escalation, failure: Failure, code: str = "") -> Escalation:
    """It cannot be delivered this way: it is a dead letter, and a person has to look. The worker's copy of the key goes.

    One that left and came back was told to the reporter, who is told this too.
    """
    left = escalation.state != State.REQUESTED
    fresh = move(escalation, State.FAILED, by=None)
    custody.drop_worker_wrap(fresh.notice_key)
    DeadLetter.objects.create(escalation=fresh, failure=failure.value, code=code[:60], at=timezone.now())
    tell_assignee(case=fresh.case, occasion=Occasion.FAILED)
    if left and fresh.case.status != Status.CLOSED:
        tell(fresh, Status.IN_REVIEW, Said.PLATFORM_UNREACHED, our_next_step(fresh.case), by=None)
    return fresh


@transaction.atomic
def send_again(*, escalation: Escalation, secret: bytes, by: Staff) -> Escalation:
    """A dead letter goes out once more: the same notice with the same reference and the same Message-ID.

    `secret`: the notice's key, out of an open vault; the worker gets its copy back. All that had to hold for the first time
    must hold now. Raises NotNow, ConsentMissing, Incomplete, hashing's PublishRefused.
    """
    notice = open_notice(escalation, secret)
    if notice.hashes:
        match_for_good(case_id=escalation.case_id)
    case = lock_case(escalation.case)
    check(case, notice)
    if notice.hashes and (reason := refusal(case)):
        raise PublishRefused(reason)
    if case.unit.practice:
        raise Practice(escalation.reference)
    fresh = move(escalation, State.REQUESTED, by=by)
    custody.drop_worker_wrap(fresh.notice_key)
    custody.let_worker_read(fresh.notice_key, secret, case=case.pk)
    settle(escalation=fresh, how=DeadLetter.How.AGAIN, by=by)
    if fresh.channel.kind in UPWARD:
        enqueue("escalation.submit", escalation_id=str(fresh.pk))
    else:
        enqueue("escalation.deliver", escalation_id=str(fresh.pk))
    return fresh


@transaction.atomic
def set_aside(*, escalation: Escalation, by: Staff) -> None:
    """Somebody saw to it in another way: it stands on the list of dead letters no more."""
    if not settle(escalation=escalation, how=DeadLetter.How.ASIDE, by=by):
        raise NotNow(escalation.state)


def settle(*, escalation: Escalation, how: DeadLetter.How, by: Staff) -> int:
    settled = DeadLetter.objects.filter(escalation=escalation, settled_at=None)
    count = settled.update(settled_at=timezone.now(), settled_by=by.pk, how=how.value)
    if count:
        record("dead_letter_settled", subject=escalation.case_id, actor=actor(by), escalation=escalation.pk, how=how.value)
    return count


def give_up(escalation: Escalation) -> None:
    """For what the outbox has given up without a word: its worker was killed too often."""
    with suppress(NotNow):
        failed(escalation=escalation, failure=Failure.INTERRUPTED)
