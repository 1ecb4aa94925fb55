"""A member asks to be reminded of a case on a day, and why: sealed, for themself alone."""
from datetime import date, datetime, time
from uuid import UUID

from django.contrib.auth import get_user_model
from django.db import transaction
from django.utils import timezone

from cases.audit.services import actor, record
from cases.models import UNIT_ONLY, Case
from cases.notifications.models import Occasion
from cases.notifications.services import tell_counted
from cases.permissions import Staff
from cases.selectors import cases_for, opens
from cases.triage.models import Reminder

MORNING = time(8, 30)           # with the morning's counts
AT_ONCE = 200


class NotTheirs(Exception):
    """The case is not open to them, or the reminder is somebody else's."""


@transaction.atomic
def remind(*, case: Case, row: UUID, day: date, reason: bytes, by: Staff) -> Reminder:
    """`reason` is sealed under the case key for the reminder `row`. Raises NotTheirs."""
    if not opens(by, case):
        raise NotTheirs(case.ref)
    at = timezone.make_aware(datetime.combine(day, MORNING))
    reminder = Reminder.objects.create(id=row, case=case, member_id=by.pk, at=at, reason=reason)
    record("reminder_set", subject=case.pk, actor=actor(by), reminder=reminder.pk, on=day)
    return reminder


@transaction.atomic
def done(*, reminder: Reminder, by: Staff) -> None:
    """It is no longer needed. Raises NotTheirs."""
    if reminder.member_id != by.pk:
        raise NotTheirs(str(reminder.pk))
    record("reminder_done", subject=reminder.case_id, actor=actor(by), reminder=reminder.pk)
    reminder.delete()


def standing(case: Case, member: Staff) -> list[Reminder]:
    """The member's own on this case, the earliest first."""
    return list(Reminder.objects.filter(case=case, member_id=member.pk))


def tell_due(now: datetime) -> int:
    """Every reminder whose morning has come. Returns how many."""
    total = 0
    while some := tell_some(now):
        total += some
    return total


@transaction.atomic
def tell_some(now: datetime) -> int:
    """The next few, each once; of a case that does not exist for the member any more nothing is said."""
    due = Reminder.objects.filter(at__lte=now, told_at=None).select_for_update(of=("self",), skip_locked=True)
    rows = list(due.order_by("at").defer("reason")[:AT_ONCE])
    people = get_user_model().objects.filter(is_active=True).defer("password").in_bulk({row.member_id for row in rows})
    Reminder.objects.filter(pk__in=[row.pk for row in rows]).update(told_at=now)
    for row in rows:
        person = people.get(row.member_id)
        case = cases_for(person).defer(*UNIT_ONLY).filter(pk=row.case_id).first() if person else None
        if person and case:
            tell_counted(occasion=Occasion.REMINDER, member=person, case=case)
    return len(rows)
