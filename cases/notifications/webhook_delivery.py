"""What the worker does of a webhook's message: open the secret, sign, send, and note what became of it."""
import json
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from cases.audit.services import record
from cases.models import UNIT_ONLY, Case, Exclusion
from cases.notifications import webhook_wire
from cases.notifications.models import Delivery, Occasion, Webhook
from cases.notifications.services import tell_members
from cases.notifications.webhooks import TEST, seal
from cases.outbox.errors import Retry, Stop
from cases.units.selectors import supervisors
from cases.vault import custody, envelope
from cases.vault.unseal import key_for_worker

MOST_TRIES = 8                          # with the outbox's back-off: about half an hour
MOST_FAILURES = 10                      # in a row; then it is switched off
SEALED_FOR = timedelta(days=7)          # as long as the worker's key is the newest


def deliver(*, delivery_id: UUID) -> None:
    """Raises Retry, Stop; safe to repeat, since the receiver knows a message by its id."""
    waiting = Delivery.objects.select_related("webhook__unit", "webhook__key")
    row = waiting.filter(pk=delivery_id, done_at=None, given_up=False).first()
    if row is None or row.webhook.off_at and row.occasion != TEST:
        return
    now = timezone.now()
    try:
        status = webhook_wire.post(row.webhook.url, body(row, now), message_id=row.pk, timestamp=int(now.timestamp()),
                                   secret=secret_of(row.webhook))
    except Stop as error:
        give_up(row, error.code, gone=isinstance(error, webhook_wire.Gone))
        raise
    except Retry as error:
        if row.tries + 1 >= MOST_TRIES:
            give_up(row, error.code)
            raise Stop(error.code) from error
        Delivery.objects.filter(pk=row.pk).update(tries=F("tries") + 1, answer=error.code[:40])
        raise
    Delivery.objects.filter(pk=row.pk).update(tries=F("tries") + 1, answer=str(status), done_at=timezone.now())
    Webhook.objects.filter(pk=row.webhook_id).exclude(failures=0).update(failures=0)


def body(row: Delivery, now: datetime) -> bytes:
    """The whole of what leaves, the same at each try but for what the case's walls allow then."""
    data: dict[str, Any] = {"unit": row.webhook.unit.code}
    if row.webhook.with_reference and (reference := reference_of(row.case_id)):
        data["reference"] = reference
    kind = TEST if row.occasion == TEST else f"case.{row.occasion}"
    told = {"type": kind, "timestamp": row.at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ"), "data": data}
    return json.dumps(told, separators=(",", ":")).encode()


def reference_of(case_id: UUID | None) -> str:
    """Only of what the whole unit opens: the system that is told knows no walls."""
    case = Case.objects.defer(*UNIT_ONLY).filter(pk=case_id, restricted=False, wants_woman=False).first() if case_id else None
    if case is None or Exclusion.objects.filter(case=case, lifted_at=None).exists():
        return ""
    return case.ref


def secret_of(webhook: Webhook) -> bytes:
    own = key_for_worker(webhook.key, case=webhook.pk)
    return envelope.open_blob(own, webhook.sealed, case=webhook.pk, field="webhook", record=webhook.pk)


@transaction.atomic
def give_up(row: Delivery, code: str, *, gone: bool = False) -> None:
    """After ten in a row, or when the receiver says that it is gone, the webhook is switched off and its supervisors are told."""
    Delivery.objects.filter(pk=row.pk).update(tries=F("tries") + 1, answer=code[:40], given_up=True)
    if row.occasion == TEST:
        return
    hook = Webhook.objects.select_for_update(of=("self",)).select_related("unit").get(pk=row.webhook_id)
    hook.failures += 1
    if hook.off_at is None and (gone or hook.failures >= MOST_FAILURES):
        hook.off_at = timezone.now()
        record("webhook_off", subject=hook.unit_id, actor="system", webhook=hook.pk)
        tell_members(occasion=Occasion.WEBHOOK, members=supervisors(hook.unit))
    hook.save(update_fields=["failures", "off_at"])


@transaction.atomic
def renew(now: datetime) -> int:
    """Seal what rests longer to the worker's newest key, so that an old one can be forgotten. Returns how many there were."""
    old = list(Webhook.objects.filter(key__created_at__lt=now - SEALED_FOR).select_related("key").select_for_update(of=("self",)))
    for hook in old:
        before = hook.key
        key, sealed = seal(hook.pk, secret_of(hook))
        Webhook.objects.filter(pk=hook.pk).update(key=key, sealed=sealed)
        custody.destroy([before], actor="system")
    return len(old)
