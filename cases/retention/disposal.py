"""Destroying, honestly and in an order that survives a crash at any point:

1. the decision is committed (services): a hold can no longer be placed, the receipt answers no more;
2. the tombstone is on the disk, outside the database, so that a backup restored from now on forgets the case too;
3. one transaction counts the case, takes its fingerprints off the list, cancels its jobs, destroys its keys and deletes its rows;
4. its fingerprints leave the index's file, and on SQLite the write-ahead log is emptied.

Each step may be done again; whoever finds a decision that is not finished begins at 2.
"""
from collections.abc import Collection, Iterator
from datetime import datetime
from functools import cache
from uuid import UUID

from django.apps import apps
from django.db import connection, models, transaction
from django.utils import timezone

from cases.audit.services import record
from cases.escalation.services import withdraw_hashes
from cases.hashing.known import discard_stale
from cases.merging import services as merging
from cases.models import Case
from cases.outbox.errors import Retry
from cases.outbox.models import Job
from cases.outbox.services import enqueue
from cases.retention import tombstones
from cases.retention.models import Disposal, Hold
from cases.retention.tombstones import Tombstone
from cases.selectors import parts_of
from cases.statistics import counting
from cases.vault import custody
from cases.vault.models import DataKey, DataKeyWrap


def carry_out(*, disposal_id: UUID) -> None:
    """Steps 2 to 4. Safe to repeat; must not run inside a transaction, for the tombstone comes first."""
    disposal = Disposal.objects.get(pk=disposal_id)
    if disposal.case is not None:
        tombstones.append([Tombstone("case", disposal.digest, timezone.localdate())])
        destroy(disposal=disposal)
    discard_stale()
    empty_the_log()


@transaction.atomic
def destroy(*, disposal: Disposal) -> None:
    """Step 3. Asks nobody any more: whether the case may go was settled with the decision."""
    disposal = Disposal.objects.select_for_update().get(pk=disposal.pk)
    case = Case.objects.select_for_update().filter(pk=disposal.case).first() if disposal.case else None
    if case is not None:
        for each in (*parts_of(case).select_for_update(), case):        # one report: one decision, one tombstone
            _destroy(each, decided_by(disposal))
    Disposal.objects.filter(pk=disposal.pk).update(case=None, finished_at=timezone.now())


def _destroy(case: Case, who: str) -> None:
    counting.keep(case)
    withdraw_hashes(case=case)
    Job.objects.filter(pk__in=list(jobs_of(case))).delete()
    merging.release(case_id=case.pk)
    custody.destroy([*keys_of(case), *keys_beside(case)], actor=who)
    Hold.objects.filter(case=case).delete()              # lifted ones: they say who held what, and that goes too
    case_id, leading = case.pk, case.merged_into_id
    case.delete()
    record("case_disposed", subject=case_id, actor=who)
    if leading and leading != case.split_of_id:
        enqueue("merging.settle", case_id=str(leading))


def decided_by(disposal: Disposal) -> str:
    """As the audit log names it."""
    if disposal.confirmed_by_id:
        return str(disposal.confirmed_by_id)
    return "reporter" if disposal.why == Disposal.Why.REPORTER else "system"


def empty_the_log() -> None:
    """On SQLite: what was overwritten in the file (secure_delete) may still lie in its write-ahead log. Raises Retry while
    somebody reads from it."""
    if connection.vendor == "sqlite" and not connection.in_atomic_block:
        with connection.cursor() as cursor:
            busy, _pages, _moved = cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()
        if busy:
            raise Retry(code="log_in_use")


def keys_of(case: Case) -> list[DataKey]:
    """Every key that seals something of the case, whichever room's row points to it."""
    keys: set[UUID] = set()
    for model, key in _key_columns():
        to_case = "pk" if model is Case else _column_to(Case, model)
        if to_case:
            keys.update(model._base_manager.filter(**{to_case: case.pk}).values_list(key, flat=True))
    return list(DataKey.objects.filter(pk__in=keys - {None}))


def keys_beside(case: Case) -> list[DataKey]:
    """Keys of rows that go with this case and seal something of another: a question that was asked for its sake. No other case
    goes with it: one that is merged into it or folded behind it keeps its keys."""
    keys: set[UUID] = set()
    for model, key in [each for each in _key_columns() if each[0] is not Case]:
        for column in [field.name for field in model._meta.local_fields if field.related_model is Case][1:]:
            keys.update(model._base_manager.filter(**{column: case.pk}).values_list(key, flat=True))
    return list(DataKey.objects.filter(pk__in=keys - {None}))


def cases_of(keys: Collection[UUID]) -> dict[UUID, UUID]:
    """Data key → the case it seals something of, or the id of its row where that is about no case (a demand on us). A key that no
    record points to is left out."""
    found: dict[UUID, UUID] = {}
    for model, key in _key_columns():
        to_case = "pk" if model is Case else _column_to(Case, model)
        if to_case:
            rows = model._base_manager.filter(**{f"{key}__in": keys}).values_list(key, to_case, "pk")
            found.update((kept, case or row) for kept, case, row in rows)
    return found


def orphan_keys() -> list[DataKey]:
    """Live keys that no record points to: left behind by a careless delete, they could still open an old backup."""
    live = DataKey.objects.filter(destroyed_at=None)
    for model, key in _key_columns():
        live = live.exclude(pk__in=model._base_manager.exclude(**{key: None}).values(key))
    return list(live)


@transaction.atomic
def destroy_orphans(before: datetime) -> int:
    """Destroy keys that no record points to and that were made `before` then. Returns how many there were."""
    keys = [key for key in orphan_keys() if key.created_at < before]
    if keys:
        custody.destroy(keys, actor="system")
        record("orphan_keys_destroyed", subject="keys", actor="system", count=len(keys))
    return len(keys)


def jobs_of(case: Case) -> Iterator[UUID]:
    """Jobs that name the case or a row of it, waiting or done. The table holds a week."""
    mine = {str(row) for row in rows_of(Case, {case.pk})}
    for job in Job.objects.only("pk", "payload").exclude(payload={}).iterator():       # periodic ones name nothing
        if mine & {value for value in job.payload.values() if isinstance(value, str)}:
            yield job.pk


def rows_of(model: type[models.Model], ids: set[UUID]) -> set[UUID]:
    """The ids of these rows and of all that goes with them."""
    found = set(ids)
    relations = [field for field in model._meta.get_fields(include_hidden=True) if isinstance(field, models.ManyToOneRel)]
    for relation in relations:
        child = relation.related_model
        if relation.on_delete is models.CASCADE and isinstance(child._meta.pk, models.UUIDField):
            below = set(child._base_manager.filter(**{f"{relation.field.name}__in": ids}).values_list("pk", flat=True))
            found |= rows_of(child, below) if below else set()
    return found


@cache
def _key_columns() -> list[tuple[type[models.Model], str]]:
    """Every model and column that points to a data key. The wraps, which are the key, are none."""
    found = []
    for model in apps.get_models():
        if model is not DataKeyWrap:
            found += [(model, field.name) for field in model._meta.local_fields if field.related_model is DataKey]
    return found


def _column_to(target: type[models.Model], model: type[models.Model]) -> str:
    return next((field.name for field in model._meta.local_fields if field.related_model is target), "")
