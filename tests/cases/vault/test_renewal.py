"""The worker's key: a new version every week, and old private halves gone once they open nothing."""
from datetime import timedelta

import pytest
from django.utils import timezone

from cases.audit.models import Entry
from cases.vault import custody, envelope, renewal, signing, tasks, trust
from cases.vault.models import WorkerKey
from cases.vault.unseal import NotHeld, key_for_worker
from portal.schedule import PERIODIC

pytestmark = pytest.mark.django_db
SECRET = envelope.new_key()
NOW = timezone.now()


def aged(version: int, **age: int) -> None:
    WorkerKey.objects.filter(version=version).update(created_at=NOW - timedelta(**age))


def files(worker_keys) -> set[str]:
    return {path.name for path in worker_keys.iterdir()}


def test_a_week_old_key_is_followed_by_one_that_it_signs(worker_keys):
    custody.new_worker_key()
    aged(1, days=6)
    assert not renewal.renew(NOW)
    aged(1, days=7)
    assert renewal.renew(NOW)
    assert not renewal.renew(NOW)               # once, however often it is asked for
    assert trust.trusted_worker().version == 2


def test_without_a_key_or_before_the_ceremony_nothing_is_renewed(worker_keys, settings):
    assert not renewal.renew(NOW)
    settings.ROOT_SEED, settings.ROOT_PUBLIC_KEY = None, signing.verify_key(bytes(32))
    custody.new_worker_key()
    aged(1, days=30)
    assert not renewal.renew(NOW)


def test_an_old_half_goes_once_nothing_is_sealed_to_it_and_nothing_can_be(worker_keys, case):
    custody.new_worker_key()
    key = custody.keep(SECRET, case=case, unit=None, worker=True)
    custody.new_worker_key()
    aged(2, hours=2)
    assert renewal.forget(NOW) == []            # a page may still seal to version 1
    aged(2, hours=26)
    assert renewal.forget(NOW) == []            # an address is still sealed to it
    assert key_for_worker(key, case=case) == SECRET
    custody.destroy([key], actor="system")
    assert renewal.forget(NOW) == [1]
    assert files(worker_keys) == {"2.key"}
    assert Entry.objects.get(event="worker_key_destroyed").details["version"] == 1
    assert renewal.forget(NOW) == []
    assert trust.trusted_worker().version == 2  # its public half stays, for the chain
    assert key_for_worker(custody.keep(SECRET, case=case, unit=None, worker=True), case=case) == SECRET


def test_the_newest_half_stays_however_old_and_unused(worker_keys):
    custody.new_worker_key()
    aged(1, days=400)
    assert renewal.forget(NOW) == []
    assert files(worker_keys) == {"1.key"}


def test_a_worker_whose_file_was_lost_waits_for_the_ceremony(worker_keys, settings, case):
    custody.new_worker_key()
    settings.ROOT_SEED = None
    (worker_keys / "1.key").unlink()
    custody.new_worker_key()
    with pytest.raises(trust.KeyRefused):
        custody.keep(SECRET, case=case, unit=None, worker=True)


def test_a_deleted_half_opens_nothing(worker_keys, case):
    custody.new_worker_key()
    key = custody.keep(SECRET, case=case, unit=None, worker=True)
    (worker_keys / "1.key").unlink()
    with pytest.raises(NotHeld):
        key_for_worker(key, case=case)


def test_the_daily_job_does_both(worker_keys):
    assert "vault.renew_worker_key" in {periodic.task for periodic in PERIODIC}
    custody.new_worker_key()
    custody.new_worker_key()
    aged(1, days=30)
    aged(2, days=8)
    tasks.renew_worker_key()
    assert files(worker_keys) == {"2.key", "3.key"}
