"""From a caseworker's decision to a platform's answer. Nothing leaves without consent, and nothing without an outbox row."""
import secrets
import uuid
from collections.abc import Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import OuterRef, Q, QuerySet
from django.utils import timezone

from cases.audit.services import actor, record
from cases.deadlines import promise
from cases.escalation import composing, notices, replying, second
from cases.escalation.channels import email, upward, webhook, xarf
from cases.escalation.composing_models import Batch
from cases.escalation.models import Answer, Channel, Escalation, LegalBasis
from cases.escalation.notices import Missing, Notice
from cases.hashing.listing import end, propose
from cases.hashing.models import ListEntry, MediaHash
from cases.hashing.services import PublishRefused, match_for_good, refusal
from cases.merging import services as merging
from cases.models import Case, Consent
from cases.notifications.models import Occasion
from cases.notifications.services import tell_assignee, tell_reporter
from cases.outbox.services import enqueue
from cases.permissions import Staff
from cases.priority import Harm, Level
from cases.public_words import Said
from cases.selectors import agrees, first_of
from cases.services import REF_ALPHABET, change_status, lock_case, tell_status
from cases.vault import custody, envelope
from cases.workflow import Status

SENDERS = {Channel.Kind.EMAIL: email.send, Channel.Kind.STOPNCII: upward.stopncii,
           Channel.Kind.THREATEXCHANGE: upward.threatexchange, Channel.Kind.XARF: xarf.send, Channel.Kind.WEBHOOK: webhook.send}
UPWARD = {Channel.Kind.STOPNCII, Channel.Kind.THREATEXCHANGE}        # take fingerprints that are on our list, and no words
GATHERING, BY_ITSELF = 10.0, 1800.0     # seconds that a notice of a batch waits for the others, and for the batch
State = Escalation.State
NEXT: dict[State, frozenset[State]] = {
    State.PROPOSED: frozenset({State.REQUESTED, State.RETURNED}),
    State.RETURNED: frozenset(),                                  # what follows takes a new notice with a new reference
    State.REQUESTED: frozenset({State.SENT, State.FAILED, State.ACTIONED}),     # removed by the hash list before the notice left
    State.SENT: frozenset({State.ACKNOWLEDGED, State.NEEDS_MORE, State.ACTIONED, State.REFUSED, State.NO_ANSWER, State.FAILED}),
    State.ACKNOWLEDGED: frozenset({State.NEEDS_MORE, State.ACTIONED, State.REFUSED, State.NO_ANSWER, State.FAILED}),
    State.NEEDS_MORE: frozenset({State.ACKNOWLEDGED, State.ACTIONED, State.REFUSED}),    # acknowledged: we gave them more
    State.NO_ANSWER: frozenset({State.ACKNOWLEDGED, State.NEEDS_MORE, State.ACTIONED, State.REFUSED, State.FAILED}),    # late
    State.REFUSED: frozenset({State.NEEDS_MORE, State.ACTIONED}),                         # and second thoughts
    State.ACTIONED: frozenset({State.REFUSED}),
    State.FAILED: frozenset({State.REQUESTED, State.ACTIONED}),   # sent again, by a person
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


class Practice(NotNow):
    """A notice of the practice unit is kept, and never leaves."""


def new_reference() -> str:
    """Ours, in every notice: unguessable, and no part of the case's own reference."""
    return "MZ-" + "".join(secrets.choice(REF_ALPHABET) for _ in range(10))


@transaction.atomic
def request(*, case: Case, channel: Channel, notice: Notice, by: Staff, language: str = "en", basis: LegalBasis | None = None,
            batch: Batch | None = None, earlier: Escalation | None = None, step: str = "") -> Escalation:
    """Freeze a notice and ask for its delivery, or first for a second person's yes where the unit wants that; in practice it is
    kept, and the worker gets no key to it. `earlier`: what it follows, out of `following.followable`, as which `step`.

    Raises ConsentMissing, Incomplete, NotNow, hashing's PublishRefused.
    """
    if notice.hashes:
        match_for_good(case_id=case.pk)     # before the case is locked: it takes turns with jobs that tie this case to others
    case = lock_case(case)                  # an answer that is taken back at this moment comes before or after, not in between
    check(case, notice)
    if composing.owed(notice, channel, basis):
        raise Incomplete([Missing.ASKED])
    if notice.hashes and (reason := refusal(case)):         # a child's leave in no notice
        raise PublishRefused(reason)
    entries = propose(case=case, by=by) if notice.hashes else []        # another member puts them on the list
    secret, escalation_id = envelope.new_key(), uuid.uuid4()
    by_machine, by_two = channel.kind in SENDERS and not case.unit.practice, second.wanted(case.unit)
    escalation = Escalation.objects.create(
        id=escalation_id, case=case, platform=channel.platform, channel=channel, reference=notice.reference, language=language,
        notice_key=custody.keep(secret, case=case.pk, unit=case.unit, worker=by_machine and not by_two),
        notice=envelope.seal(secret, notice.as_json(), case=case.pk, field="notice", record=escalation_id),
        by_id=by.pk, requested_at=timezone.now(), basis=basis, batch=batch,
        earlier=earlier, step=step,
        state=State.PROPOSED if by_two else State.REQUESTED,
    )
    escalation.entries.set(entries)
    replying.expect(secret, escalation)
    record("escalation_requested", subject=case.pk, actor=actor(by), escalation=escalation.pk, platform=channel.platform.slug)
    if by_two:
        second.ask(escalation, by=by)
    else:
        start(escalation)
    return escalation


def start(escalation: Escalation) -> None:
    """Hand it to the worker. What staff fill in or post themselves waits for them; nothing of practice leaves."""
    if escalation.case.unit.practice:
        return
    if escalation.channel.kind in UPWARD:
        enqueue("escalation.submit", escalation_id=str(escalation.pk))
    elif escalation.channel.kind in SENDERS:
        if escalation.batch_id:                 # together, once all of them are written; else each by itself, later
            enqueue("escalation.deliver_batch", delay=GATHERING, batch_id=str(escalation.batch_id))
        enqueue("escalation.deliver", delay=BY_ITSELF if escalation.batch_id else 0, escalation_id=str(escalation.pk))


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
    report = Q(case__in=[case.pk, first_of(case)]) | Q(case__split_of=first_of(case))
    rows = list(MediaHash.objects.filter(report).prefetch_related("variants"))
    words = "\n".join([*notice.links, *notices.wording(notice)]).lower()
    withheld = {value for row in rows for value in (*row.every(), row.sha256, row.md5)} - set(notice.hashes)
    mine = {row.pdq or row.md5 for row in rows if row.case_id == case.pk}       # of a picture PDQ, of a video the MD5
    return not set(notice.hashes) <= mine or any(value in words for value in withheld)


def check_consent(case: Case, notice: Notice) -> None:
    for act, needed in ((Consent.Act.ASK_PLATFORM, True), (Consent.Act.SHARE_HASHES, bool(notice.hashes))):
        if needed and not agrees(case, act):
            raise ConsentMissing(act)


@transaction.atomic
def answer(*, escalation: Escalation, outcome: State, by: Staff | None = None, partner: uuid.UUID | None = None,
           reason: str = "", mails: Sequence[uuid.UUID] = (), liaison: Staff | None = None) -> Escalation:
    """A platform's answer: typed in by staff, taken from its feedback, given by its `liaison`, or (`mails`) what staff made of
    mails of theirs. Moves the case, tells the reporter. `reason`: an Answer.Reason, of a refusal or of what they ask for."""
    fresh = move(escalation, outcome, by=by or liaison, partner=partner, answered_at=timezone.now())
    custody.drop_worker_wrap(fresh.notice_key)           # what is answered is sent no more
    if outcome != State.NO_ANSWER:
        keep_answer(fresh, outcome, reason, mails, by=by, liaison=liaison)
    if by is None:                       # whoever typed the answer in knows of it
        tell_assignee(case=fresh.case, occasion=Occasion.SILENCE if outcome == State.NO_ANSWER else Occasion.ANSWER)
    if outcome == State.ACKNOWLEDGED:
        tell(fresh, None, Said.PLATFORM_SAW_IT, fresh.next_check_at, by=by)
    elif outcome == State.ACTIONED:
        waiting = Escalation.objects.filter(case=fresh.case, state__in=[State.SENT, State.ACKNOWLEDGED]).exists()
        said = Said.SEEN_GONE if reason == Answer.Reason.GONE else Said.PLATFORM_REMOVED
        tell(fresh, None if waiting else Status.IN_REVIEW, said, None, by=by)
    elif fresh.case.status != Status.CLOSED:             # of a closed case nobody promises a next step
        tell(fresh, Status.IN_REVIEW, words_for(outcome, reason), our_next_step(fresh.case), by=by)
    return fresh


def keep_answer(escalation: Escalation, outcome: State, reason: str, mails: Sequence[uuid.UUID], *, by: Staff | None,
                liaison: Staff | None = None) -> None:
    """What was made of it, and by whom: for the page, the scorecard and whoever answers for it."""
    now, said = timezone.now(), by or liaison
    who = said.pk if said else None
    if not unsorted(escalation).filter(pk__in=mails).update(outcome=outcome.value, reason=reason, by=who, sorted_at=now):
        way = Answer.Way.DESK if liaison else Answer.Way.TYPED if by else Answer.Way.MACHINE
        Answer.objects.create(case_id=escalation.case_id, escalation=escalation, at=now, way=way.value, outcome=outcome.value,
                              reason=reason, by_id=who, sorted_at=now)


def unsorted(escalation: Escalation | OuterRef) -> QuerySet[Answer]:
    """Mails that nobody has made anything of."""
    return Answer.objects.filter(escalation=escalation, kind=Answer.Kind.ANSWER, sorted_at=None)


@transaction.atomic
def nothing_new(*, escalation: Escalation, mails: Sequence[uuid.UUID], by: Staff) -> None:
    """These mails were read and change nothing."""
    if unsorted(escalation).filter(pk__in=mails).update(by=by.pk, sorted_at=timezone.now()):
        record("answer_set_aside", subject=escalation.case_id, actor=actor(by), escalation=escalation.pk)


def words_for(outcome: State, reason: str) -> Said:
    """What the reporter reads of an answer that is no yes."""
    if outcome == State.NEEDS_MORE:
        return Said.PLATFORM_ASKS
    if outcome == State.NO_ANSWER:
        return Said.PLATFORM_SILENT
    return {Answer.Reason.NOT_FOUND: Said.PLATFORM_CANNOT_FIND, Answer.Reason.NOT_THEIRS: Said.PLATFORM_NOT_THEIRS,
            Answer.Reason.RULES: Said.PLATFORM_ALLOWS}.get(Answer.Reason(reason) if reason else Answer.Reason.OTHER,
                                                           Said.PLATFORM_REFUSED)


def our_next_step(case: Case) -> datetime:
    """By when a caseworker has to look again: the unit's clock, never a promise from a template."""
    return promise(case.unit, Level(case.priority))


def move(escalation: Escalation, to: State, *, by: Staff | None, partner: uuid.UUID | None = None,
         **fields: datetime) -> Escalation:
    """Along NEXT only, under the row lock, with its audit row. Raises NotNow; Practice for a notice that would count as sent."""
    locked = Escalation.objects.select_for_update(of=("self",))
    fresh = locked.select_related("case__unit__calendar", "platform", "notice_key").get(pk=escalation.pk)
    if to not in NEXT[State(fresh.state)]:
        raise NotNow(fresh.state)
    if to == State.SENT and fresh.case.unit.practice:
        raise Practice(fresh.reference)
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
