"""A restored backup must forget what was destroyed since it was made, and lock what was locked, before anybody can read it."""
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, time

from django.db import transaction
from django.utils import timezone

from cases.evidence.ending import settle
from cases.evidence.models import Evidence
from cases.models import Case
from cases.notifications.models import Address
from cases.retention import disposal, tombstones
from cases.retention.models import Disposal, Restoration
from cases.retention.restored import missing
from cases.retention.tombstones import Tombstone
from cases.vault import custody
from cases.vault.models import DataKey


def write_down() -> int:
    """Bring the file up to the database: keys destroyed one by one (an address taken back), files that were locked, and whatever
    it lacks."""
    written = {(stone.what, stone.digest) for stone in tombstones.read()}
    stones = [stone for stone in (*_destroyed(), *_locked()) if (stone.what, stone.digest) not in written]
    tombstones.append(stones)
    return len(stones)


def _destroyed() -> Iterator[Tombstone]:
    for digest, at in Disposal.objects.values_list("digest", "at"):
        yield Tombstone("case", digest, timezone.localdate(at))
    for key, destroyed_at in DataKey.objects.exclude(destroyed_at=None).values_list("pk", "destroyed_at"):
        if destroyed_at is not None:
            yield Tombstone("key", tombstones.digest("key", key), timezone.localdate(destroyed_at))


def _locked() -> Iterator[Tombstone]:
    for file in Evidence.objects.exclude(preserved=None).only("key", "preserved", "settled_at"):
        if file.key_id and file.preserved and file.settled_at:
            yield Tombstone("locked", tombstones.digest("locked", file.key_id), timezone.localdate(file.settled_at),
                            bytes(file.preserved).hex())


@dataclass(frozen=True)
class Again:
    """How many of each were destroyed, or locked, once more."""
    cases: int
    keys: int
    files: int

    def __str__(self) -> str:
        return f"destroyed again: {self.cases} cases, {self.keys} keys; locked again: {self.files} files"


def replay() -> Again:
    """Destroy or lock again what has a tombstone. Safe to repeat, and to begin again after a crash."""
    again = Again(_replay_cases(), _replay_keys(), _replay_locks())
    Restoration.objects.filter(replayed_at=None).update(replayed_at=timezone.now())
    disposal.empty_the_log()
    return again


def _replay_cases() -> int:
    """Also a case whose decision was in the backup and its end was not. The file is read only: it is the worker's, and what it
    lacks is in the backup."""
    gone, back = {stone.digest: stone for stone in missing()}, 0
    for case_id in list(Case.objects.values_list("pk", flat=True)):
        if stone := gone.pop(tombstones.digest("case", case_id), None):
            Disposal.objects.create(digest=stone.digest, case=case_id, why=Disposal.Why.RESTORED.value, at=_noon(stone))
            back += 1
    for unfinished in list(Disposal.objects.filter(finished_at=None)):
        disposal.destroy(disposal=unfinished)
    Disposal.objects.bulk_create([                          # told and destroyed after this backup was made
        Disposal(digest=stone.digest, why=Disposal.Why.RESTORED.value, at=_noon(stone), finished_at=_noon(stone))
        for stone in gone.values()])
    return back


@transaction.atomic
def _replay_keys() -> int:
    gone = {stone.digest for stone in tombstones.read() if stone.what == "key"}
    live = DataKey.objects.filter(destroyed_at=None).iterator()
    back = [key for key in live if tombstones.digest("key", key.pk) in gone]
    Address.objects.filter(key__in=back).delete()
    for file in Evidence.objects.filter(key__in=back).select_related("key"):
        _end(file)
    custody.destroy(back, actor="system")
    return len(back)


def _end(file: Evidence) -> None:
    """What still waited in the backup came to rest later, and that is lost: the reporter may send it again. What rested there was
    destroyed since because somebody called it intimate, or worse; more the backup does not know."""
    if file.state == Evidence.State.ARRIVED:
        settle(file, Evidence.State.FAILED, Evidence.Why.GAVE_UP, by=None)
    else:
        settle(file, Evidence.State.DESTROYED, Evidence.Why.INTIMATE, by=None)


@transaction.atomic
def _replay_locks() -> int:
    """A file that may show a child, preserved by order: its key as it was sealed then, and nothing in the house that opens it."""
    stones = {stone.digest: stone for stone in tombstones.read() if stone.what == "locked"}
    back = 0
    for file in Evidence.objects.filter(preserved=None).exclude(key=None).select_related("key"):
        if file.key and (stone := stones.get(tombstones.digest("locked", file.key.pk))):
            custody.drop_every_wrap(file.key)
            arrived = file.state == Evidence.State.ARRIVED   # so the worker locked it, unseen
            settle(file, Evidence.State.LOCKED, Evidence.Why.CHILD_LIST if arrived else Evidence.Why.CHILD, by=None,
                   settled_at=_noon(stone), preserved=bytes.fromhex(stone.sealed))
            back += 1
    return back


def _noon(stone: Tombstone) -> datetime:
    return timezone.make_aware(datetime.combine(stone.day, time(12)))
