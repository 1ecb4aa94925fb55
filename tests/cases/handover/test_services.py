"""Keys that change hands: what a leaver, the old unit and the new unit can open, and what nobody can."""
import uuid

import pytest

from cases.audit.models import Entry
from cases.escalation import registry
from cases.escalation.models import Channel, Escalation
from cases.handover import services
from cases.handover.selectors import owed_by
from cases.handover.services import SameUnit
from cases.models import Case, StatusChange
from cases.notifications.models import Kind
from cases.notifications.services import keep_address
from cases.outbox.models import Job
from cases.public_words import Said
from cases.services import Stale, assign, change_status
from cases.triage.models import Note
from cases.units.models import Membership
from cases.vault import custody, envelope, hpke, trust
from cases.vault.aead import OpenFailed
from cases.vault.keyring import NotHeld
from cases.vault.models import DataKeyWrap, KeyGrant, StaffKey, UnitKey
from cases.vault.trust import KeyMissing, KeyRefused
from cases.vault.unseal import key_for_reporter, key_for_unit, key_for_worker, keyring
from cases.workflow import Outcome, Status
from tests.factories.cases import STORY, keyring_of, make_case, make_member, make_unit, private_of, reporter_writes, secrets_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def unit():
    return make_unit()


@pytest.fixture
def amna(unit):
    return make_member("Amna", unit)


@pytest.fixture
def bilal(unit, amna):
    return make_member("Bilal", unit)


@pytest.fixture
def other():
    return make_unit("integrity")


@pytest.fixture
def imran(other):
    return make_member("Imran", other)


def opens(case, ring) -> bool:
    """Whether the keyring opens case, conversation and summary."""
    case = Case.objects.get(pk=case.pk)
    try:
        key = key_for_unit(case.key, case=case.pk, keyring=ring)
        key_for_unit(case.conversation_key, case=case.pk, keyring=ring)
    except OpenFailed:
        return False
    return envelope.open_blob(key, case.summary, case=case.pk, field="summary", record=case.pk).decode() == STORY[:120]


# --- a member leaves --------------------------------------------------------------------------------------------------
def test_a_leaver_opens_nothing_and_a_rotation_is_owed(unit, amna, bilal):
    case = make_case(unit)
    assert opens(case, keyring_of(bilal))
    assert owed_by(amna) == []
    custody.revoke(unit, bilal, actor="system")
    assert not opens(case, keyring_of(bilal))           # the old session: its private key is good, its grants are gone
    assert [(each.unit, each.waiting, each.old, each.rotation) for each in owed_by(amna)] == [(unit, 1, 0, True)]
    Membership.objects.filter(member=bilal).delete()
    assert [(each.waiting, each.rotation) for each in owed_by(amna)] == [(0, True)]
    assert owed_by(bilal) == []


def test_rotating_and_rewrapping_leave_a_leavers_copy_of_the_key_worthless(unit, amna, bilal):
    before, copied = make_case(unit), keyring_of(bilal)         # the worst case: bilal copied what was open
    custody.revoke(unit, bilal, actor="system")
    Membership.objects.filter(member=bilal).delete()
    assert services.rotate(unit=unit, by=amna, keyring=keyring_of(amna)).version == 2
    after = make_case(unit)
    assert opens(before, copied)                        # its copy still fits what was sealed before …
    assert not opens(after, copied)
    assert [(each.old, each.rotation) for each in owed_by(amna)] == [(2, False)]
    assert services.rewrap(unit=unit, by=amna, keyring=keyring_of(amna)) == services.Progress(done=2, left=0)
    assert owed_by(amna) == []
    assert not opens(before, copied)                    # … until that is sealed anew
    assert opens(before, keyring_of(amna))
    assert opens(after, keyring_of(amna))


def test_nobody_has_a_leavers_open_cases_and_closed_ones_keep_their_history(unit, amna, bilal, other, imran):
    open_one, closed, hers = make_case(unit), make_case(unit), make_case(unit)
    for case, to in ((open_one, bilal), (closed, bilal), (hers, amna)):
        assign(case=case, to=to, by=amna)
    change_status(case=closed, to=Status.IN_REVIEW, by=bilal)
    change_status(case=closed, to=Status.CLOSED, by=bilal, outcome=Outcome.REMOVED)
    assert services.release(unit=other, member=bilal, by=amna) == 0
    assert services.release(unit=unit, member=bilal, by=amna) == 1
    assert [Case.objects.get(pk=case.pk).assignee for case in (open_one, closed, hers)] == [None, bilal, amna]


def test_a_kept_grant_put_back_into_the_database_opens_nothing_new(unit, amna, bilal):
    kept = KeyGrant.objects.get(member=bilal)
    custody.revoke(unit, bilal, actor="system")
    services.rotate(unit=unit, by=amna, keyring=keyring_of(amna))
    case = make_case(unit)
    kept.save(force_insert=True)
    assert not opens(case, keyring_of(bilal))
    KeyGrant.objects.filter(member=bilal).update(key=UnitKey.objects.get(unit=unit, version=2))
    with pytest.raises(OpenFailed):                     # and moved to the new version it does not even open
        keyring(bilal, private_of(bilal))


def test_whoever_stays_reads_old_and_new_with_one_grant(unit, amna, bilal):
    cases = [make_case(unit)]
    for _ in range(2):
        services.rotate(unit=unit, by=amna, keyring=keyring_of(amna))
        cases.append(make_case(unit))
    assert KeyGrant.objects.filter(member=bilal).count() == 3
    KeyGrant.objects.exclude(key__version=3).delete()
    assert all(opens(case, keyring_of(bilal)) for case in cases)


def test_only_whoever_holds_the_key_rotates(unit, amna, imran):
    for ring in (keyring_of(imran), keyring_of(make_member("Newcomer", unit, keys=False))):
        with pytest.raises(NotHeld):
            services.rotate(unit=unit, by=imran, keyring=ring)
    assert UnitKey.objects.filter(unit=unit).count() == 1


def test_rotating_hands_nothing_to_who_never_had_it(unit, amna):
    waiting = make_member("Newcomer", unit, keys=False)
    auditor = make_member("Auditor", unit, role="auditor")      # moved to a role that reads no case
    services.rotate(unit=unit, by=amna, keyring=keyring_of(amna))
    assert not KeyGrant.objects.filter(key__version=2, member__in=[waiting, auditor]).exists()


def test_rotating_hands_nothing_to_a_key_that_was_put_in_a_colleagues_place(unit, amna, bilal):
    private, public = hpke.new_pair()
    StaffKey.objects.filter(member=bilal).update(public=public)         # the intruder's
    services.rotate(unit=unit, by=amna, keyring=keyring_of(amna))
    assert list(KeyGrant.objects.filter(key__version=2).values_list("member", flat=True)) == [amna.pk]
    mallory = make_member("Mallory", unit, keys=False)                  # and a grant of the intruder's own making
    forged = KeyGrant.objects.get(key__version=2)
    KeyGrant.objects.create(key=forged.key, member=mallory, sealed=forged.sealed, vouched=forged.vouched)
    services.rotate(unit=unit, by=amna, keyring=keyring_of(amna))
    assert list(KeyGrant.objects.filter(key__version=3).values_list("member", flat=True)) == [amna.pk]


def test_rewrapping_goes_in_batches_and_leaves_the_reporters_part_alone(unit, amna, other, imran):
    cases, theirs = [make_case(unit) for _ in range(3)], make_case(other)
    services.rotate(unit=unit, by=amna, keyring=keyring_of(amna))
    ring = keyring_of(amna)
    assert [services.rewrap(unit=unit, by=amna, keyring=ring, at_once=4).left for _ in range(3)] == [2, 0, 0]
    for case in cases:
        assert opens(case, keyring_of(amna))
        reporter = key_for_reporter(case.conversation_key, case=case.pk, private=secrets_of(case).reporter)
        assert reporter == secrets_of(case).conversation
    assert opens(theirs, keyring_of(imran))
    assert [entry.details["count"] for entry in Entry.objects.filter(event="keys_rewrapped").order_by("at")] == [4, 2]


def test_a_key_that_no_case_owns_stops_nobody(unit, amna):
    orphan = custody.keep(envelope.new_key(), case=uuid.uuid4(), unit=unit)
    make_case(unit)
    services.rotate(unit=unit, by=amna, keyring=keyring_of(amna))
    assert services.rewrap(unit=unit, by=amna, keyring=keyring_of(amna)) == services.Progress(done=2, left=0)
    assert owed_by(amna) == []
    assert orphan.wraps.get().version == 1


def test_a_damaged_wrap_does_not_stop_the_others(unit, amna):
    broken, whole = make_case(unit), make_case(unit)
    DataKeyWrap.objects.filter(key=broken.key).update(sealed=b"\x01" + bytes(113))
    services.rotate(unit=unit, by=amna, keyring=keyring_of(amna))
    assert services.rewrap(unit=unit, by=amna, keyring=keyring_of(amna)).left == 0
    assert opens(whole, keyring_of(amna))
    with pytest.raises(OpenFailed) as caught:
        key_for_unit(broken.key, case=broken.pk, keyring=keyring_of(amna))
    assert caught.type is OpenFailed            # damaged, not "another unit's"


# --- a case goes to another unit --------------------------------------------------------------------------------------
def test_a_transferred_case_is_the_other_units_and_no_longer_the_old_ones(unit, amna, other, imran):
    case = make_case(unit)
    assign(case=case, to=amna, by=amna)
    reporter_writes(case, "سلام")
    fresh = services.transfer(case=case, to=other, by=amna, keyring=keyring_of(amna))
    assert (fresh.unit, fresh.assignee) == (other, None)
    assert opens(case, keyring_of(imran))
    assert not opens(case, keyring_of(amna))
    mine = secrets_of(case)
    assert key_for_reporter(fresh.conversation_key, case=case.pk, private=mine.reporter) == mine.conversation
    assert list(StatusChange.objects.filter(case=case).values_list("said", flat=True))[-1] == Said.OTHER_UNIT
    entry = Entry.objects.get(event="case_transferred", subject=str(case.pk))
    assert (entry.actor, entry.details) == (str(amna.pk), {"was": str(unit.pk), "to": str(other.pk)})


def test_notices_go_along_and_the_address_stays_the_workers(unit, amna, other, imran, settings, tmp_path):
    settings.WORKER_KEYS = tmp_path
    custody.new_worker_key()
    case = make_case(unit)
    address = keep_address(case=case, kind=Kind.EMAIL, value="somebody@example.org")
    registry.seed()
    channel = Channel.objects.select_related("platform").first()
    secret, row = envelope.new_key(), uuid.uuid4()
    notice = Escalation.objects.create(
        id=row, case=case, platform=channel.platform, channel=channel, reference="MZ-TEST", language="en", by=amna,
        notice_key=custody.keep(secret, case=case.pk, unit=unit, worker=True),
        notice=envelope.seal(secret, b"{}", case=case.pk, field="notice", record=row), requested_at=case.opened_at)
    services.transfer(case=case, to=other, by=amna, keyring=keyring_of(amna))
    assert key_for_unit(notice.notice_key, case=case.pk, keyring=keyring_of(imran)) == secret
    with pytest.raises(NotHeld):
        key_for_unit(notice.notice_key, case=case.pk, keyring=keyring_of(amna))
    assert key_for_worker(notice.notice_key, case=case.pk) == secret
    assert list(address.key.wraps.values_list("recipient", flat=True)) == ["worker"]


def test_a_transfer_needs_the_key_of_the_case(unit, amna, other, imran):
    case = make_case(unit)
    for ring in (keyring_of(imran), keyring_of(make_member("Newcomer", unit, keys=False))):
        with pytest.raises(NotHeld):
            services.transfer(case=case, to=other, by=imran, keyring=ring)
    assert Case.objects.get(pk=case.pk).unit == unit
    assert opens(case, keyring_of(amna))


def test_a_transfer_that_fails_changes_nothing(unit, amna, other, imran):
    case = make_case(unit)
    with pytest.raises(SameUnit):
        services.transfer(case=case, to=unit, by=amna, keyring=keyring_of(amna))
    with pytest.raises(Stale):
        services.transfer(case=case, to=other, by=amna, keyring=keyring_of(amna), version=case.version + 1)
    with pytest.raises(KeyMissing):
        services.transfer(case=case, to=make_unit("children"), by=amna, keyring=keyring_of(amna))
    UnitKey.objects.filter(unit=other).update(public=trust.trusted(unit).public)
    with pytest.raises(KeyRefused):                     # a swapped key: the case is not handed to whoever swapped it
        services.transfer(case=case, to=other, by=amna, keyring=keyring_of(amna))
    assert Case.objects.get(pk=case.pk).unit == unit
    assert opens(case, keyring_of(amna))


def test_a_closed_case_moves_without_a_word(unit, amna, other, imran):
    case = make_case(unit)
    change_status(case=case, to=Status.IN_REVIEW, by=amna)
    change_status(case=case, to=Status.CLOSED, by=amna, outcome=Outcome.REMOVED)
    services.transfer(case=case, to=other, by=amna, keyring=keyring_of(amna))
    assert not StatusChange.objects.filter(case=case, said=Said.OTHER_UNIT).exists()
    assert not Job.objects.filter(task="notifications.urgent", payload__case_id=str(case.pk)).exists()


# --- attacks on what rests --------------------------------------------------------------------------------------------
def test_a_wrapped_key_replayed_to_another_case_opens_nothing(unit, amna):
    mine, theirs = make_case(unit), make_case(unit)
    wrap = DataKeyWrap.objects.get(key=theirs.key)
    DataKeyWrap.objects.filter(key=mine.key).update(sealed=wrap.sealed)
    assert not opens(mine, keyring_of(amna))
    assert opens(theirs, keyring_of(amna))


def test_ciphertext_swapped_between_fields_cases_and_units_opens_nothing(unit, amna, other, imran):
    one, two, elsewhere = make_case(unit), make_case(unit), make_case(other)
    key = secrets_of(one).key
    Note.objects.create(id=(row := uuid.uuid4()), case=one, by=amna, at=one.opened_at,
                        body=envelope.seal(key, b"note", case=one.pk, field="note", record=row))
    for blob in (one.answers, two.summary, elsewhere.summary, Note.objects.get().body):
        with pytest.raises(OpenFailed):
            envelope.open_blob(key, blob, case=one.pk, field="summary", record=one.pk)
    for moved in (two, elsewhere):                      # the row's keys swapped with it
        with pytest.raises(OpenFailed):
            key_for_unit(moved.key, case=one.pk, keyring=keyring_of(amna))
