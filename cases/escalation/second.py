"""A second person reads a notice before it leaves, where a unit wants that: asking. Deciding is in `approvals`."""
from collections.abc import Iterable

from django.db import transaction
from django.utils import timezone

from cases.audit.services import actor, record
from cases.escalation.composing_models import Approval, TwoPeople
from cases.escalation.models import Escalation
from cases.notifications.models import Occasion
from cases.notifications.services import Member, tell_members
from cases.permissions import Permission, Staff, may
from cases.selectors import openers
from cases.units.models import Unit
from cases.units.selectors import members_of, members_on_duty, supervisors


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
