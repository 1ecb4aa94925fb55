"""Webhooks of a unit: other systems of the ministry that are told that something happened, and never what.

Who rings (tell_members, clocks) says which occasion of which case; a message holds the occasion, the unit's code, the time, and
the reference only where the unit chose so and the whole unit may open the case. The secret that signs is shown once, when it is
made, and rests sealed to the worker.
"""
import secrets
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID, uuid4

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from cases.audit.services import actor, record
from cases.models import Case
from cases.notifications import webhook_wire
from cases.notifications.models import Delivery, Occasion, Webhook
from cases.outbox.services import enqueue
from cases.permissions import Staff
from cases.units.models import Unit
from cases.vault import custody, envelope
from cases.vault.models import DataKey

TEST = "test"
# Nothing that tells who may not read a case, who complains of whom, or what a file may show.
OFFERED = (Occasion.URGENT, Occasion.UNCLAIMED, Occasion.CLOCK, Occasion.OVERDUE, Occasion.MESSAGE, Occasion.BACK,
           Occasion.ANSWER, Occasion.SILENCE, Occasion.FAILED, Occasion.MOVED)
SECRET_BYTES, MOST = 32, 5                       # webhooks of one unit
KEPT, SHOWN = timedelta(days=30), 20             # deliveries


class TooMany(Exception):
    """A unit has MOST webhooks already."""


# --- ringing ----------------------------------------------------------------------------------------------------------
def ring(occasions: Iterable[tuple[Occasion, Case]]) -> None:
    """In the caller's transaction: ask for a delivery to each webhook of the case's unit that wants the occasion."""
    happened = [(occasion, case) for occasion, case in occasions if occasion in OFFERED]
    hooks = list(Webhook.objects.filter(unit__in={case.unit_id for _what, case in happened}, off_at=None,
                                         unit__practice=False).only("pk", "unit_id", "occasions")) if happened else []
    minute = timezone.now().replace(second=0, microsecond=0)
    for occasion, case in happened:
        for hook in hooks:
            if hook.unit_id == case.unit_id and occasion.value in hook.occasions:
                row, new = Delivery.objects.get_or_create(webhook=hook, occasion=occasion.value, case=case, at=minute)
                if new:
                    enqueue("notifications.webhook", delivery_id=str(row.pk))


@transaction.atomic
def try_out(*, webhook: Webhook, by: Staff) -> Delivery:
    """Send a message that says it is a test, also to a webhook that is switched off."""
    row = Delivery.objects.create(webhook=webhook, occasion=TEST, at=timezone.now().replace(second=0, microsecond=0))
    record("webhook_tried", subject=webhook.pk, actor=actor(by))
    enqueue("notifications.webhook", delivery_id=str(row.pk))
    return row


# --- keeping ----------------------------------------------------------------------------------------------------------
@transaction.atomic
def register(*, unit: Unit, url: str, occasions: Sequence[Occasion], with_reference: bool, by: Staff) -> tuple[Webhook, str]:
    """The webhook, and its secret as it is shown this once. Raises TooMany, webhook_wire.BadAddress, KeyMissing (no worker's)."""
    webhook_wire.parsed(url)
    if Webhook.objects.filter(unit=unit).count() >= MOST:
        raise TooMany(unit.code)
    row, secret = uuid4(), secrets.token_bytes(SECRET_BYTES)
    key, sealed = seal(row, secret)
    webhook = Webhook.objects.create(id=row, unit=unit, url=url, occasions=[each.value for each in occasions], by_id=by.pk,
                                     with_reference=with_reference, key=key, sealed=sealed, made_at=timezone.now())
    record("webhook_made", subject=unit.pk, actor=actor(by), webhook=row)
    return webhook, webhook_wire.shown(secret)


def seal(webhook: UUID, secret: bytes) -> tuple[DataKey, bytes]:
    """To the worker's newest key, and to nobody else."""
    own = envelope.new_key()
    return custody.keep(own, case=webhook, unit=None, worker=True), envelope.seal(own, secret, case=webhook, field="webhook",
                                                                                  record=webhook)


@transaction.atomic
def change(*, webhook: Webhook, occasions: Sequence[Occasion], with_reference: bool, by: Staff) -> None:
    """The address is not changed: another one is another webhook, with a secret of its own."""
    Webhook.objects.filter(pk=webhook.pk).update(occasions=[each.value for each in occasions], with_reference=with_reference)
    record("webhook_changed", subject=webhook.unit_id, actor=actor(by), webhook=webhook.pk)


@transaction.atomic
def new_secret(*, webhook: Webhook, by: Staff) -> str:
    """Shown this once; the one before signs nothing more."""
    fresh = Webhook.objects.select_for_update(of=("self",)).select_related("key").get(pk=webhook.pk)
    secret, old = secrets.token_bytes(SECRET_BYTES), fresh.key
    key, sealed = seal(fresh.pk, secret)
    Webhook.objects.filter(pk=fresh.pk).update(key=key, sealed=sealed)
    custody.destroy([old], actor=actor(by))
    record("webhook_secret_made", subject=fresh.unit_id, actor=actor(by), webhook=fresh.pk)
    return webhook_wire.shown(secret)


@transaction.atomic
def switch(*, webhook: Webhook, on: bool, by: Staff) -> None:
    Webhook.objects.filter(pk=webhook.pk).update(off_at=None if on else timezone.now(), failures=0)
    record("webhook_on" if on else "webhook_off", subject=webhook.unit_id, actor=actor(by), webhook=webhook.pk)


@transaction.atomic
def remove(*, webhook: Webhook, by: Staff) -> None:
    """With its secret and the list of its deliveries."""
    fresh = Webhook.objects.select_related("key").get(pk=webhook.pk)
    key = fresh.key
    fresh.delete()
    custody.destroy([key], actor=actor(by))
    record("webhook_removed", subject=webhook.unit_id, actor=actor(by), webhook=webhook.pk)


def deliveries(webhook: Webhook) -> QuerySet[Delivery]:
    """The last ones. Of which case is nobody's to read here."""
    return Delivery.objects.filter(webhook=webhook).only("occasion", "at", "tries", "answer", "done_at", "given_up",
                                                         "webhook_id")[:SHOWN]


def forget(now: datetime) -> int:
    return Delivery.objects.filter(at__lt=now - KEPT).delete()[0]
