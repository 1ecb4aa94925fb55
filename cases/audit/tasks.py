"""Run by beat (portal/schedule.py). Not outbox jobs: there is nothing to lose, the next run does what this one did not."""
from celery import shared_task

from cases.audit import services


@shared_task(name="audit.link")                 # type: ignore[untyped-decorator]   # Celery has no types
def link() -> None:
    """Every 5 seconds: how long an entry may be without the protection of the chain."""
    services.link()


@shared_task(name="audit.checkpoint")           # type: ignore[untyped-decorator]
def checkpoint() -> None:
    """Every hour."""
    services.checkpoint()
