"""Asking another unit for advice about a case: who is asked, who there reads it, how long, and the answer.

Nothing of the case's keys changes hands: what the other unit may read is a copy, sealed to it under a key of its own, which is
destroyed when the time is over or the question is taken back. The rules of consent are those of `between`.
"""
from datetime import datetime, timedelta
from uuid import UUID

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils import timezone

from cases.audit.services import actor, record
from cases.models import Case, Exclusion
from cases.notifications.models import Occasion
from cases.notifications.services import tell_members
from cases.permissions import Permission, Staff, may
from cases.public_words import Said
from cases.selectors import agrees, cases_for, on_this_side, opens
from cases.services import lock_case, tell_status
from cases.triage.between import ACT, Ground, check
from cases.triage.models import Consult
from cases.units.models import Membership, Unit
from cases.units.selectors import elsewhere, members_of, members_on_duty, women_of
from cases.vault import custody
from cases.vault.models import DataKey
from cases.workflow import Status

LASTS = timedelta(days=14)
SEALED = ("question", "report", "own", "answer")        # which the worker's role may not read
Scope = Consult.Scope
GROUNDS = {Scope.REPORT: Ground.AGREED, Scope.DANGER: Ground.DANGER}


class NotTheirs(Exception):
    """The case is not open to this member, it is closed, or what was asked is not theirs to answer, or no longer."""


class OnlyAQuestion(Exception):
    """No copy of this report: it is kept for who has it, or a child's and lent by a supervisor alone."""


class AlreadyAsked(Exception):
    """This unit was asked and has not answered yet."""


# --- the unit that asks -----------------------------------------------------------------------------------------------
@transaction.atomic
def ask(*, consult: Consult, by: Staff, version: int | None = None) -> Consult:
    """Keep `consult`, which consult_reading.seal_consult made, and tell the other unit. Of a copy of the report the reporter is
    told too. Raises NotTheirs, OnlyAQuestion, AlreadyAsked, between.NotPermitted, Stale."""
    fresh = lock_case(consult.case, version)
    if not _works(fresh, by) or not asked_units(fresh).filter(pk=consult.unit_id).exists():
        raise NotTheirs(fresh.ref)
    scope = Scope(consult.scope)
    if ground := GROUNDS.get(scope):
        if fresh.restricted or fresh.child and not may(by, Permission.SUPERVISE):
            raise OnlyAQuestion(fresh.ref)
        check(fresh, consult.unit, ground)
    end_those_over(timezone.now(), of=fresh)
    if Consult.objects.filter(case=fresh, unit=consult.unit, ended_at=None, answered_at=None).exists():
        raise AlreadyAsked(fresh.ref)
    consult.by_id, consult.at, consult.until = by.pk, timezone.now(), timezone.now() + LASTS
    consult.save(force_insert=True)
    record("unit_asked", subject=fresh.pk, actor=actor(by), consult=consult.pk, unit=consult.unit_id, scope=scope.value)
    tell_members(occasion=Occasion.ASKED, members=_told(consult))
    if ground:
        tell_status(case=fresh, said=Said.UNIT_ADVISES)
    return consult


def _works(case: Case, by: Staff) -> bool:
    return case.status != Status.CLOSED and may(by, Permission.WORK_CASES) and cases_for(by).filter(
        pk=case.pk).exists() and opens(by, case)


def _told(consult: Consult) -> list[Staff]:
    """Who is on duty there, if any of them may read it; else whoever may."""
    able = {person.pk for person in readers(consult)}
    on_duty = [person for person in members_on_duty(consult.unit) if person.pk in able]
    return on_duty or readers(consult)              # type: ignore[return-value]   # members are Staff


def readers(consult: Consult) -> list[Staff]:
    people = women_of(consult.unit) if consult.scope in GROUNDS and consult.case.wants_woman else members_of(consult.unit)
    return [person for person in on_this_side(consult.case, people) if may(person, Permission.READ_CASES)]  # type: ignore[arg-type, misc]


@transaction.atomic
def take_back(*, consult: Consult, by: Staff) -> None:
    """They read it no longer; what they answered stays with the case. Nothing once it is over. Raises NotTheirs."""
    case = lock_case(consult.case)
    if not may(by, Permission.WORK_CASES) or not cases_for(by).filter(pk=case.pk).exists() or not opens(by, case):
        raise NotTheirs(case.ref)
    _end(Consult.objects.filter(pk=consult.pk), actor=actor(by))


@transaction.atomic
def end_those_over(now: datetime, *, of: Case | None = None) -> int:
    """Whose time is over, whose reporter has taken the yes back, or whose case has come to the unit that was asked. Returns how
    many there were."""
    rows = Consult.objects.filter(ended_at=None).select_related("case").defer(*SEALED)
    rows = rows.filter(case=of) if of else rows
    over = [row.pk for row in rows.filter(Q(until__lte=now) | Q(unit=F("case__unit")))]
    over += [row.pk for row in rows.filter(scope=Scope.REPORT).exclude(pk__in=over) if not agrees(row.case, ACT)]
    return _end(Consult.objects.filter(pk__in=over), actor="system")


def _end(rows: QuerySet[Consult], *, actor: str) -> int:
    """The key first: then nobody opens what an old backup holds of it either."""
    found = list(rows.filter(ended_at=None).select_related("key").defer(*SEALED).select_for_update(of=("self",)))
    custody.destroy([row.key for row in found], actor=actor)
    for row in found:
        Consult.objects.filter(pk=row.pk).update(ended_at=timezone.now(), question=b"", report=None)
        record("consult_ended", subject=row.case_id, actor=actor, consult=row.pk)
    return len(found)


def of_case(case: Case) -> QuerySet[Consult]:
    """For the unit that asked, newest first."""
    rows = Consult.objects.filter(case=case).select_related("unit", "by", "answered_by", "answer_key")
    return rows.defer("question", "report").order_by("-at")


# --- the unit that is asked -------------------------------------------------------------------------------------------
def consults_for(staff: Staff) -> QuerySet[Consult]:
    """What another unit asks one of the member's, as long as they may read it: not behind a wall of theirs, and where a woman was
    asked for, the copy of a report is for the women of the unit."""
    if not may(staff, Permission.READ_CASES):
        return Consult.objects.none()
    wall = Exclusion.objects.filter(case=OuterRef("case"), member_id=staff.pk, lifted_at=None)
    mine = Membership.objects.filter(unit=OuterRef("unit"), member_id=staff.pk)
    woman = mine.filter(is_woman=True)
    rows = Consult.objects.filter(~Exists(wall), Exists(mine), ended_at=None, until__gt=timezone.now())
    return rows.filter(Q(scope=Scope.QUESTION) | Q(case__wants_woman=False) | Exists(woman)).select_related(
        "case__unit", "unit", "by", "answered_by", "key")


def waiting_for(staff: Staff) -> QuerySet[Consult]:
    return consults_for(staff).filter(answered_at=None).defer(*SEALED)


def still_agreed(consult: Consult) -> bool:
    """A yes that was taken back holds at once, before the worker has destroyed the key."""
    return consult.scope != Scope.REPORT or agrees(consult.case, ACT)


@transaction.atomic
def answer(*, consult: Consult, key: DataKey, sealed: bytes, by: Staff) -> Consult:
    """Once: of two colleagues who answer, the first did. Whoever asked is told. Raises NotTheirs."""
    case = lock_case(consult.case)
    fresh = consults_for(by).select_for_update(of=("self",)).filter(pk=consult.pk).first()
    if fresh is None or not may(by, Permission.WORK_CASES) or fresh.answered_at:
        raise NotTheirs(str(consult.pk))
    fresh.answer_key, fresh.answer, fresh.answered_by_id, fresh.answered_at = key, sealed, by.pk, timezone.now()
    fresh.save(update_fields=["answer_key", "answer", "answered_by", "answered_at"])
    record("unit_answered", subject=case.pk, actor=actor(by), consult=fresh.pk)
    told = on_this_side(case, members_of(case.unit)).filter(pk__in={fresh.by_id, case.assignee_id})
    tell_members(occasion=Occasion.REPLIED, members=told, case=case)
    return fresh


def asked_units(case: Case) -> QuerySet[Unit]:
    return elsewhere(case.unit)


def consult_of(case: Case, pk: UUID) -> QuerySet[Consult]:
    return Consult.objects.filter(case=case, pk=pk).select_related("case", "unit")
