"""A database that offers its own public keys: every sealer refuses them."""
import json

import pytest
from django.conf import settings as current

from cases.audit.models import Entry
from cases.vault import custody, envelope, hpke, signing, trust
from cases.vault.custody import Wrap
from cases.vault.models import DataKey, UnitKey, WorkerKey
from cases.vault.trust import KeyMissing, KeyRefused

pytestmark = pytest.mark.django_db
SECRET = envelope.new_key()
ROOT = bytes(range(32))


@pytest.fixture
def amna(member, unit, ring):
    """Holds three versions of her unit's key."""
    amna = member("amna", unit)
    custody.new_unit_key(unit, members=[amna], actor="system")
    for _ in range(2):
        custody.new_unit_key(unit, members=[amna], actor="system", keyring=ring(amna))
    return amna


@pytest.fixture
def ceremony(settings):
    """A ministry: the root is elsewhere, so first versions wait for its signature. Signs what is handed to it."""
    settings.ROOT_SEED, settings.ROOT_PUBLIC_KEY = None, signing.verify_key(ROOT)
    return lambda key: signing.sign(ROOT, trust.link(key).message)


def refused(unit, case) -> None:
    """No door seals to the unit."""
    with pytest.raises(KeyRefused):
        trust.trusted(unit)
    with pytest.raises(KeyRefused):
        custody.keep(SECRET, case=case, unit=unit)
    with pytest.raises(KeyRefused):
        custody.adopt(case, case=case, unit=unit, wraps={"unit": Wrap(1, hpke.seal(hpke.new_pair()[1], SECRET, info=b""))})
    assert not DataKey.objects.exists()


# --- units ------------------------------------------------------------------------------------------------------------
def test_a_chain_of_three_is_trusted_and_told_as_plain_data(amna, unit):
    assert trust.trusted(unit).version == 3
    told = json.loads(json.dumps(trust.as_data(trust.chain(unit))))
    assert [(each["kind"], each["recipient"], each["version"]) for each in told] == [("unit", str(unit.pk), n) for n in (1, 2, 3)]


def test_a_swapped_public_key_is_refused(amna, unit, case):
    UnitKey.objects.filter(version=3).update(public=hpke.new_pair()[1])
    refused(unit, case)


@pytest.mark.parametrize("version", [1, 2, 3])
def test_a_swapped_verify_key_is_refused(amna, unit, case, version):
    UnitKey.objects.filter(version=version).update(verify=signing.verify_key(ROOT))
    refused(unit, case)


def test_a_version_of_the_intruders_own_is_refused(amna, unit, case):
    private, public = hpke.new_pair()
    forged = UnitKey(unit=unit, version=4, public=public, verify=signing.verify_key(private))
    for anchored in (False, True):
        forged.signature, forged.anchored = signing.sign(private, trust.link(forged).message), anchored
        forged.save()
        refused(unit, case)


def test_a_missing_version_is_refused(amna, unit, case):
    UnitKey.objects.filter(version=2).delete()
    refused(unit, case)


def test_the_key_of_another_unit_is_refused(amna, member, units, unit, case):
    custody.new_unit_key(units["children"], members=[member("sana", units["children"])], actor="system")
    theirs = UnitKey.objects.get(unit=units["children"])
    UnitKey.objects.filter(unit=unit).delete()
    for values in ({"public": theirs.public, "verify": theirs.verify, "signature": theirs.signature},
                   {"public": hpke.new_pair()[1], "verify": signing.verify_key(ROOT), "signature": theirs.signature}):
        UnitKey.objects.update_or_create(unit=unit, version=1, defaults={**values, "anchored": True})
        refused(unit, case)


def test_an_unsigned_version_is_refused(amna, unit, case):
    UnitKey.objects.filter(version=3).update(signature=b"")
    refused(unit, case)


def test_a_unit_without_a_key_is_not_trusted(units):
    with pytest.raises(KeyMissing):
        trust.trusted(units["children"])


# --- the worker -------------------------------------------------------------------------------------------------------
def test_the_worker_signs_its_own_next_version(worker_keys, case):
    custody.new_worker_key()
    custody.new_worker_key()
    assert [link.version for link in trust.worker_chain()] == [1, 2]
    assert custody.keep(SECRET, case=case, unit=None, worker=True).wraps.get().version == 2


@pytest.mark.parametrize("change", [{"public": hpke.new_pair()[1]}, {"verify": signing.verify_key(ROOT)}, {"signature": b""},
                                    {"version": 3}, {"anchored": True}], ids=lambda change: next(iter(change)))
def test_a_changed_worker_key_is_refused(worker_keys, case, change):
    custody.new_worker_key()
    custody.new_worker_key()
    WorkerKey.objects.filter(version=2).update(**change)
    with pytest.raises(KeyRefused):
        custody.keep(SECRET, case=case, unit=None, worker=True)
    assert not DataKey.objects.exists()


# --- the ceremony -----------------------------------------------------------------------------------------------------
def test_a_first_version_waits_for_the_ceremony(ceremony, member, unit, case, ring):
    amna = member("amna", unit)
    key = custody.new_unit_key(unit, members=[amna], actor="system")
    refused(unit, case)
    trust.anchor(key, ceremony(key), actor="system")
    assert custody.keep(SECRET, case=case, unit=unit).wraps.get().version == 1
    assert custody.new_unit_key(unit, members=[amna], actor="system", keyring=ring(amna)).version == 2
    assert trust.trusted(unit).version == 2
    assert Entry.objects.filter(event="key_signed", subject=str(unit.pk)).count() == 1


def test_the_ceremony_may_sign_a_later_version_and_the_chain_begins_there(ceremony, amna, unit):
    key = custody.current_unit_key(unit)
    trust.anchor(key, ceremony(key), actor="system")
    assert [link.version for link in trust.chain(unit)] == [3]
    assert trust.trusted(unit) == key


def test_a_signature_that_is_not_the_roots_is_not_kept(ceremony, member, unit, case):
    key = custody.new_unit_key(unit, members=[member("amna", unit)], actor="system")
    for signature in (b"", bytes(64), signing.sign(bytes(32), trust.link(key).message), signing.sign(ROOT, b"another")):
        with pytest.raises(KeyRefused):
            trust.anchor(key, signature, actor="system")
    refused(unit, case)


def test_without_a_pinned_root_nothing_is_sealed(settings, amna, unit, case):
    settings.ROOT_PUBLIC_KEY = b""
    refused(unit, case)


def test_the_demonstration_signs_with_a_root_of_its_own(amna, unit):
    assert current.DEMO
    assert signing.verify_key(current.ROOT_SEED) == current.ROOT_PUBLIC_KEY
    assert UnitKey.objects.get(version=1).anchored
