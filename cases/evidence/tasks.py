from uuid import UUID

from django.utils import timezone

from cases.evidence import processing
from cases.outbox.services import job


@job("evidence.process", atomic=False, max_attempts=12)       # about four hours: a unit's key or the machine may be away
def process(evidence_id: str) -> None:
    processing.process(evidence_id=UUID(evidence_id))


@job("evidence.sweep")
def sweep() -> None:
    processing.sweep(timezone.now())
