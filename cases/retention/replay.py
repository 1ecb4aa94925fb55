"""A restored backup must forget what was destroyed since it was made, before anybody can read it."""
from collections.abc import Iterator
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
    """Bring the file up to the database: keys destroyed one by one (an address taken back), and whatever it lacks."""
    written = {(stone.what, stone.digest) for stone in tombstones.read()}
    stones = [stone for stone in _destroyed() if (stone.what, stone.digest) not in written]
    tombstones.append(stones)
    return len(stones)


def _destroyed() -> Iterator[Tombstone]:
    for digest, at in Disposal.objects.values_list("digest", "at"):
        yield Tombstone("case", digest, timezone.localdate(at))
    for key, destroyed_at in DataKey.objects.exclude(destroyed_at=None).values_list("pk", "destroyed_at"):
        if destroyed_at is not None:
            yield Tombstone("key", tombstones.digest("key", key), timezone.localdate(destroyed_at))


def replay() -> tuple[int, int]:
    """Destroy again what has a tombstone. Returns (cases, keys). Safe to repeat, and to begin again after a crash."""
    cases, keys = _replay_cases(), _replay_keys()
    Restoration.objects.filter(replayed_at=None).update(replayed_at=timezone.now())
    disposal.empty_the_log()
    return cases, keys


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


def _noon(stone: Tombstone) -> datetime:
    return timezone.make_aware(datetime.combine(stone.day, time(12)))
