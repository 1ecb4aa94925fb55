from django.utils import timezone

from cases.outbox.services import job
from cases.triage import digest


@job("triage.digest")
def send_digest() -> None:
    digest.send_digests(timezone.now())
