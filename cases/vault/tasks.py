from django.utils import timezone

from cases.outbox.services import job
from cases.vault import renewal


@job("vault.renew_worker_key")
def renew_worker_key() -> None:
    """Weekly in name; asked for daily, because a worker may have been away on the day."""
    renewal.renew(timezone.now())
    renewal.forget(timezone.now())
