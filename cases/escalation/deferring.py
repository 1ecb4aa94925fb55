"""A person decides not to take the next step: not now, or not at all. Both are in the log."""
from datetime import date, timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from cases.audit.services import actor, record
from cases.escalation.ladder_models import Deferral
from cases.escalation.models import Escalation
from cases.permissions import Staff
from cases.services import lock_case

FIELD = "deferral"                      # the reason's name in its envelope
MOST = 60                               # days


@transaction.atomic
def put_off(*, escalation: Escalation, days: int, by: Staff) -> Deferral:
    """Not before so many days have passed."""
    lock_case(escalation.case, alone=False)
    until: date = timezone.localdate() + timedelta(days=days)
    row = Deferral.objects.create(escalation=escalation, by_id=by.pk, at=timezone.now(), until=until)
    record("next_step_put_off", subject=escalation.case_id, actor=actor(by), escalation=escalation.pk, until=until)
    return row


@transaction.atomic
def end(*, escalation: Escalation, row: UUID, reason: bytes, by: Staff) -> Deferral:
    """No further step; `reason` is sealed under the notice's key for `row`."""
    lock_case(escalation.case, alone=False)
    made = Deferral.objects.create(id=row, escalation=escalation, by_id=by.pk, at=timezone.now(), reason=reason)
    record("next_step_ended", subject=escalation.case_id, actor=actor(by), escalation=escalation.pk)
    return made
