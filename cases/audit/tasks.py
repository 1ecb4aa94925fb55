"""Run by beat (portal/schedule.py). Not outbox jobs: there is nothing to lose, the next run does what this one did not."""
from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from cases.audit import services

RECENT = timedelta(hours=2)                     # longer than from one checkpoint to the next


@shared_task(name="audit.link")                 # type: ignore[untyped-decorator]   # Celery has no types
def link() -> None:
    """Every 5 seconds: how long an entry may be without the protection of the chain. What was committed long after its date waits
    for the checkpoint; what came while no worker ran does not, or the log would be out of order ever after."""
    newest = services.newest_linked()
    services.link(since=min(newest, timezone.now()) - RECENT if newest else None)


@shared_task(name="audit.checkpoint")           # type: ignore[untyped-decorator]   # Celery has no types
def checkpoint() -> None:
    """Every hour, over the whole log."""
    services.checkpoint()
