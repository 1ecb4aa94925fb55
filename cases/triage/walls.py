"""Who of a unit is kept from one of its cases, and how a kept case is opened all the same. Each call is one transaction.

A wall and a restriction are kept by this process, not by keys: whoever is behind them still holds the unit's key. Only a transfer
to another unit takes the key away (docs/threat-model.md).
"""
from datetime import timedelta
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from cases.audit.services import actor, record
from cases.models import BreakGlass, Case, Exclusion
from cases.notifications.models import Occasion
from cases.notifications.services import tell_overseers, tell_supervisors
from cases.outbox.services import enqueue
from cases.permissions import Permission, Staff, may
from cases.retention.services import put_back
from cases.selectors import cases_for, kin_of, on_this_side, opens
from cases.services import NotAMember, lock_case
from cases.units.selectors import members_of

GLASS_LASTS = timedelta(minutes=60)


class NotAllowed(PermissionDenied):
    """The case is not this member's to open or close to others, or no longer: a second press, a wall built at this moment."""


class LastReader(Exception):
    """Nobody would be left who may read the case: it must go to another unit instead."""


class NotAnother(Exception):
    """A wall is lifted by a supervisor who neither stands behind it nor built it."""


class NoOwner(Exception):
    """A case can be kept for who has it only when somebody has it."""


@transaction.atomic
def exclude(*, case: Case, member: Staff, cause: Exclusion.Cause, by: Staff) -> Exclusion:
    """From now on the case does not exist for `member`; if they had it, it needs somebody new, and if they approved that it be
    destroyed, that counts no more. Asking twice builds one wall.

    Raises NotAllowed (a supervisor excludes others, everybody themself), NotAMember, LastReader.
    """
    fresh = visible(case, by)
    if by.pk != member.pk and not may(by, Permission.SUPERVISE):
        raise NotAllowed(fresh.ref)
    people = on_this_side(fresh, members_of(fresh.unit))
    if not people.filter(pk=member.pk).exists():
        if standing := Exclusion.objects.filter(case=fresh, member_id=member.pk, lifted_at=None).first():
            return standing
        raise NotAMember(str(member.pk))
    if not [one for one in people.exclude(pk=member.pk) if may(one, Permission.WORK_CASES)]:
        raise LastReader(fresh.ref)
    others = [lock_case(other) for other in kin_of(fresh)]
    wall = _build(fresh, member, cause, by)
    for other in others:                        # one report, worked as several cases: a wall has no second side
        if not Exclusion.objects.filter(case=other, member_id=member.pk, lifted_at=None).exists():
            _build(other, member, cause, by)
    return wall


def _build(case: Case, member: Staff, cause: Exclusion.Cause, by: Staff) -> Exclusion:
    wall = Exclusion.objects.create(case=case, member_id=member.pk, cause=cause.value, by_id=by.pk, at=timezone.now())
    record("member_excluded", subject=case.pk, actor=actor(by), member=member.pk, cause=cause.value)
    put_back(case=case, by=by, of=member)
    if case.assignee_id == member.pk:
        case.assignee_id, case.version = None, case.version + 1
        case.save(update_fields=["assignee", "version"])
        record("case_assigned", subject=case.pk, actor=actor(by), to=None)
        tell_supervisors(case=case, occasion=Occasion.ASIDE)
    return wall


@transaction.atomic
def lift(*, exclusion: Exclusion, reason: bytes, by: Staff) -> Exclusion:
    """Take a wall down. `reason` is sealed under the case key for the exclusion's row. Raises NotAllowed, NotAnother."""
    case = visible(exclusion.case, by)
    if not may(by, Permission.SUPERVISE):
        raise NotAllowed(case.ref)
    fresh = Exclusion.objects.select_for_update().get(pk=exclusion.pk)
    if by.pk in {fresh.member_id, fresh.by_id}:
        raise NotAnother(case.ref)
    if fresh.lifted_at is None:
        fresh.lifted_at, fresh.lifted_by_id, fresh.lift_reason = timezone.now(), by.pk, reason
        fresh.save(update_fields=["lifted_at", "lifted_by", "lift_reason"])
        record("exclusion_lifted", subject=case.pk, actor=actor(by), member=fresh.member_id)
        enqueue("hashing.rise_others", case_id=str(case.pk))        # other cases that hold its pictures
        _lift_beside(case, fresh, by)
    return fresh


def _lift_beside(case: Case, lifted: Exclusion, by: Staff) -> None:
    """The same wall before cases of the same report. Why, is sealed with `case`: here it is empty."""
    for wall in Exclusion.objects.filter(case__in=kin_of(case), member=lifted.member_id, lifted_at=None):
        wall.lifted_at, wall.lifted_by_id, wall.lift_reason = lifted.lifted_at, by.pk, b""
        wall.save(update_fields=["lifted_at", "lifted_by", "lift_reason"])
        record("exclusion_lifted", subject=wall.case_id, actor=actor(by), member=wall.member_id)
        enqueue("hashing.rise_others", case_id=str(wall.case_id))


@transaction.atomic
def restrict(*, case: Case, on: bool, by: Staff) -> Case:
    """Keep the words of a case for who has it, or open it to the unit again. Raises NotAllowed, NoOwner."""
    fresh = visible(case, by)
    if not may(by, Permission.SUPERVISE):
        raise NotAllowed(fresh.ref)
    if on and fresh.assignee_id is None:
        raise NoOwner(fresh.ref)
    for each in [fresh, *(lock_case(other) for other in kin_of(fresh))]:
        if each.restricted != on:
            each.restricted, each.version = on, each.version + 1
            each.assignee_id = each.assignee_id or fresh.assignee_id        # of the same report, and nobody had it
            each.save(update_fields=["restricted", "assignee", "version"])
            record("case_restricted" if on else "case_unrestricted", subject=each.pk, actor=actor(by))
    return fresh


@transaction.atomic
def break_glass(*, case: Case, glass_id: UUID, cause: BreakGlass.Cause, reason: bytes, by: Staff) -> BreakGlass | None:
    """Open a kept case to `by` for an hour; the unit's supervisors and all auditors are told at once.

    `reason` is sealed under the case key for the row `glass_id`. None when the case is open to them anyway. Raises NotAllowed,
    also for whom the case does not exist: no glass is set into a wall.
    """
    fresh = visible(case, by)
    if not may(by, Permission.WORK_CASES):
        raise NotAllowed(fresh.ref)
    if opens(by, fresh):
        return None
    now = timezone.now()
    glass = BreakGlass.objects.create(id=glass_id, case=fresh, member_id=by.pk, cause=cause.value, reason=reason,
                                      at=now, until=now + GLASS_LASTS)
    record("glass_broken", subject=fresh.pk, actor=actor(by), glass=glass.pk, cause=cause.value, until=glass.until)
    tell_overseers(case=fresh, occasion=Occasion.GLASS)
    return glass


def visible(case: Case, by: Staff) -> Case:
    """The row, locked. Raises NotAllowed when the case does not exist for this member."""
    if not cases_for(by).filter(pk=case.pk).exists():
        raise NotAllowed(str(case.pk))
    return lock_case(case)
