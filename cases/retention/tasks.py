from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from cases.outbox.services import job
from cases.retention import disposal, replay, services

ORPHANED_FOR = timedelta(days=1)        # longer than any form or job that might still point to a key


@job("retention.carry_out", atomic=False, max_attempts=20)
def carry_out(disposal_id: str) -> None:
    disposal.carry_out(disposal_id=UUID(disposal_id))


@job("retention.propose")
def propose() -> None:
    services.propose(timezone.now())


@job("retention.resume")
def resume() -> None:
    services.resume()


@job("retention.destroy_orphans")
def destroy_orphans() -> None:
    disposal.destroy_orphans(timezone.now() - ORPHANED_FOR)


@job("retention.write_down")
def write_down() -> None:
    replay.write_down()
