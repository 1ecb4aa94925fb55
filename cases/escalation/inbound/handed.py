"""What the worker does of a mail that was handed over: open it, take it in, forget it."""
from uuid import UUID

from django.db import transaction

from cases.escalation.delivery_models import Arrival
from cases.escalation.inbound.arrivals import belongs
from cases.escalation.inbound.taking import take_in
from cases.vault import aead, custody
from cases.vault.unseal import key_for_worker


@transaction.atomic
def take(*, arrival_id: UUID) -> None:
    """Safe to repeat: what was taken in is not here any more."""
    row = Arrival.objects.select_related("key").filter(pk=arrival_id).first()
    if row is None:
        return
    raw = aead.open_blob(key_for_worker(row.key, case=row.pk), row.sealed, belongs=belongs(row.pk))
    take_in(raw)
    key = row.key
    row.delete()
    custody.destroy([key], actor="system")
