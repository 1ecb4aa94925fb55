from datetime import timedelta

from celery import shared_task
from django.utils import timezone

from cases.outbox.models import Job
from cases.outbox.services import enqueue_once, job

KEEP_DONE = timedelta(days=7)


@shared_task(name="outbox.ask")         # type: ignore[untyped-decorator]   # Celery has no types
def ask(task: str) -> None:
    """What beat rings for a periodic job (portal/schedule.py): the row is written here, in a worker."""
    enqueue_once(task, slot=timezone.now().strftime("%Y-%m-%dT%H:%M"))


@job("outbox.prune")
def prune() -> None:
    """Forget jobs that are done. Failed ones stay until a person has looked."""
    Job.objects.filter(state=Job.State.DONE, finished_at__lt=timezone.now() - KEEP_DONE).delete()
