"""A second person reads a notice before it leaves, where a unit wants that: asking, twice. Deciding is in `approvals`."""
from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from cases.audit.services import actor, record
from cases.clock.services import due_at
from cases.escalation.composing_models import Approval, TwoPeople
from cases.escalation.models import Escalation
from cases.notifications.models import Occasion
from cases.notifications.services import Member, tell_members
from cases.permissions import Permission, Staff, may
from cases.priority import Clock
from cases.selectors import openers
from cases.units.models import Unit
from cases.units.selectors import members_of, members_on_duty, supervisors
from cases.workflow import Status

A_DAY = Clock(8, working=True)          # of the unit's working hours, before its supervisors are reminded


def wanted(unit: Unit) -> bool:
    return TwoPeople.objects.filter(unit=unit).exists()


def units_that_want(units: Iterable[Unit]) -> dict[Unit, bool]:
    """Of each; one query."""
    units = list(units)
    found = set(TwoPeople.objects.filter(unit__in=units).values_list("unit", flat=True))
    return {unit: unit.pk in found for unit in units}


@transaction.atomic
def want(*, unit: Unit, yes: bool, by: Staff) -> None:
    """What waits already goes on waiting."""
    if yes:
        TwoPeople.objects.get_or_create(unit=unit, defaults={"since": timezone.now()})
    else:
        TwoPeople.objects.filter(unit=unit).delete()
    record("notices_by_two", subject=unit.pk, actor=actor(by), to="on" if yes else "off")


def ask(escalation: Escalation, *, by: Staff) -> None:
    """Call it in the transaction that freezes the notice."""
    Approval.objects.create(escalation=escalation, by_id=by.pk, at=timezone.now())
    record("notice_second_asked", subject=escalation.case_id, actor=actor(by), escalation=escalation.pk)
    tell_members(occasion=Occasion.APPROVAL, members=those_asked(escalation, by), case=escalation.case)


def those_asked(escalation: Escalation, by: Staff) -> list[Member]:
    """Who is on duty or supervises and could read it; when that is nobody, every other who could."""
    unit, able = escalation.case.unit, readers(escalation, by)
    first = {person.pk for people in (members_on_duty(unit), supervisors(unit)) for person in people}
    return [person for person in able if person.pk in first] or able


def readers(escalation: Escalation, by: Staff) -> list[Member]:
    """Who may decide: members who may send notices themselves and open the case, but not whoever wrote it."""
    people = members_of(escalation.case.unit).exclude(pk=by.pk)
    return [person for person in openers(escalation.case, people) if may(person, Permission.ESCALATE)]      # type: ignore[arg-type,misc]


def waiting(member: Staff) -> QuerySet[Escalation]:
    """Notices of others that this member may let leave, if the cases are theirs to open: that is asked elsewhere."""
    found = Escalation.objects.filter(state=Escalation.State.PROPOSED).exclude(by=member.pk)
    return found if may(member, Permission.ESCALATE) else found.none()


def remind(now: datetime) -> int:
    """Of what nobody decided for a working day, the supervisors hear, once. Returns of how many."""
    rows = Approval.objects.filter(decided_at=None, reminded_at=None, escalation__state=Escalation.State.PROPOSED.value,
                                   escalation__case__unit__practice=False).exclude(escalation__case__status=Status.CLOSED.value)
    found = [row for row in rows.select_related("escalation__case__unit__calendar").defer("escalation__case__answers", "reason")
             if due_at(row.escalation.case.unit.calendar, row.at, A_DAY) <= now]
    return sum(remind_of(row, now) for row in found)


@transaction.atomic
def remind_of(row: Approval, now: datetime) -> int:
    """Supervisors who may decide, or, when there is none, every other who may. 0: somebody was quicker."""
    if not Approval.objects.filter(pk=row.pk, decided_at=None, reminded_at=None).update(reminded_at=now):
        return 0
    unit, able = row.escalation.case.unit, readers(row.escalation, row.by)
    heads = {person.pk for person in supervisors(unit)}
    people = [person for person in able if person.pk in heads] or able
    tell_members(occasion=Occasion.UNDECIDED, members=people, case=row.escalation.case)
    return 1
