from uuid import UUID

from cases.merging import services, splitting
from cases.outbox.services import job


@job("merging.reach")
def reach(case_id: str) -> None:
    services.reach(case_id=UUID(case_id))


@job("merging.release")
def release(case_id: str) -> None:
    services.release(case_id=UUID(case_id))
    splitting.withdraw_parts(case_id=UUID(case_id))


@job("merging.settle")
def settle(case_id: str) -> None:
    services.settle(case_id=UUID(case_id))
