"""Closing a child's case takes two: a member asks, with a sealed reason; a supervisor who is somebody else agrees or refuses.

Who waits too long asks anew: after EXPIRES nobody can agree any more, for the case is another by then.
"""
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from cases.audit.services import actor, record
from cases.models import Case
from cases.notifications.models import Occasion
from cases.notifications.services import tell_members
from cases.permissions import Permission, Staff, may
from cases.selectors import agreed, cases_for, on_this_side, opens
from cases.services import lock_case
from cases.triage.models import Closing
from cases.triage.moves import Move, closing_move, moves_from
from cases.triage.services import NotAgreed, add_note, move
from cases.units.selectors import members_of, supervisors
from cases.workflow import Status, TransitionRefused

EXPIRES = timedelta(days=7)
State = Closing.State


class NotTheirs(Exception):
    """To ask takes a member who works the case, to decide a supervisor who opens it and did not ask."""


class NothingWaits(Exception):
    """It was decided, taken back or is too old: a colleague was quicker, or nobody was."""


def waiting(now: datetime | None = None) -> QuerySet[Closing]:
    return Closing.objects.filter(state=State.WAITING, at__gt=(now or timezone.now()) - EXPIRES)


def of_case(case: Case) -> list[Closing]:
    """What waits, or else what was decided last."""
    rows = Closing.objects.filter(case=case).select_related("by", "decided_by").order_by("-at")
    return list(rows.exclude(state__in=[State.TAKEN_BACK, State.OVER])[:1])


def is_over(closing: Closing) -> bool:
    return closing.state == State.WAITING and closing.at + EXPIRES <= timezone.now()


def may_decide(closing: Closing, member: Staff) -> bool:
    return closing.state == State.WAITING and not is_over(closing) and closing.by_id != member.pk and may(
        member, Permission.SUPERVISE)


# --- writing ----------------------------------------------------------------------------------------------------------
@transaction.atomic
def ask(*, case: Case, choice: Move, closing_id: UUID, reason: bytes, by: Staff, version: int | None = None) -> Closing:
    """Ask the supervisors of the unit. What waited before is over: the newest words count.

    Raises NotTheirs, NotAgreed, Stale, TransitionRefused (the case cannot be closed so now).
    """
    fresh = _open(case, by, version)
    if choice.said not in {each.said for each in moves_from(Status(fresh.status)) if each.to == Status.CLOSED}:
        raise TransitionRefused(choice.said)
    if not agreed(fresh, choice.said):
        raise NotAgreed(choice.said)
    Closing.objects.filter(case=fresh, state=State.WAITING).update(state=State.OVER)
    asked = Closing.objects.create(id=closing_id, case=fresh, said=choice.said.value, reason=reason, by_id=by.pk,
                                   at=timezone.now())
    record("closing_asked", subject=fresh.pk, actor=actor(by), closing=asked.pk, outcome=choice.outcome)
    deciders = on_this_side(fresh, supervisors(fresh.unit)).exclude(pk=by.pk)
    tell_members(occasion=Occasion.CLOSING, members=deciders, case=fresh)
    return asked


@transaction.atomic
def agree(*, closing: Closing, by: Staff) -> Case:
    """Close the case in the words that were asked for. Raises NotTheirs, NothingWaits, NotAgreed, TransitionRefused."""
    case = _open(closing.case, by)
    fresh = _decide(closing, State.AGREED, by)
    moved = move(case=case, choice=closing_move(fresh.said), by=by, second=True)
    record("closing_agreed", subject=case.pk, actor=actor(by), closing=fresh.pk)
    _tell(case, fresh)
    return moved


@transaction.atomic
def refuse(*, closing: Closing, answer: bytes, by: Staff) -> Closing:
    """The case stays open; `answer` says why, sealed for the row. Raises NotTheirs, NothingWaits."""
    case = _open(closing.case, by)
    fresh = _decide(closing, State.REFUSED, by, answer)
    record("closing_refused", subject=case.pk, actor=actor(by), closing=fresh.pk)
    _tell(case, fresh)
    return fresh


@transaction.atomic
def take_back(*, closing: Closing, by: Staff) -> None:
    """By who asked. Raises NotTheirs, NothingWaits."""
    case = _open(closing.case, by)
    if closing.by_id != by.pk:
        raise NotTheirs(case.ref)
    if not Closing.objects.filter(pk=closing.pk, state=State.WAITING).update(state=State.TAKEN_BACK):
        raise NothingWaits(case.ref)
    record("closing_taken_back", subject=case.pk, actor=actor(by), closing=closing.pk)


@transaction.atomic
def open_again(*, case: Case, note_id: UUID, body: bytes, by: Staff, version: int | None = None) -> Case:
    """A closed case goes back to review; the reason is kept as a note. Raises Stale, TransitionRefused."""
    choice = next(iter(moves_from(Status.CLOSED)))
    moved = move(case=case, choice=choice, by=by, version=version)
    add_note(case=moved, note_id=note_id, body=body, by=by)
    record("case_reopened", subject=moved.pk, actor=actor(by), note=note_id)
    return moved


def _open(case: Case, by: Staff, version: int | None = None) -> Case:
    """The row, locked. Raises NotTheirs."""
    if not may(by, Permission.WORK_CASES) or not cases_for(by).filter(pk=case.pk).exists():
        raise NotTheirs(str(case.pk))
    fresh = lock_case(case, version)
    if not opens(by, fresh):
        raise NotTheirs(fresh.ref)
    return fresh


def _decide(closing: Closing, state: Closing.State, by: Staff, answer: bytes | None = None) -> Closing:
    fresh = Closing.objects.select_for_update(of=("self",)).get(pk=closing.pk)
    if fresh.by_id == by.pk or not may(by, Permission.SUPERVISE):
        raise NotTheirs(str(fresh.pk))
    if fresh.state != State.WAITING or is_over(fresh):
        raise NothingWaits(str(fresh.pk))
    fresh.state, fresh.decided_by_id, fresh.decided_at, fresh.answer = state.value, by.pk, timezone.now(), answer
    fresh.save(update_fields=["state", "decided_by", "decided_at", "answer"])
    return fresh


def _tell(case: Case, closing: Closing) -> None:
    """Who asked, if still of the unit."""
    tell_members(occasion=Occasion.DECIDED, members=on_this_side(case, members_of(case.unit)).filter(pk=closing.by_id), case=case)
