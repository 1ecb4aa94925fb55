"""From a caseworker's decision to a platform's answer. Nothing leaves without consent, and nothing without an outbox row."""
import secrets
import uuid
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from cases.audit.services import actor, record
from cases.deadlines import promise
from cases.escalation import notices, uploads
from cases.escalation.channels import email, upward
from cases.escalation.channels.base import Outgoing, Proof
from cases.escalation.models import Attempt, Channel, Escalation
from cases.escalation.notices import Missing, Notice
from cases.hashing.listing import end, propose
from cases.hashing.models import ListEntry, MediaHash
from cases.hashing.services import PublishRefused, match_for_good, refusal
from cases.merging import services as merging
from cases.models import Case, Consent
from cases.notifications.models import Occasion
from cases.notifications.services import tell_assignee, tell_reporter
from cases.outbox.errors import Retry, Stop
from cases.outbox.models import Job
from cases.outbox.services import enqueue
from cases.permissions import Staff
from cases.priority import Harm, Level
from cases.public_words import Said
from cases.selectors import agrees
from cases.services import REF_ALPHABET, change_status, lock_case, tell_status
from cases.vault import custody, envelope
from cases.vault.unseal import key_for_worker
from cases.workflow import Status

SENDERS = {Channel.Kind.EMAIL: email.send, Channel.Kind.STOPNCII: upward.stopncii,
           Channel.Kind.THREATEXCHANGE: upward.threatexchange}
SECOND_PERSON = 1800          # seconds until we look again whether somebody agreed
UPWARD = {Channel.Kind.STOPNCII, Channel.Kind.THREATEXCHANGE}        # take fingerprints that are on our list, and no words
State = Escalation.State
NEXT: dict[State, frozenset[State]] = {
    State.REQUESTED: frozenset({State.SENT, State.FAILED, State.ACTIONED}),     # removed by the hash list before the notice left
    State.SENT: frozenset({State.ACKNOWLEDGED, State.ACTIONED, State.REFUSED, State.NO_ANSWER, State.FAILED}),
    State.ACKNOWLEDGED: frozenset({State.ACTIONED, State.REFUSED, State.NO_ANSWER}),
    State.NO_ANSWER: frozenset({State.ACKNOWLEDGED, State.ACTIONED, State.REFUSED}),     # late answers happen
    State.REFUSED: frozenset({State.ACTIONED}),                                           # and second thoughts
    State.ACTIONED: frozenset({State.REFUSED}),
    State.FAILED: frozenset({State.ACTIONED}),                    # to ask again takes a new notice with a new reference
}


class ConsentMissing(Exception):
    """The reporter has not said yes to this act."""

    def __init__(self, act: Consent.Act) -> None:
        super().__init__(act.value)
        self.act = act


class Incomplete(Exception):
    """The notice lacks what the law asks for, or holds what it must not."""

    def __init__(self, lacks: list[Missing]) -> None:
        super().__init__(", ".join(lacks))
        self.lacks = lacks


class NotNow(Exception):
    """The case or the escalation is not in a state that allows this."""


def new_reference() -> str:
    """Ours, in every notice: unguessable, and no part of the case's own reference."""
    return "MZ-" + "".join(secrets.choice(REF_ALPHABET) for _ in range(10))


@transaction.atomic
def request(*, case: Case, channel: Channel, notice: Notice, by: Staff, language: str = "en") -> Escalation:
    """Freeze a notice and ask for its delivery. Raises ConsentMissing, Incomplete, NotNow, hashing's PublishRefused."""
    if notice.hashes:
        match_for_good(case_id=case.pk)     # before the case is locked: it takes turns with jobs that tie this case to others
    case = lock_case(case)                  # an answer that is taken back at this moment comes before or after, not in between
    check(case, notice)
    if notice.hashes and (reason := refusal(case)):         # a child's leave in no notice
        raise PublishRefused(reason)
    entries = propose(case=case, by=by) if notice.hashes else []        # another member puts them on the list
    secret, escalation_id = envelope.new_key(), uuid.uuid4()
    by_machine = channel.kind in SENDERS
    escalation = Escalation.objects.create(
        id=escalation_id, case=case, platform=channel.platform, channel=channel, reference=notice.reference, language=language,
        notice_key=custody.keep(secret, case=case.pk, unit=case.unit, worker=by_machine),
        notice=envelope.seal(secret, notice.as_json(), case=case.pk, field="notice", record=escalation_id),
        by_id=by.pk, requested_at=timezone.now(),
    )
    escalation.entries.set(entries)
    record("escalation_requested", subject=case.pk, actor=actor(by), escalation=escalation.pk, platform=channel.platform.slug)
    if channel.kind in UPWARD:
        enqueue("escalation.submit", escalation_id=str(escalation.pk))
    elif by_machine:
        enqueue("escalation.deliver", escalation_id=str(escalation.pk))
    return escalation


def check(case: Case, notice: Notice) -> None:
    """Everything that must hold before a notice may leave."""
    if case.status not in {Status.IN_REVIEW, Status.WAITING_OUTSIDE}:
        raise NotNow(case.status)
    check_consent(case, notice)
    lacks = notices.missing(notice, Harm(case.harm)) + ([Missing.FINGERPRINT] if strays(case, notice) else [])
    if lacks:
        raise Incomplete(lacks)


def strays(case: Case, notice: Notice) -> bool:
    """Whether a fingerprint would leave past `propose`, which refuses a child's: copied into the words, or of another case."""
    rows = list(MediaHash.objects.filter(case=case).prefetch_related("variants"))
    words = "\n".join([*notice.links, *notices.wording(notice)]).lower()
    withheld = {value for row in rows for value in (*row.every(), row.sha256, row.md5)} - set(notice.hashes)
    mine = {row.pdq or row.md5 for row in rows}                  # of a picture PDQ may leave, of a video the MD5
    return not set(notice.hashes) <= mine or any(value in words for value in withheld)


def check_consent(case: Case, notice: Notice) -> None:
    for act, needed in ((Consent.Act.ASK_PLATFORM, True), (Consent.Act.SHARE_HASHES, bool(notice.hashes))):
        if needed and not agrees(case, act):
            raise ConsentMissing(act)


def deliver(*, escalation_id: uuid.UUID) -> None:
    """Send a notice that waits. Safe to repeat: the same notice bears the same Message-ID, and a sent one is left alone."""
    escalation = Escalation.objects.select_related("case__unit", "platform", "channel", "notice_key").get(pk=escalation_id)
    if escalation.state != State.REQUESTED:
        return
    notice = open_notice(escalation)
    if not may_still_leave(escalation.case, notice):            # a caseworker sees it as not sent
        failed(escalation=escalation)
        return
    upward_kind = escalation.channel.kind if escalation.channel.kind in UPWARD else ""
    if upward_kind:
        entries = agreed(escalation)
        notice = replace(notice, hashes=tuple(entry.value for entry in entries))
        uploads.announce(kind=upward_kind, entries=entries)
    outgoing = Outgoing(notice, escalation.channel.address, escalation.language, key=escalation.pk.hex)
    attempt = Attempt.objects.create(escalation=escalation, at=timezone.now(), ok=False, error="sending")
    try:
        proof = SENDERS[Channel.Kind(escalation.channel.kind)](outgoing)
    except (Retry, Stop) as error:
        Attempt.objects.filter(pk=attempt.pk).update(error=f"{type(error).__name__.lower()} {error.code}".strip()[:60])
        if isinstance(error, Stop):
            failed(escalation=escalation)
        raise
    uploads.arrived(kind=upward_kind, remote=proof.remote)
    sent(escalation=escalation, proof=proof, attempt=attempt)


def agreed(escalation: Escalation) -> list[ListEntry]:
    """The notice's fingerprints that two people have put on the list, without variants. Retry: nobody has decided yet."""
    pictures = MediaHash.objects.filter(case=escalation.case).values("pdq")
    themselves = Q(value__in=pictures) | Q(kind=ListEntry.Kind.MD5)                 # of a video there is no more than that
    entries = list(escalation.entries.filter(themselves, state=ListEntry.State.ACTIVE).order_by("pk"))
    if not entries:
        raise Retry(SECOND_PERSON, code="second_person")
    return entries


def may_still_leave(case: Case, notice: Notice) -> bool:
    """While it waited, the reporter may have taken the yes back, or a child's case may have named the same picture."""
    try:
        check_consent(case, notice)
    except ConsentMissing:
        return False
    return not (notice.hashes and refusal(case))


def open_notice(escalation: Escalation) -> Notice:
    key = key_for_worker(escalation.notice_key, case=escalation.case_id)
    return Notice.from_json(envelope.open_blob(key, escalation.notice, case=escalation.case_id, field="notice",
                                               record=escalation.pk))


@transaction.atomic
def sent(*, escalation: Escalation, proof: Proof, attempt: Attempt | None = None, by: Staff | None = None) -> Escalation:
    """It left: keep the proof, start the platform's clock, tell the reporter. The worker's copy of the key goes."""
    now = timezone.now()
    if attempt is None:
        Attempt.objects.create(escalation=escalation, at=now, ok=True, proof=proof.details)
    else:
        Attempt.objects.filter(pk=attempt.pk).update(ok=True, proof=proof.details, error="")
    fresh = move(escalation, State.SENT, by=by, sent_at=now, next_check_at=now + notices.DEADLINE)
    custody.drop_worker_wrap(fresh.notice_key)
    tell(fresh, Status.WAITING_OUTSIDE, Said.ASKED_PLATFORM, fresh.next_check_at, by=by)
    return fresh


@transaction.atomic
def form_filled(*, escalation: Escalation, their_reference: bytes, by: Staff) -> Escalation:
    """A caseworker filled in the platform's web form; `their_reference` is what it gave back, sealed under the notice key."""
    Escalation.objects.filter(pk=escalation.pk).update(their_reference=their_reference)
    return sent(escalation=escalation, proof=Proof({"typed_by": str(by.pk)}), by=by)


@transaction.atomic
def failed(*, escalation: Escalation) -> Escalation:
    """It cannot be delivered this way; a person has to look. The worker's copy of the key goes."""
    fresh = move(escalation, State.FAILED, by=None)
    custody.drop_worker_wrap(fresh.notice_key)
    tell_assignee(case=fresh.case, occasion=Occasion.FAILED)
    return fresh


@transaction.atomic
def answer(*, escalation: Escalation, outcome: State, by: Staff | None = None, partner: uuid.UUID | None = None) -> Escalation:
    """A platform's answer, typed in by staff or taken from its feedback. Moves the case and tells the reporter."""
    fresh = move(escalation, outcome, by=by, partner=partner, answered_at=timezone.now())
    custody.drop_worker_wrap(fresh.notice_key)           # what is answered is sent no more
    if by is None:                       # whoever typed the answer in knows of it
        tell_assignee(case=fresh.case, occasion=Occasion.SILENCE if outcome == State.NO_ANSWER else Occasion.ANSWER)
    if outcome == State.ACKNOWLEDGED:
        tell(fresh, None, Said.PLATFORM_SAW_IT, fresh.next_check_at, by=by)
    elif outcome == State.ACTIONED:
        waiting = Escalation.objects.filter(case=fresh.case, state__in=[State.SENT, State.ACKNOWLEDGED]).exists()
        tell(fresh, None if waiting else Status.IN_REVIEW, Said.PLATFORM_REMOVED, None, by=by)
    elif fresh.case.status != Status.CLOSED:             # of a closed case nobody promises a next step
        said = Said.PLATFORM_REFUSED if outcome == State.REFUSED else Said.PLATFORM_SILENT
        tell(fresh, Status.IN_REVIEW, said, our_next_step(fresh.case), by=by)
    return fresh


def our_next_step(case: Case) -> datetime:
    """By when a caseworker has to look again: the unit's clock, never a promise from a template."""
    return promise(case.unit, Level(case.priority))


def move(escalation: Escalation, to: State, *, by: Staff | None, partner: uuid.UUID | None = None,
         **fields: datetime) -> Escalation:
    """Along NEXT only, under the row lock, with its audit row."""
    locked = Escalation.objects.select_for_update(of=("self",))
    fresh = locked.select_related("case__unit__calendar", "platform", "notice_key").get(pk=escalation.pk)
    if to not in NEXT[State(fresh.state)]:
        raise NotNow(fresh.state)
    for name, value in {"state": to.value, **fields}.items():
        setattr(fresh, name, value)
    fresh.save(update_fields=["state", *fields])
    who = f"partner:{partner}" if partner else actor(by)
    record("escalation_moved", subject=fresh.case_id, actor=who, escalation=fresh.pk, to=to.value)
    return fresh


def tell(escalation: Escalation, to: Status | None, said: Said, next_check: datetime | None, *, by: Staff | None) -> None:
    """Say it to the reporter, moving the case when it is where it can be moved from."""
    case, slug = escalation.case, escalation.platform.slug
    movable = {Status.IN_REVIEW, Status.WAITING_OUTSIDE} - {to}
    if to is not None and case.status in movable:
        change_status(case=case, to=to, by=by, said=said, platform=slug, next_check=next_check)
    else:
        tell_status(case=case, said=said, platform=slug, next_check=next_check)
    tell_reporter(case=case)
    merging.follow(case=case, to=to if case.status in movable else None, said=said, by=by, platform=slug, next_check=next_check)


@transaction.atomic
def list_answered(*, entry: ListEntry, platform: str, outcome: State, partner: uuid.UUID) -> int:
    """A partner's verdict on a fingerprint of the list: moves every escalation to that platform that published it.

    `platform` is a slug. Returns how many moved; a verdict that an escalation has already had moves nothing.
    """
    moved = 0
    mine = Escalation.objects.filter(entries=entry, platform__slug=platform)
    for escalation in mine.order_by("case", "pk"):              # cases are locked in one order, by all who lock several
        if outcome in NEXT[State(escalation.state)]:
            answer(escalation=escalation, outcome=outcome, partner=partner)
            moved += 1
    return moved


def stop_sharing(*, case: Case) -> None:
    """The reporter took the yes back. Which other cases stand behind the same fingerprints is the worker's to look up: the
    public role sees no case but the reporter's own."""
    enqueue("escalation.withdraw", case_id=str(case.pk))


@transaction.atomic
def withdraw_hashes(*, case: Case, by: Staff | None = None) -> list[ListEntry]:
    """The reporter no longer agrees: take the case's entries off the list, save those another case stands behind."""
    return end(case=case, by=by)


def chase(now: datetime) -> None:
    """Nothing sent is forgotten: what could not be delivered, and what a platform lets lie, comes back to a caseworker.

    One transaction each, so that never many cases are locked at once. What somebody moved meanwhile is left as it is.
    """
    for escalation in Escalation.objects.filter(state=State.REQUESTED, channel__kind__in=SENDERS):
        if Job.objects.filter(task__in=["escalation.deliver", "escalation.submit"], state=Job.State.FAILED,
                              payload__escalation_id=str(escalation.pk)).exists():
            with suppress(NotNow):
                failed(escalation=escalation)
    for escalation in Escalation.objects.filter(state__in=[State.SENT, State.ACKNOWLEDGED], next_check_at__lte=now):
        with suppress(NotNow):
            answer(escalation=escalation, outcome=State.NO_ANSWER)
