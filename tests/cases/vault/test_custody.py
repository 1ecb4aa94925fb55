"""Who can open what: the unit, its colleague, a stranger, the reporter, the worker, and nobody after destruction."""
from base64 import b64encode
from uuid import uuid4

import pytest
from django.apps import apps
from django.conf import settings
from django.db import transaction

from cases.audit.models import Entry
from cases.units.models import Membership
from cases.vault import custody, envelope, hpke
from cases.vault.custody import KeyMissing, NotAMember
from cases.vault.keyring import Keyring, NotHeld, OpenFailed
from cases.vault.models import DataKey, KeyGrant, StaffKey, UnitKey, WorkerKey
from cases.vault.unseal import WrongPassphrase, key_for_reporter, key_for_unit, key_for_worker, keyring, unlock_staff
from tests.cases.vault.conftest import PASSPHRASE

pytestmark = pytest.mark.django_db
SECRET = envelope.new_key()
REPORTER_PRIVATE, REPORTER_PUBLIC = hpke.new_pair()


@pytest.fixture
def amna(member, unit):
    amna = member("amna", unit)
    custody.new_unit_key(unit, members=[amna], actor="system")
    return amna


# --- unit -------------------------------------------------------------------------------------------------------------
def test_a_member_of_the_unit_opens_its_case(amna, unit, case, ring):
    key = custody.keep(SECRET, case=case, unit=unit)
    assert key_for_unit(DataKey.objects.get(pk=key.pk), case=case, keyring=ring(amna)) == SECRET


def test_a_colleague_opens_it_once_granted_and_not_before(amna, member, unit, case, ring):
    key, bilal = custody.keep(SECRET, case=case, unit=unit), member("bilal", unit)
    with pytest.raises(NotHeld):
        key_for_unit(key, case=case, keyring=ring(bilal))
    custody.grant(custody.current_unit_key(unit), bilal, keyring=ring(amna), actor=str(amna.pk))
    assert key_for_unit(key, case=case, keyring=ring(bilal)) == SECRET


def test_a_stranger_of_another_unit_opens_nothing(amna, member, units, unit, case, ring):
    stranger = member("stranger", units["children"])
    custody.new_unit_key(units["children"], members=[stranger], actor="system")
    key = custody.keep(SECRET, case=case, unit=unit)
    with pytest.raises(NotHeld):
        key_for_unit(key, case=case, keyring=ring(stranger))


def test_a_stranger_who_redirects_the_wrap_to_their_unit_opens_nothing(amna, member, units, unit, case, ring):
    stranger = member("stranger", units["children"])
    custody.new_unit_key(units["children"], members=[stranger], actor="system")
    key = custody.keep(SECRET, case=case, unit=unit)
    key.wraps.update(recipient_id=str(units["children"].pk))
    with pytest.raises(OpenFailed) as caught:
        key_for_unit(key, case=case, keyring=ring(stranger))
    assert caught.type is OpenFailed            # a key was there, and it did not fit


def test_another_members_grant_opens_nothing(amna, member, unit, ring):
    mallory = member("mallory", unit)
    KeyGrant.objects.update(member=mallory)
    with pytest.raises(OpenFailed):
        ring(mallory)


def test_a_wrap_moved_to_another_case_or_key_does_not_open(amna, unit, case, ring):
    key, other = custody.keep(SECRET, case=case, unit=unit), custody.keep(SECRET, case=case, unit=unit)
    with pytest.raises(OpenFailed):
        key_for_unit(key, case=uuid4(), keyring=ring(amna))
    other.wraps.all().delete()
    key.wraps.update(key=other)
    with pytest.raises(OpenFailed):
        key_for_unit(other, case=case, keyring=ring(amna))


def test_a_queue_opens_its_keys_with_one_query(amna, unit, case, ring, django_assert_num_queries):
    for _ in range(3):
        custody.keep(SECRET, case=case, unit=unit)
    held = ring(amna)
    with django_assert_num_queries(2):
        assert [key_for_unit(key, case=case, keyring=held) for key in DataKey.objects.prefetch_related("wraps")] == [SECRET] * 3


# --- reporter ---------------------------------------------------------------------------------------------------------
def test_the_reporter_opens_the_conversation_and_not_the_case(amna, unit, case):
    case_key, talk = envelope.new_key(), envelope.new_key()
    of_case = custody.keep(case_key, case=case, unit=unit)
    of_talk = custody.keep(talk, case=case, unit=unit, reporter=REPORTER_PUBLIC)
    assert key_for_reporter(of_talk, case=case, private=REPORTER_PRIVATE) == talk
    with pytest.raises(NotHeld):
        key_for_reporter(of_case, case=case, private=REPORTER_PRIVATE)
    with pytest.raises(OpenFailed):
        key_for_reporter(of_talk, case=case, private=hpke.new_pair()[0])


@pytest.mark.parametrize("public", [b"", REPORTER_PUBLIC[:64], REPORTER_PUBLIC + b"x", b"\x04" + bytes(64)])
def test_a_reporter_key_that_is_none_is_refused_and_nothing_is_kept(amna, unit, case, public):
    with pytest.raises(hpke.KeyRefused):
        custody.keep(SECRET, case=case, unit=unit, reporter=public)
    assert not DataKey.objects.exists()


# --- worker -----------------------------------------------------------------------------------------------------------
def test_the_worker_opens_until_its_wrap_is_dropped(amna, unit, case, ring):
    custody.new_worker_key()
    key = custody.keep(SECRET, case=case, unit=unit, worker=True)
    assert key_for_worker(key, case=case) == SECRET
    custody.drop_worker_wrap(key)
    with pytest.raises(NotHeld):
        key_for_worker(key, case=case)
    assert key_for_unit(key, case=case, keyring=ring(amna)) == SECRET


def test_the_workers_private_half_is_a_file_that_only_it_reads(worker_keys, case, db):
    first, second = custody.new_worker_key(), custody.new_worker_key()
    assert (first.version, second.version) == (1, 2)
    files = sorted(worker_keys.iterdir())
    assert [(file.name, file.stat().st_mode & 0o777) for file in files] == [("1.key", 0o600), ("2.key", 0o600)]
    assert worker_keys.stat().st_mode & 0o777 == 0o700
    assert hpke.public_of(bytes.fromhex(files[1].read_text())) == bytes(second.public)
    key = custody.keep(SECRET, case=case, unit=None, worker=True)
    assert key.wraps.get().version == 2
    files[1].unlink()                           # the old half is deleted: its records are gone for the worker
    with pytest.raises(NotHeld):
        key_for_worker(key, case=case)


def test_a_worker_key_whose_transaction_failed_is_not_in_the_way(worker_keys, db):
    with pytest.raises(ZeroDivisionError), transaction.atomic():        # noqa: PT012 (the transaction is what is tried)
        custody.new_worker_key()
        raise ZeroDivisionError
    key = custody.new_worker_key()
    assert key.version == WorkerKey.objects.get().version == 1
    assert hpke.public_of(bytes.fromhex((worker_keys / "1.key").read_text())) == bytes(key.public)


# --- missing keys -----------------------------------------------------------------------------------------------------
def test_nothing_is_kept_for_those_who_have_no_key(amna, units, unit, case):
    with pytest.raises(KeyMissing):
        custody.keep(SECRET, case=case, unit=units["children"])
    with pytest.raises(KeyMissing):
        custody.keep(SECRET, case=case, unit=unit, worker=True)
    with pytest.raises(ValueError, match="nobody"):
        custody.keep(SECRET, case=case, unit=None, reporter=REPORTER_PUBLIC)
    assert not DataKey.objects.exists()


def test_a_unit_key_is_granted_to_members_with_keys_only(amna, member, unit, ring, django_user_model):
    outsider, keyless = member("outsider"), django_user_model.objects.create(email="new@example.org", name="new",
                                                                             role="caseworker")
    Membership.objects.create(unit=unit, member=keyless)
    for person, refusal in ((outsider, NotAMember), (keyless, KeyMissing)):
        with pytest.raises(refusal):
            custody.grant(custody.current_unit_key(unit), person, keyring=ring(amna), actor=str(amna.pk))
    with pytest.raises(NotHeld):
        custody.grant(custody.current_unit_key(unit), amna, keyring=Keyring(amna.pk, {}), actor=str(amna.pk))


# --- versions ---------------------------------------------------------------------------------------------------------
def test_one_grant_of_the_newest_version_opens_all_before_it(amna, member, unit, case, ring):
    keys = [custody.keep(SECRET, case=case, unit=unit)]
    for version in (2, 3):
        assert custody.new_unit_key(unit, members=[amna], actor="system", keyring=ring(amna)).version == version
        keys.append(custody.keep(SECRET, case=case, unit=unit))
    assert [key.wraps.get().version for key in keys] == [1, 2, 3]
    late = member("late", unit)
    custody.grant(custody.current_unit_key(unit), late, keyring=ring(amna), actor=str(amna.pk))
    assert KeyGrant.objects.filter(member=late).count() == 1
    assert set(ring(late).units[unit.pk]) == {1, 2, 3}
    assert [key_for_unit(key, case=case, keyring=ring(late)) for key in keys] == [SECRET] * 3


def test_a_leaver_opens_nothing_sealed_after_the_rotation(amna, member, unit, case, ring):
    leaver = member("leaver", unit)
    custody.grant(custody.current_unit_key(unit), leaver, keyring=ring(amna), actor=str(amna.pk))
    remembered = ring(leaver)                   # the worst case: the leaver copied what was open
    custody.revoke(unit, leaver, actor="system")
    custody.new_unit_key(unit, members=[amna], actor="system", keyring=ring(amna))
    key = custody.keep(SECRET, case=case, unit=unit)
    for held in (remembered, ring(leaver)):
        with pytest.raises(NotHeld):
            key_for_unit(key, case=case, keyring=held)
    assert Entry.objects.filter(event="key_revoked", subject=str(unit.pk)).count() == 1


def test_a_new_version_needs_one_who_holds_the_version_before(amna, member, units, unit, ring):
    stranger = member("stranger", units["children"])
    for held in (None, ring(stranger)):
        with pytest.raises(NotHeld):
            custody.new_unit_key(unit, members=[amna], actor="system", keyring=held)
    assert UnitKey.objects.filter(unit=unit).count() == 1


# --- passphrases ------------------------------------------------------------------------------------------------------
def test_a_wrong_passphrase_opens_nothing(amna):
    for typed in ("", "wrong", PASSPHRASE + " "):
        with pytest.raises(WrongPassphrase):
            unlock_staff(amna, typed)


def test_two_keyboards_spell_one_passphrase(member):
    user = member("nadia")
    custody.new_staff_key(user, "caf\u00e9 \u0622\u067e \u06d3")       # composed letters …
    assert len(unlock_staff(user, "cafe\u0301 \u0627\u0653\u067e \u06d2\u0654")) == 32      # … and typed in two strokes


def test_a_locked_key_moved_to_another_member_does_not_open(amna, member):
    bilal = member("bilal")
    theirs = StaffKey.objects.get(member=amna)
    StaffKey.objects.filter(member=bilal).update(public=theirs.public, salt=theirs.salt, locked=theirs.locked)
    with pytest.raises(WrongPassphrase):
        unlock_staff(bilal, PASSPHRASE)


def test_one_without_a_key_is_told_so(django_user_model, db):
    with pytest.raises(KeyMissing):
        unlock_staff(django_user_model.objects.create(email="new@example.org", name="new", role="caseworker"), PASSPHRASE)


def test_a_lost_passphrase_means_a_new_pair_and_a_new_grant_by_a_colleague(amna, member, unit, case, ring):
    bilal, key = member("bilal", unit), custody.keep(SECRET, case=case, unit=unit)
    custody.grant(custody.current_unit_key(unit), bilal, keyring=ring(amna), actor=str(amna.pk))
    before = unlock_staff(bilal, PASSPHRASE)
    custody.new_staff_key(bilal, PASSPHRASE)
    with pytest.raises(NotHeld):
        key_for_unit(key, case=case, keyring=ring(bilal))
    custody.grant(custody.current_unit_key(unit), bilal, keyring=ring(amna), actor=str(amna.pk))
    assert key_for_unit(key, case=case, keyring=ring(bilal)) == SECRET
    with pytest.raises(OpenFailed):             # the pair from before is worth nothing
        keyring(bilal, before)


def test_changing_the_passphrase_keeps_the_grants(amna, unit, case):
    key, private = custody.keep(SECRET, case=case, unit=unit), unlock_staff(amna, PASSPHRASE)
    custody.change_passphrase(amna, "another long sentence", private=private)
    with pytest.raises(WrongPassphrase):
        unlock_staff(amna, PASSPHRASE)
    assert key_for_unit(key, case=case, keyring=keyring(amna, unlock_staff(amna, "another long sentence"))) == SECRET
    with pytest.raises(KeyMissing):
        custody.change_passphrase(amna, "a third long sentence", private=hpke.new_pair()[0])


# --- destruction and traces -------------------------------------------------------------------------------------------
def test_destroyed_keys_open_for_nobody_and_leave_a_dated_row(amna, unit, case, ring):
    custody.new_worker_key()
    key = custody.keep(SECRET, case=case, unit=unit, reporter=REPORTER_PUBLIC, worker=True)
    spared = custody.keep(SECRET, case=case, unit=unit)
    custody.destroy([key], actor="system")
    custody.destroy([key], actor="system")      # again: nothing more happens
    key = DataKey.objects.get(pk=key.pk)
    assert key.destroyed_at is not None
    assert Entry.objects.filter(event="key_destroyed", subject=str(key.pk)).count() == 1
    with pytest.raises(NotHeld):
        key_for_unit(key, case=case, keyring=ring(amna))
    with pytest.raises(NotHeld):
        key_for_reporter(key, case=case, private=REPORTER_PRIVATE)
    with pytest.raises(NotHeld):
        key_for_worker(key, case=case)
    assert key_for_unit(spared, case=case, keyring=ring(amna)) == SECRET


def test_no_private_or_data_key_is_anywhere_in_the_database(amna, unit, case, ring):
    custody.new_worker_key()
    custody.keep(SECRET, case=case, unit=unit, reporter=REPORTER_PUBLIC, worker=True)
    custody.new_unit_key(unit, members=[amna], actor="system", keyring=ring(amna))
    values = [value for model in apps.get_models() for row in model._base_manager.values_list() for value in row]
    dump = b"\n".join(bytes(value) if isinstance(value, (bytes, memoryview)) else str(value).encode() for value in values)
    assert bytes(StaffKey.objects.get().public) in dump           # the search looks in the right place
    worker = bytes.fromhex((settings.WORKER_KEYS / "1.key").read_text())
    for private in (SECRET, REPORTER_PRIVATE, worker, unlock_staff(amna, PASSPHRASE), *ring(amna).units[unit.pk].values()):
        assert len(private) == 32
        assert not any(form in dump for form in (private, private.hex().encode(), b64encode(private)))
    assert PASSPHRASE.encode() not in dump


def test_the_log_names_every_key_act_and_no_key(amna, unit, ring):
    custody.new_worker_key()
    assert set(Entry.objects.values_list("event", flat=True)) >= {"staff_key_made", "unit_key_made", "key_granted",
                                                                  "worker_key_made"}
    held = ring(amna)
    assert held.private(unit.pk, 1).hex() not in str(list(Entry.objects.values()))


def test_a_keyring_shows_no_key_and_cannot_be_added_to(amna, unit, ring):
    held = ring(amna)
    assert repr(held) == f"Keyring(member={amna.pk!r})"
    with pytest.raises(TypeError):
        held.units[unit.pk][9] = b"x" * 32
    with pytest.raises(AttributeError):
        held.units = {}
