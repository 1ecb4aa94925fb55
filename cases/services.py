"""Everything that changes a case file. Each call is one transaction with its audit row inside."""
import secrets
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import Max, Q
from django.utils import timezone

from cases import deadlines, urgency
from cases.audit.services import actor, record
from cases.models import UNIT_ONLY, Case, Consent, Exclusion, Link, Message, StatusChange
from cases.permissions import Staff
from cases.priority import BY_HAND, Facts, Level, Rule, Seen, is_new, rate, rate_seen
from cases.public_words import Said, of_a_part
from cases.units.models import Membership, Unit
from cases.vault.models import DataKey
from cases.workflow import Outcome, Source, Status, check_transition

REF_ALPHABET = "23456789ABCDEFGHJKMNPQRSTVWXYZ"      # no 0/O, 1/I/L, U: read out over the phone without doubt
OPENED_BEFORE = ("submission", "case_pkey", "cases_case.id", "key_id")   # what databases call the ids of one report
LEVEL = ["priority", "priority_rule", "seen_rule", *deadlines.COLUMNS]
FACTS = ["harm", "age_band", "age_band_then", "child", "dangers", "platforms"]
MOVED = ["status", "outcome", "closed_at", *deadlines.COLUMNS, "unread", "version"]
SAID_BY_OUTCOME = {
    Outcome.REMOVED: Said.CLOSED_REMOVED, Outcome.NOT_REMOVED: Said.CLOSED_NOT_REMOVED, Outcome.REFERRED: Said.CLOSED_REFERRED,
    Outcome.PARTLY: Said.CLOSED_PARTLY, Outcome.STOPPED: Said.CLOSED_STOPPED, Outcome.ADVISED: Said.CLOSED_ADVISED,
    Outcome.NO_ANSWER: Said.CLOSED_NO_ANSWER, Outcome.NOTHING_FOUND: Said.CLOSED_NOTHING_FOUND,
    Outcome.WITHDRAWN: Said.CLOSED_WITHDRAWN, Outcome.NOT_FOR_US: Said.CLOSED_NOT_FOR_US,
    Outcome.DUPLICATE: Said.CLOSED_DUPLICATE,
}
SAID_BY_STATUS = {Status.NEW: Said.RECEIVED, Status.IN_REVIEW: Said.IN_REVIEW, Status.WAITING_REPORTER: Said.ASKED_YOU}


class AlreadyOpen(Exception):
    """This submission has opened its case before: the form was sent twice."""


class Stale(Exception):
    """Somebody else changed the case since the page was loaded."""


class WomanAsked(Exception):
    """The reporter would rather a woman reads this, and the member is not known as one."""


class NoConversation(Exception):
    """The case was split off: its reporter reads and writes in the case that it came from."""


class NotAMember(Exception):
    """A case is assigned within its unit only, and to nobody whom a wall keeps from it."""


@dataclass(frozen=True)
class CaseDraft:
    """A report ready to rest: metadata in the clear, everything typed already sealed by whoever holds the keys."""
    id: uuid.UUID
    submission: uuid.UUID
    unit: Unit
    key: DataKey
    conversation_key: DataKey
    reporter_public: bytes
    answers: bytes
    summary: bytes
    facts: Facts
    language: str
    platforms: Sequence[str] = ()
    wants_woman: bool = False
    conflict: str = ""
    source: Source = Source.WEB


def new_ref(now: datetime) -> str:
    """Year and six random characters: tells nothing of how many cases there are, and is no part of any secret."""
    return f"{now:%y}-{''.join(secrets.choice(REF_ALPHABET) for _ in range(6))}"


@transaction.atomic
def open_case(*, draft: CaseDraft, by: Staff | None = None) -> Case:
    """`by`: who typed it for the reporter. Raises AlreadyOpen for a submission that was sent before. The public role can insert
    but not look, so we try."""
    now, rule = timezone.now(), rate(replace(draft.facts, platforms=frozenset(draft.platforms)), urgency.rules())
    case = Case(
        id=draft.id, submission=draft.submission, unit=draft.unit, key=draft.key, conversation_key=draft.conversation_key,
        reporter_public=draft.reporter_public, answers=draft.answers, summary=draft.summary,
        harm=draft.facts.harm.value, age_band=draft.facts.age_now.value, age_band_then=draft.facts.age_then.value,
        child=draft.facts.child, dangers=sorted(danger.value for danger in draft.facts.dangers),
        platforms=list(draft.platforms), language=draft.language, wants_woman=draft.wants_woman, conflict=draft.conflict,
        source=draft.source.value, priority=rule.level.value, priority_rule=rule.code, opened_at=now,
    )
    deadlines.start(case, now)
    insert_with_fresh_ref(case)
    StatusChange.objects.create(case=case, at=now, status=Status.NEW.value, said=Said.RECEIVED.value)
    record("case_opened", subject=case.pk, actor=actor(by) if by else "reporter", unit=draft.unit.pk, rule=rule.code)
    return case


def insert_with_fresh_ref(case: Case) -> None:
    for _ in range(5):
        case.ref = new_ref(case.opened_at)
        try:
            with transaction.atomic():
                case.save(force_insert=True)
            return
        except IntegrityError as error:
            if any(name in str(error) for name in OPENED_BEFORE):
                raise AlreadyOpen(case.submission) from error
            if "ref" not in str(error):
                raise
    raise RuntimeError("no free reference in five tries")


def lock_case(case: Case, version: int | None = None, *, alone: bool = True) -> Case:
    """The row as it is now, locked. Raises Stale when the caller's page is older.

    Until we are done nobody adds to the case, no answer of its reporter and no link to another. Not `alone`: they may. Whoever
    locks several cases at once asks for that, or would wait for a colleague who has one of them and ties it to another.
    A case that was split off comes after the one it was split from, where the reporter is told of it.
    """
    if case.split_of_id:
        list(Case.objects.select_for_update(no_key=True).filter(pk=case.split_of_id).only("pk"))
    locked = Case.objects.select_for_update(of=("self",), no_key=not alone).select_related("unit__calendar").defer(*UNIT_ONLY)
    fresh = locked.get(pk=case.pk)
    if version is not None and fresh.version != version:
        raise Stale(fresh.ref)
    return fresh


@transaction.atomic
def change_status(*, case: Case, to: Status, by: Staff | None, outcome: Outcome | None = None, said: Said | None = None,
                  platform: str = "", next_check: datetime | None = None, version: int | None = None) -> Case:
    """Move along TRANSITIONS, set the clock, append the history. `by=None` is the system."""
    fresh = lock_case(case, version)
    check_transition(Status(fresh.status), to, outcome)
    now = timezone.now()
    deadlines.step(fresh, to, now, next_check)
    fresh.status, fresh.outcome = to.value, outcome.value if outcome else ""
    fresh.closed_at = now if to == Status.CLOSED else None
    fresh.version += 1
    if to == Status.CLOSED:             # from now on it is unread only while a message waits
        fresh.unread = Message.objects.filter(case=fresh, author=Message.Author.REPORTER.value, read_at=None).exists()
    fresh.save(update_fields=MOVED)
    words = said or (SAID_BY_OUTCOME[outcome] if outcome else SAID_BY_STATUS.get(to))
    StatusChange.objects.create(case=fresh, at=now, status=to.value, outcome=fresh.outcome, said=words.value if words else "",
                                platform=platform, next_check=next_check, by_id=by.pk if by else None)
    if words:
        _tell_first(fresh, words, now, platform, next_check)
    record("status_changed", subject=fresh.pk, actor=actor(by), to=to.value, outcome=outcome)
    return fresh


# --- priority after the report came in --------------------------------------------------------------------------------
@transaction.atomic
def raise_priority(*, case: Case, seen: Seen) -> Case | None:
    """A case's pictures are known elsewhere: the rule fires once, and only ever up. None if it stays as urgent as it was."""
    fresh, rule = lock_case(case, alone=False), rate_seen(seen)
    if rule is None or not is_new(rule, fresh.seen_rule):
        return None
    fresh.seen_rule = rule.code
    fires = urgency.about_pictures(fresh, rule.code)
    if fires and (rises := fires.level < fresh.priority):
        set_level(fresh, fires.level, fires.code)
        record("priority_raised", subject=fresh.pk, actor="system", rule=fires.code, to=fires.level.value)
    fresh.save(update_fields=LEVEL)
    return fresh if fires and rises else None


@transaction.atomic
def settle_priority(*, case: Case, seen: Seen, by: Staff | None) -> Case:
    """A member found that less is known of the pictures. What another rule or a person set stays; what hung on it goes back."""
    fresh, rule = lock_case(case, alone=False), rate_seen(seen)
    hung = urgency.hangs_on_pictures(fresh.priority_rule)
    fresh.seen_rule = rule.code if rule else ""
    if hung:
        before, (level, code) = fresh.priority, with_pictures(fresh, *own_priority(fresh))
        set_level(fresh, level, code)
        record("priority_settled", subject=fresh.pk, actor=actor(by), rule=code, was=before, to=level.value)
    fresh.save(update_fields=LEVEL)
    return fresh


@transaction.atomic
def set_priority(*, case: Case, level: Level, by: Staff, version: int | None = None) -> Case:
    """A member knows better than the rules. Holds until a rule about the pictures says something new. Raises Stale."""
    fresh = lock_case(case, version)
    if level != fresh.priority:
        set_level(fresh, level, BY_HAND)
        fresh.hand_priority, fresh.version = level.value, fresh.version + 1
        fresh.save(update_fields=[*LEVEL, "hand_priority", "version"])
        record("priority_set", subject=fresh.pk, actor=actor(by), to=level.value)
    return fresh


@transaction.atomic
def put_back_priority(*, case: Case, level: Level, rule: str, hand: int | None, by: Staff, version: int) -> Case:
    """What `set_priority` changed is as it was before: the level, the rule it was shown with, and what a member had set. Raises
    Stale."""
    fresh = lock_case(case, version)
    set_level(fresh, level, rule)
    fresh.hand_priority, fresh.version = hand, fresh.version + 1
    fresh.save(update_fields=[*LEVEL, "hand_priority", "version"])
    record("priority_set", subject=fresh.pk, actor=actor(by), to=level.value)
    return fresh


def own_priority(case: Case) -> tuple[Level, str]:
    """What a member set, or else what the report itself says."""
    if case.hand_priority is not None:
        return Level(case.hand_priority), BY_HAND
    rule = own_rule(case)
    return rule.level, rule.code


def own_level(case: Case) -> tuple[Level, str]:
    """What the case is by itself: its own priority, or the rule about its pictures that has fired, if that is more urgent."""
    return with_pictures(case, *own_priority(case))


def own_rule(case: Case) -> Rule:
    return rate(urgency.facts_of(case, seen=False), urgency.rules())


def with_pictures(case: Case, level: Level, code: str) -> tuple[Level, str]:
    """The same, or what is known of its pictures if that is more urgent."""
    fires = urgency.about_pictures(case, case.seen_rule)
    return (fires.level, fires.code) if fires and fires.level < level else (level, code)


@transaction.atomic
def correct_facts(*, case: Case, facts: Facts, by: Staff, version: int | None = None) -> Case:
    """What is known in the clear was wrong: child, priority and clock follow. Who may unset a child is the caller's to see to.

    A priority set by hand stays, unless what is known now is more urgent than what was known before, and than the hand.
    Raises Stale.
    """
    fresh = lock_case(case, version)
    before = own_rule(fresh).level
    fresh.harm, fresh.age_band, fresh.age_band_then = facts.harm.value, facts.age_now.value, facts.age_then.value
    fresh.child, fresh.dangers = facts.child, sorted(danger.value for danger in facts.dangers)
    fresh.platforms = sorted(facts.platforms)
    rule = own_rule(fresh)
    if fresh.hand_priority is None or rule.level < min(before, fresh.hand_priority):
        fresh.hand_priority = None
        level, code = with_pictures(fresh, rule.level, rule.code)
        if level != fresh.priority or code != fresh.priority_rule:
            set_level(fresh, level, code)
    fresh.version += 1
    fresh.save(update_fields=[*FACTS, *LEVEL, "hand_priority", "version"])
    record("facts_corrected", subject=fresh.pk, actor=actor(by), rule=fresh.priority_rule, to=fresh.priority, child=fresh.child)
    return fresh


def set_level(case: Case, level: Level, code: str) -> None:
    deadlines.relevel(case, level, timezone.now())
    case.priority, case.priority_rule = level.value, code


@transaction.atomic
def tell_status(*, case: Case, said: Said, platform: str = "", next_check: datetime | None = None) -> StatusChange:
    """Append words for the reporter without moving the status: a platform has seen our request, say."""
    fresh = lock_case(case, alone=False)
    if next_check and fresh.status == Status.WAITING_OUTSIDE and fresh.merged_into_id is None:
        deadlines.check(fresh, next_check, timezone.now())
        fresh.save(update_fields=deadlines.COLUMNS)
    now = timezone.now()
    _tell_first(fresh, said, now, platform, next_check)
    return StatusChange.objects.create(case=fresh, at=now, status=fresh.status, outcome=fresh.outcome,
                                       said=said.value, platform=platform, next_check=next_check)


def _tell_first(case: Case, said: Said, at: datetime, platform: str, next_check: datetime | None) -> None:
    """Of a case that was split off, and is worked by itself: its reporter reads where the conversation is. Neither status nor
    clock is moved there."""
    words = of_a_part(said)
    if case.split_of_id and case.merged_into_id is None and words:
        status, outcome = Case.objects.values_list("status", "outcome").get(pk=case.split_of_id)
        StatusChange.objects.create(case_id=case.split_of_id, at=at, status=status, outcome=outcome, said=words.value,
                                    platform=platform, next_check=next_check)


@transaction.atomic
def assign(*, case: Case, to: Staff | None, by: Staff, despite_wish: bool = False, version: int | None = None) -> Case:
    """Give the case to a member of its unit (None: to nobody). Raises WomanAsked unless the wish is knowingly set aside."""
    fresh = lock_case(case, version)
    if to is not None:
        membership = Membership.objects.filter(unit=fresh.unit, member_id=to.pk).first()
        if membership is None or Exclusion.objects.filter(case=fresh, member_id=to.pk, lifted_at=None).exists():
            raise NotAMember(str(to.pk))
        if fresh.wants_woman and not membership.is_woman and not despite_wish:
            raise WomanAsked(fresh.ref)
    fresh.assignee_id = to.pk if to else None
    fresh.version += 1
    fresh.save(update_fields=["assignee", "version"])
    record("case_assigned", subject=fresh.pk, actor=actor(by), to=to.pk if to else None, despite_wish=despite_wish)
    return fresh


@transaction.atomic
def add_message(*, case: Case, message_id: uuid.UUID, author: Message.Author, body: bytes, by: Staff | None = None) -> Message:
    """Append a sealed message. What the reporter writes makes the case unread and ends our waiting for it.

    Raises NoConversation.
    """
    if case.split_of_id:
        raise NoConversation(case.ref)
    message = Message.objects.create(id=message_id, case=case, author=author.value, body=body,
                                     by_id=by.pk if by else None, at=timezone.now())
    if author == Message.Author.REPORTER:
        reporter_has_written(case=case)
    record("message_added", subject=case.pk, actor=actor(by) if by else "reporter", message=message.pk)
    return message


@transaction.atomic
def reporter_has_written(*, case: Case) -> None:
    """Something of the reporter's waits to be read, and we wait for them no longer."""
    fresh = lock_case(case)
    Case.objects.filter(pk=fresh.pk).update(unread=True)
    if fresh.status == Status.WAITING_REPORTER:
        change_status(case=fresh, to=Status.IN_REVIEW, by=None)


@transaction.atomic
def mark_read(*, case: Case, by: Staff | None) -> int:
    """A page with the other side's messages was opened: `by=None` is the reporter. Returns how many were new."""
    theirs = Message.Author.REPORTER if by else Message.Author.STAFF
    if by:
        Case.objects.filter(pk=case.pk).update(unread=False)
    return Message.objects.filter(case=case, author=theirs.value, read_at=None).update(read_at=timezone.now())


@transaction.atomic
def give_consent(*, case: Case, act: Consent.Act, answer: Consent.Answer, assent: bytes | None = None,
                 consent_id: uuid.UUID | None = None, by: Staff | None = None, recipient: str = "") -> Consent:
    """Append the reporter's answer; the newest counts. `consent_id` is the id that the typed assent was sealed for; `by`: who
    typed it for them; `recipient`: the authority that was asked about, by its slug.

    It is later than every one before, whatever the machine's clock does: a no must never seem older than the yes it takes back.
    """
    last = Consent.objects.filter(case=case, act=act.value).aggregate(last=Max("at"))["last"]
    at = max(timezone.now(), last + timedelta(microseconds=1)) if last else timezone.now()
    consent = Consent.objects.create(id=consent_id or uuid.uuid4(), case=case, act=act.value, answer=answer.value, assent=assent,
                                     at=at, recipient=recipient)
    record("consent_given", subject=case.pk, actor=actor(by) if by else "reporter", act=act.value, answer=answer.value)
    return consent


@transaction.atomic
def refuse_everything(*, case: Case) -> None:
    """Every answer of the reporter that was not a no becomes one: nothing more may leave in their name."""
    newest = {consent.act: consent for consent in Consent.objects.filter(case=case).order_by("at")}
    for consent in newest.values():
        if consent.answer != Consent.Answer.NO:
            give_consent(case=case, act=Consent.Act(consent.act), answer=Consent.Answer.NO)


@transaction.atomic
def link_cases(*, a: Case, b: Case, because: Link.Because) -> Link:
    """Tie two cases once, whichever way round they come."""
    first, second = sorted((a, b), key=lambda case: case.pk)
    link, created = Link.objects.get_or_create(a=first, b=second, because=because.value, defaults={"at": timezone.now()})
    if created:
        record("cases_linked", subject=first.pk, actor="system", other=second.pk, because=because.value)
    return link


@transaction.atomic
def link_all(*, case: Case, others: Sequence[Case], because: Link.Because) -> None:
    """Tie one case to each of these, of which there may be many. The caller sees to it that nobody else does so meanwhile."""
    ends = [sorted((case, other), key=lambda each: each.pk) for other in others]
    tied = Link.objects.filter(Q(a=case) | Q(b=case), because=because.value).values_list("a", "b")
    there, now = set(tied), timezone.now()
    new = [(a, b) for a, b in ends if (a.pk, b.pk) not in there]
    Link.objects.bulk_create(Link(a=a, b=b, because=because.value, at=now) for a, b in new)
    for a, b in new:
        record("cases_linked", subject=a.pk, actor="system", other=b.pk, because=because.value)


@transaction.atomic
def unlink_cases(*, a: Case, b: Case, because: Link.Because, by: Staff) -> None:
    """What tied two cases for this reason has gone. Nothing if they were not tied."""
    first, second = sorted((a, b), key=lambda case: case.pk)
    if Link.objects.filter(a=first, b=second, because=because.value).delete()[0]:
        record("cases_unlinked", subject=first.pk, actor=actor(by), other=second.pk, because=because.value)
