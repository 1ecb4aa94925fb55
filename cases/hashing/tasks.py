from uuid import UUID

from cases.hashing import entries, known, rising, services, tying
from cases.outbox.services import job


@job("hashing.match")
def match(case_id: str) -> None:
    services.match(case_id=UUID(case_id))


@job("hashing.rise")
def rise(case_ids: list[str]) -> None:
    rising.rise_in_turn([UUID(each) for each in case_ids])


@job("hashing.settle")
def settle(case_ids: list[str]) -> None:
    rising.settle_in_turn([UUID(each) for each in case_ids])


@job("hashing.guard_same")
def guard_same(case_id: str) -> None:
    tying.guard_same(case_id=UUID(case_id))


@job("hashing.rise_others")
def rise_others(case_id: str) -> None:
    rising.rise_others(UUID(case_id))


@job("hashing.count_listed")
def count_listed() -> None:
    entries.count_listed()


@job("hashing.snapshots", atomic=False)
def snapshots() -> None:
    known.renew()
