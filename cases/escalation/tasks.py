from uuid import UUID

from django.utils import timezone

from cases.escalation import services, uploads
from cases.models import Case, Consent
from cases.outbox.services import job
from cases.selectors import agrees


@job("escalation.deliver", atomic=False)
def deliver(escalation_id: str) -> None:
    services.deliver(escalation_id=UUID(escalation_id))


@job("escalation.submit", atomic=False, max_attempts=200)
def submit(escalation_id: str) -> None:
    """Four days for a second person to agree; then a caseworker looks."""
    services.deliver(escalation_id=UUID(escalation_id))


@job("escalation.withdraw")
def withdraw(case_id: str) -> None:
    """Unless the reporter agrees again by now, or the case is gone and its entries with it."""
    case = Case.objects.filter(pk=case_id).first()
    if case and not agrees(case, Consent.Act.SHARE_HASHES):
        services.withdraw_hashes(case=case)


@job("escalation.take_back", atomic=False, max_attempts=200)
def take_back(entry_id: str) -> None:
    """What was submitted upward and left our list."""
    uploads.take_back(entry_id=UUID(entry_id))


@job("escalation.chase", atomic=False)
def chase() -> None:
    services.chase(timezone.now())
