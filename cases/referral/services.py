"""From the decision to pass a case on to what came of it. Nothing leaves without a yes of the reporter for exactly that body, or
without two people and a reason."""
from collections.abc import Collection, Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from cases.audit.services import actor, record
from cases.deadlines import promise
from cases.escalation.models import Authority
from cases.escalation.services import new_reference
from cases.models import Case
from cases.notifications.models import Occasion
from cases.notifications.services import tell_assignee, tell_members, tell_reporter
from cases.permissions import Permission, Staff, may
from cases.priority import Level
from cases.public_words import Said
from cases.referral.models import Demand, Ground, Policy, Referral
from cases.referral.selectors import Hurdle, hurdle, may_second, takes_two
from cases.referral.words import ANSWERED, PASSED, Part, act_for, parts_for
from cases.selectors import cases_for, on_this_side, opens
from cases.services import change_status, lock_case, tell_status
from cases.units.models import Unit
from cases.units.selectors import members_of, supervisors
from cases.workflow import Status

CHECK_AFTER = timedelta(days=14)        # authorities take weeks; by then somebody here asks them
State = Referral.State
NEXT: dict[State, frozenset[State]] = {
    State.ASKED: frozenset({State.READY, State.DROPPED}),
    State.READY: frozenset({State.TAKEN, State.DROPPED}),
    State.TAKEN: frozenset({State.HANDED, State.READY, State.ASKED, State.DROPPED}),      # the file was lost, or stays here
    State.HANDED: frozenset({State.ACCEPTED, State.REFUSED}),
    State.ACCEPTED: frozenset({State.ACTED, State.NOTHING, State.REFUSED}),
    State.REFUSED: frozenset({State.ACCEPTED}),
    State.NOTHING: frozenset({State.ACTED}),
    State.ACTED: frozenset(),
    State.DROPPED: frozenset(),
}
RECORDED: dict[State, str] = {
    State.ASKED: "referral_asked", State.READY: "referral_ready", State.TAKEN: "referral_taken", State.HANDED: "referral_handed",
    State.ACCEPTED: "referral_accepted", State.REFUSED: "referral_refused", State.ACTED: "referral_acted",
    State.NOTHING: "referral_nothing", State.DROPPED: "referral_dropped",
}


class Refused(Exception):
    """It may not go there, or not now."""

    def __init__(self, hurdle: Hurdle) -> None:
        super().__init__(hurdle.value)
        self.hurdle = hurdle


class NotTheirs(Exception):
    """Who made it does not agree to it; who may not escalate, or does not open the case, does neither."""


class Quicker(Exception):
    """A colleague was: it is not in a state any more in which this could be done."""


@transaction.atomic
def prepare(*, referral_id: UUID, case: Case, authority: Authority, ground: Ground, parts: Collection[Part], by: Staff,
            files: Collection[UUID] = (), why: bytes | None = None, untold: bytes | None = None, passphrase: bytes | None = None,
            demand: Demand | None = None) -> Referral:
    """Say what shall go where, and why. Where it takes two, somebody else agrees before it can be taken out.

    Raises Refused, NotTheirs; ValueError for parts that this body may not be told, or without a reason where one is due.
    """
    fresh = _open(case, by)
    if reason := hurdle(fresh, authority, ground):
        raise Refused(reason)
    if not set(parts) <= set(parts_for(fresh, authority)) or not parts or (ground == Ground.CONSENT) != (why is None):
        raise ValueError("parts, or a reason")
    two = takes_two(fresh, ground)
    made = Referral.objects.create(
        id=referral_id, case=fresh, authority=authority, reference=new_reference(), ground=ground.value, why=why, untold=untold,
        state=(State.ASKED if two else State.READY).value, parts=sorted(part.value for part in parts),
        files=sorted(str(file) for file in files), passphrase=passphrase, demand=demand, by_id=by.pk, asked_at=timezone.now())
    record("referral_asked", subject=fresh.pk, actor=actor(by), referral=made.pk, authority=_code(authority), ground=ground.value,
           act=act_for(authority).value)
    if two:
        _ask_second(made, fresh, by)
    return made


def _ask_second(referral: Referral, case: Case, by: Staff) -> None:
    people = supervisors(case.unit) if referral.ground != Ground.CONSENT or case.restricted else members_of(case.unit)
    others: Iterable[Any] = on_this_side(case, people).exclude(pk=by.pk)
    able = [each for each in others if may(each, Permission.ESCALATE)]
    tell_members(occasion=Occasion.REFERRAL, members=able, case=case)


@transaction.atomic
def agree(*, referral: Referral, by: Staff) -> Referral:
    """The second person. Raises NotTheirs, Quicker, Refused."""
    fresh = _locked(referral, by)
    if fresh.state != State.ASKED:
        raise Quicker(fresh.reference)
    if not may_second(fresh, by):
        raise NotTheirs(fresh.reference)
    _still_may(fresh)
    return _move(fresh, State.READY, by, second_id=by.pk, decided_at=timezone.now())


@transaction.atomic
def drop(*, referral: Referral, by: Staff) -> Referral:
    """It is not passed on after all: by whoever made it, by the second person, or because the yes was taken back."""
    return _move(_locked(referral, by), State.DROPPED, by)


@transaction.atomic
def check(*, referral: Referral, by: Staff) -> None:
    """Before a package is made, which takes a second. Raises NotTheirs, Quicker, Refused."""
    fresh = _locked(referral, by)
    if fresh.state != State.READY:
        raise Quicker(fresh.reference)
    _still_may(fresh)


@transaction.atomic
def take_out(*, referral: Referral, sha256: str, by: Staff) -> Referral:
    """Record the one download, in the transaction that ends before the bytes are sent. Raises NotTheirs, Quicker, Refused."""
    fresh = _locked(referral, by)
    _still_may(fresh)
    return _move(fresh, State.TAKEN, by, taken_at=timezone.now(), taken_by_id=by.pk, sha256=sha256)


@transaction.atomic
def again(*, referral: Referral, passphrase: bytes | None, by: Staff) -> Referral:
    """The file did not arrive, or was lost: it may be taken out once more, under another passphrase. Where it takes two, both
    have to agree anew."""
    fresh = _locked(referral, by)
    _still_may(fresh)
    if takes_two(fresh.case, Ground(fresh.ground)):
        moved = _move(fresh, State.ASKED, by, second_id=None, decided_at=None, passphrase=passphrase, by_id=by.pk)
        _ask_second(moved, moved.case, by)
        return moved
    return _move(fresh, State.READY, by, passphrase=passphrase)


@transaction.atomic
def handed(*, referral: Referral, by: Staff) -> Referral:
    """It was given to them. The reporter reads so, unless that was said to be unsafe."""
    fresh = _locked(referral, by)
    moved = _move(fresh, State.HANDED, by, handed_at=timezone.now())
    return moved if moved.untold is not None else tell(referral=moved, by=by)


@transaction.atomic
def tell(*, referral: Referral, by: Staff) -> Referral:
    """Say to the reporter that it was passed on; once. Also later, when it has become safe."""
    fresh = _locked(referral, by)
    if fresh.handed_at is None or fresh.told_at is not None:
        raise Quicker(fresh.reference)
    fresh.told_at = timezone.now()
    fresh.save(update_fields=["told_at"])
    record("referral_told", subject=fresh.case_id, actor=actor(by), referral=fresh.pk)
    to = Status.WAITING_OUTSIDE if fresh.state == State.HANDED else None
    _say(fresh, PASSED[Ground(fresh.ground)], timezone.now() + CHECK_AFTER, by, to=to)
    return fresh


@transaction.atomic
def answer(*, referral: Referral, outcome: State, by: Staff, their_reference: bytes | None = None) -> Referral:
    """What they said. `their_reference`: the number of their FIR or complaint, sealed; what was kept stays if None."""
    return _answered(_locked(referral, by), outcome, by, their_reference=their_reference)


@transaction.atomic
def answered_there(*, referral: Referral, outcome: State, liaison: Staff) -> Referral:
    """What the body's own liaison said; whoever calls this knows that the referral is before that body. Raises Quicker."""
    case = lock_case(referral.case)
    fresh = Referral.objects.select_for_update(of=("self",)).select_related("authority").get(pk=referral.pk)
    fresh.case = case
    moved = _answered(fresh, outcome, None, liaison=liaison)
    tell_assignee(case=case, occasion=Occasion.ANSWER)
    return moved


def _answered(fresh: Referral, outcome: State, by: Staff | None, *, liaison: Staff | None = None,
              their_reference: bytes | None = None) -> Referral:
    given = {} if their_reference is None else {"their_reference": their_reference}
    moved = _move(fresh, outcome, by or liaison, answered_at=timezone.now(), **given)
    if moved.told_at and moved.case.status != Status.CLOSED:
        back = outcome in {State.REFUSED, State.NOTHING}
        waits = Referral.objects.filter(case=moved.case, state__in=[State.HANDED, State.ACCEPTED]).exclude(pk=moved.pk).exists()
        _say(moved, ANSWERED[outcome], promise(moved.case.unit, Level(moved.case.priority)), by,
             to=Status.IN_REVIEW if back and not waits else None)
    return moved


@transaction.atomic
def set_policy(*, unit: Unit, two_people: bool, by: Staff) -> None:
    """Whether every referral of the unit takes two."""
    Policy.objects.update_or_create(unit=unit, defaults={"two_people": two_people})
    record("referral_policy_set", subject=unit.pk, actor=actor(by), two_people=two_people)


def _open(case: Case, by: Staff) -> Case:
    """The row, locked. Raises NotTheirs."""
    if not may(by, Permission.ESCALATE) or not cases_for(by).filter(pk=case.pk).exists():
        raise NotTheirs(str(case.pk))
    fresh = lock_case(case)
    if not opens(by, fresh):
        raise NotTheirs(fresh.ref)
    return fresh


def _locked(referral: Referral, by: Staff) -> Referral:
    case = _open(referral.case, by)
    fresh = Referral.objects.select_for_update(of=("self",)).select_related("authority").get(pk=referral.pk)
    fresh.case = case
    return fresh


def _still_may(referral: Referral) -> None:
    """While it waited, the reporter may have taken the yes back."""
    if reason := hurdle(referral.case, referral.authority, Ground(referral.ground)):
        raise Refused(reason)


def _move(referral: Referral, to: State, by: Staff | None, **fields: object) -> Referral:
    if to not in NEXT[State(referral.state)]:
        raise Quicker(referral.reference)
    for name, value in {"state": to.value, **fields}.items():
        setattr(referral, name, value)
    referral.save(update_fields=["state", *fields])
    record(RECORDED[to], subject=referral.case_id, actor=actor(by), referral=referral.pk,
           authority=_code(referral.authority))
    return referral


def _say(referral: Referral, said: Said, next_check: datetime, by: Staff | None, *, to: Status | None) -> None:
    """In the reporter's history, moving the case where it can be moved. Of reports that this one leads nothing was passed on."""
    case, slug = referral.case, referral.authority.slug
    movable = to is not None and case.status in {Status.IN_REVIEW, Status.WAITING_OUTSIDE} - {to}
    if to is not None and movable:
        change_status(case=case, to=to, by=by, said=said, platform=slug, next_check=next_check)
    else:
        tell_status(case=case, said=said, platform=slug, next_check=next_check)
    tell_reporter(case=case)


def _code(authority: Authority) -> str:
    """As the log takes it: slugs may begin with a digit."""
    return f"to-{authority.slug.lower()}"[:40]
