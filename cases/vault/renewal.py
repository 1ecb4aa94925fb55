"""The worker's key, new every week: whoever copies its file reads what was sealed in that week and no more."""
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import transaction

from cases.audit.services import record
from cases.vault.custody import REPLACED_FOR, Recipient, new_worker_key
from cases.vault.models import DataKeyWrap, WorkerKey
from cases.vault.trust import WORKER, worker_is_open

WEEK = timedelta(days=7)
SLACK = timedelta(hours=1)          # for a form that was on its way


def renew(now: datetime) -> bool:
    """The next version, signed by the one before, if that is a week old. Not before the ceremony has signed a first one."""
    newest = WorkerKey.objects.first()
    if newest is None or now - newest.created_at < WEEK or not worker_is_open():
        return False
    new_worker_key()
    return True


@transaction.atomic
def forget(now: datetime) -> list[int]:
    """Delete private halves that open nothing any more and that nothing can be sealed to. Returns their versions.

    The newest stays, and the one before while a page may still seal to it.
    """
    gone = []
    for version in sorted(WorkerKey.objects.values_list("version", flat=True))[:-1]:
        path = Path(settings.WORKER_KEYS) / f"{version}.key"
        if path.exists() and _replaced(version, now) and not _in_use(version):
            path.unlink()
            record("worker_key_destroyed", subject=WORKER, actor="system", version=version)
            gone.append(version)
    return gone


def _replaced(version: int, now: datetime) -> bool:
    after = WorkerKey.objects.filter(version__gt=version).order_by("version").first()
    return after is not None and now - after.created_at > REPLACED_FOR + SLACK


def _in_use(version: int) -> bool:
    return DataKeyWrap.objects.filter(recipient=Recipient.WORKER.value, version=version).exists()
