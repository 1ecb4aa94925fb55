"""Erasing a case, honestly: its keys first, so that no copy of the rows can ever be read; then the rows; then a tombstone."""
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from cases.audit.services import actor, record
from cases.escalation.models import Escalation
from cases.escalation.services import withdraw_hashes
from cases.models import Case
from cases.notifications.models import Address
from cases.permissions import Staff
from cases.retention.models import Disposal, Hold
from cases.vault import custody
from cases.vault.models import DataKey


class Held(Exception):
    """A hold stands: nothing of this case may be deleted."""


@transaction.atomic
def dispose(*, case: Case, by: Staff | None = None) -> Disposal:
    """Destroy the keys, take the fingerprints off the list, delete the rows; audit and tombstone stay. Raises Held."""
    if Hold.objects.filter(case=case).exists():
        raise Held(case.ref)
    case_id: UUID = case.pk
    keys = list(keys_of(case))
    withdraw_hashes(case=case, by=by)
    custody.destroy(keys, actor=actor(by))
    case.delete()
    record("case_disposed", subject=case_id, actor=actor(by))
    return Disposal.objects.create(case=case_id, at=timezone.now())


def keys_of(case: Case) -> list[DataKey]:
    """Every key that seals something of the case."""
    notices = DataKey.objects.filter(pk__in=Escalation.objects.filter(case=case).values("notice_key"))
    addresses = DataKey.objects.filter(pk__in=Address.objects.filter(case=case).values("key"))
    return [case.key, case.conversation_key, *notices, *addresses]


def orphan_keys() -> list[DataKey]:
    """Live keys that no record points to: left behind by a careless delete, they could still open an old backup."""
    owned = [Case.objects.values("key"), Case.objects.values("conversation_key"), Escalation.objects.values("notice_key"),
             Address.objects.values("key")]
    live = DataKey.objects.filter(destroyed_at=None)
    for keys in owned:
        live = live.exclude(pk__in=keys)
    return list(live)
