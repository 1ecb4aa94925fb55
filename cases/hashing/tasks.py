from uuid import UUID

from cases.hashing import services
from cases.outbox.services import job


@job("hashing.match")
def match(case_id: str) -> None:
    services.match(case_id=UUID(case_id))
