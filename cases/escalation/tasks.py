from uuid import UUID

from django.utils import timezone

from cases.escalation import services
from cases.outbox.services import job


@job("escalation.deliver", atomic=False)
def deliver(escalation_id: str) -> None:
    services.deliver(escalation_id=UUID(escalation_id))


@job("escalation.chase")
def chase() -> None:
    services.chase(timezone.now())
