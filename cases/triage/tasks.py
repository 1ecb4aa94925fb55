from datetime import timedelta
from uuid import UUID

from django.utils import timezone

from cases.outbox.services import job
from cases.triage import consulting, digest, drafts, reminding
from cases.triage.bulk import running
from cases.triage.models import BulkRun

DRAFTS_KEPT, RUNS_KEPT = timedelta(days=1), timedelta(days=90)


@job("triage.digest")
def send_digest() -> None:
    digest.send_digests(timezone.now())


@job("triage.end_consults")
def end_consults() -> None:
    consulting.end_those_over(timezone.now())


@job("triage.bulk", atomic=False)
def bulk(run_id: str) -> None:
    running.work(run_id=UUID(run_id))


@job("triage.forget_bulk")
def forget_bulk() -> None:
    """Drafts that nobody began, and runs that nobody undoes any more."""
    now = timezone.now()
    BulkRun.objects.filter(state=BulkRun.State.DRAFT, made_at__lt=now - DRAFTS_KEPT).delete()
    BulkRun.objects.filter(state=BulkRun.State.DONE, finished_at__lt=now - RUNS_KEPT).delete()


@job("triage.remind", atomic=False)
def remind() -> None:
    reminding.tell_due(timezone.now())


@job("triage.forget_drafts")
def forget_drafts() -> None:
    drafts.forget(timezone.now())
