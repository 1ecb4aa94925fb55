"""Run by beat (portal/schedule.py). Not outbox jobs: there is nothing to lose, the next run does what this one did not."""
from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from cases.audit import services

RECENT = timedelta(hours=2)                     # longer than from one checkpoint to the next


@shared_task(name="audit.link")                 # type: ignore[untyped-decorator]   # Celery has no types
def link() -> None:
    """Every 5 seconds: how long an entry may be without the protection of the chain. What bears an older date, because a
    transaction or the worker stood still for long, waits for the checkpoint."""
    services.link(since=timezone.now() - RECENT)


@shared_task(name="audit.checkpoint")           # type: ignore[untyped-decorator]
def checkpoint() -> None:
    """Every hour, over the whole log."""
    services.checkpoint()
