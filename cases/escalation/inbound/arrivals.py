"""Mail that a mail server hands over by HTTPS: sealed to the worker on arrival, so that the process that takes it keeps nothing
that it could read. Imports nothing that opens anything."""
import uuid

from django.db import transaction
from django.utils import timezone

from cases.escalation.delivery_models import Arrival
from cases.outbox.services import enqueue
from cases.vault import aead, custody, envelope


@transaction.atomic
def receive(raw: bytes) -> None:
    secret, row = envelope.new_key(), uuid.uuid4()
    key = custody.keep(secret, case=row, unit=None, worker=True)
    Arrival.objects.create(pk=row, key=key, sealed=aead.seal(secret, raw, belongs=belongs(row)), at=timezone.now())
    enqueue("escalation.take_mail", arrival_id=str(row))


def belongs(row: uuid.UUID) -> bytes:
    return aead.framed(b"arrival", row.bytes)
