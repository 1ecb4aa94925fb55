from cases.outbox.services import job
from cases.units import duty


@job("units.cover", atomic=False)
def cover() -> None:
    duty.publish_covers()
