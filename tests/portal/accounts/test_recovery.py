"""The ceremony, rehearsed: from an empty ministry to a unit that can receive, and back from the loss of every passphrase."""
import io
import itertools
import json
from importlib import import_module

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command
from shamir_mnemonic import combine_mnemonics

from cases.audit.models import Entry
from cases.coordination.models import Body
from cases.evidence import instruction, services as evidence
from cases.evidence.processing import process
from cases.handover import services as handover
from cases.vault import bodies, custody, envelope, hpke, signing, trust, unseal
from cases.vault.models import KeyGrant, StaffKey, UnitKey, WorkerKey
from portal.accounts import people
from portal.accounts.services import LastHolder, make_first_keys, start_over
from tests.cases.evidence.screenshots import Shot, as_bytes, draw
from tests.factories.cases import keyring_of, make_case, make_liaison, make_member, make_unit, signed_in

STORY = "He asks for money by tonight"


class Room:
    """A table with a machine that is never connected, five people with paper, and a stick that goes to and fro."""

    def __init__(self, folder, monkeypatch) -> None:
        self.folder, self.monkeypatch, self.shares = folder, monkeypatch, []
        self.locked = folder / "locked.json"
        self.numbers = itertools.count()

    def run(self, *args, typed: list[str] | None = None) -> str:
        """What the command printed. `typed` are the lines that people type."""
        lines, out = iter(typed or []), io.StringIO()
        self.monkeypatch.setattr("builtins.input", lambda prompt="": (out.write(prompt), next(lines))[1])
        call_command("recovery", *map(str, args), stdout=out)
        return out.getvalue()

    def begin(self, settings, *more: str) -> None:
        """Everybody writes down what the screen shows, and types it back."""
        out = io.StringIO()

        def people(prompt: str = "") -> str:
            if "Write the words down" in prompt:
                shown = out.getvalue().rpartition("\033[H")[2].split()
                self.shares.append(" ".join(word for word in shown if not word.rstrip(".").isdigit()))
            return self.shares[-1] if "type them" in prompt else ""
        self.monkeypatch.setattr("builtins.input", people)
        call_command("recovery", "begin", str(self.locked), *more, stdout=out)
        printed = dict(line.split("=") for line in out.getvalue().splitlines() if "_PUBLIC_KEY=" in line)
        settings.ROOT_SEED = None
        settings.ROOT_PUBLIC_KEY = bytes.fromhex(printed["ROOT_PUBLIC_KEY"])
        settings.RECOVERY_PUBLIC_KEY = bytes.fromhex(printed["RECOVERY_PUBLIC_KEY"])

    def file(self):
        return self.folder / f"{next(self.numbers)}.json"

    def sign(self, shares: list[str]) -> None:
        request, answer = self.file(), self.file()
        self.run("ask", request)
        self.run("sign", self.locked, request, answer, typed=shares)
        self.run("accept", answer)

    def restore(self, shares: list[str], member, *codes: str) -> str:
        request, answer = self.file(), self.file()
        self.run("ask-restore", request, "--member", member.email, *(f"--unit={code}" for code in codes))
        said = self.run("open", self.locked, request, answer, typed=shares)
        self.run("restore", answer)
        return said


@pytest.fixture
def room(tmp_path, monkeypatch, settings):
    room = Room(tmp_path, monkeypatch)
    room.begin(settings)
    return room


@pytest.fixture
def unit(room):
    return make_unit()


def newcomer(unit, name: str = "Amna"):
    """Has just chosen a passphrase, as at the first sign-in."""
    member = make_member(name, unit, keys=False)
    make_first_keys([unit])
    return member


def everybody_forgets(*members) -> None:
    """New pairs for all: no grant of the old ones is left."""
    for member in members:
        custody.new_staff_key(member, "a passphrase that is new too")


# --- before the ceremony has signed -----------------------------------------------------------------------------------
def test_five_people_have_a_share_each_and_the_file_says_nothing(room):
    assert len({*room.shares}) == 5
    assert {len(words.split()) for words in room.shares} == {33}
    document = json.loads(room.locked.read_text())
    assert set(document) == {"version", "threshold", "shares", "root_public", "recovery_public", "locked"}
    secret = combine_mnemonics(room.shares[:3]).hex()
    assert not [each for each in (secret, *room.shares) if each in room.locked.read_text()]


def test_a_unit_cannot_receive_before_its_key_is_signed_and_can_after(room, unit):
    newcomer(unit)
    with pytest.raises(trust.KeyRefused):
        make_case(unit)
    room.sign(room.shares[:3])
    assert trust.is_open(unit)
    make_case(unit)
    assert Entry.objects.filter(event="key_signed", subject=str(unit.pk)).exists()


def test_the_worker_is_signed_in_the_same_go_and_signs_its_own_next(room, unit, settings, tmp_path):
    settings.WORKER_KEYS = tmp_path / "worker"
    newcomer(unit)
    custody.new_worker_key()
    assert not trust.worker_is_open()
    room.sign(room.shares[2:])
    assert trust.worker_is_open()
    custody.new_worker_key()
    assert trust.trusted_worker().version == 2


def test_a_partner_bodys_key_is_signed_in_the_same_go_and_nothing_is_sealed_to_it_before(room, unit):
    newcomer(unit)
    body = Body.objects.create(slug="tiktok", kind="platform", name_en="TikTok", name_ur="ٹک ٹاک")
    make_liaison("Omar", body)
    assert not bodies.is_open(body.pk)
    room.sign(room.shares[:3])
    assert bodies.is_open(body.pk)
    assert trust.is_open(unit)
    with pytest.raises(CommandError, match="No key waits"):
        room.run("ask", room.file())


def test_the_room_sees_the_fingerprint_that_a_member_reads_aloud(room, unit):
    member = newcomer(unit)
    private = keyring_of(member).private(unit.pk, 1)
    request, answer = room.file(), room.file()
    said = room.run("ask", request)
    aloud = signing.fingerprint(signing.link_of(private, kind="unit", recipient=str(unit.pk), version=1).message)
    assert aloud in said
    assert aloud in room.run("sign", room.locked, request, answer, typed=room.shares[:3])


def test_a_key_that_would_be_signed_for_another_unit_is_read_aloud_otherwise(room, unit):
    """The name in a request is only what somebody wrote there."""
    private = keyring_of(newcomer(unit)).private(unit.pk, 1)
    request = room.file()
    room.run("ask", request)
    document = json.loads(request.read_text())
    document["keys"][0]["recipient"] = other = str(make_unit("children").pk)
    request.write_text(json.dumps(document))
    said = room.run("sign", room.locked, request, room.file(), typed=room.shares[:3])
    aloud = signing.fingerprint(signing.link_of(private, kind="unit", recipient=str(unit.pk), version=1).message)
    assert "unit adults" in said
    assert other in said
    assert aloud not in said


def test_the_worker_reads_its_fingerprint_from_its_own_file(room, settings, tmp_path):
    settings.WORKER_KEYS = tmp_path / "worker"
    key = custody.new_worker_key()
    real = signing.fingerprint(trust.link(key).message)
    WorkerKey.objects.update(public=hpke.new_pair()[1])         # a database that lies
    out = io.StringIO()
    call_command("set_up", stdout=out)
    assert real in out.getvalue()
    assert real not in room.run("ask", room.file())


def test_a_request_that_was_changed_on_the_way_is_signed_for_nothing(room, unit):
    newcomer(unit)
    request, answer = room.file(), room.file()
    room.run("ask", request)
    document = json.loads(request.read_text())
    document["keys"][0]["public"] = hpke.new_pair()[1].hex()
    request.write_text(json.dumps(document))
    room.run("sign", room.locked, request, answer, typed=room.shares[:3])
    with pytest.raises(CommandError, match="ROOT_PUBLIC_KEY"):
        room.run("accept", answer)
    assert not trust.is_open(unit)


# --- keys that were made before keys were signed ----------------------------------------------------------------------
@pytest.fixture
def upgraded(room, unit, settings, tmp_path):
    """A ministry that took reports with an earlier version: its keys sign nothing, and no holder is vouched for."""
    settings.WORKER_KEYS = tmp_path / "worker"
    amna, bilal = newcomer(unit), make_member("Bilal", unit, keys=False)
    custody.grant(custody.current_unit_key(unit), bilal, keyring=keyring_of(amna), actor="system")
    custody.new_worker_key()
    room.sign(room.shares[:3])
    case = make_case(unit, story=STORY)
    for keys in (UnitKey.objects.all(), WorkerKey.objects.all()):
        keys.update(verify=b"", signature=b"", anchored=False)
    KeyGrant.objects.update(vouched=b"")
    import_module("cases.vault.migrations.0008_keys_of_before_signatures").owe_a_rotation(apps, None)
    return amna, bilal, case


def test_a_key_that_could_sign_nothing_is_not_anchored(room, upgraded):
    """Else all would be well until its next version, which nobody could check."""
    with pytest.raises(CommandError, match="Make a new key"):
        room.run("ask", room.file())


def test_after_an_upgrade_a_member_makes_the_key_that_the_ceremony_signs(room, unit, upgraded, settings):
    amna, bilal, case = upgraded
    role, settings.PORTAL_ROLE = settings.PORTAL_ROLE, "worker"
    call_command("set_up", stdout=io.StringIO())
    settings.PORTAL_ROLE = role
    browser = signed_in(amna)
    assert "made before keys were signed" in browser.get("/desk/keys/").content.decode()
    assert browser.post("/desk/keys/rotate/", {"unit": unit.pk}).status_code == 302
    assert opened(case, keyring_of(amna)) == STORY
    assert set(keyring_of(amna).units[unit.pk]) == {1, 2}
    assert "Bilal" in browser.get("/desk/keys/").content.decode()       # nobody vouched for his: he reads his fingerprint aloud

    room.sign(room.shares[1:4])
    assert trust.is_open(unit)
    assert trust.worker_is_open()
    browser.post("/desk/keys/rewrap/", {"unit": unit.pk})
    assert opened(case, keyring_of(amna)) == STORY
    assert opened(make_case(unit, story=STORY), keyring_of(amna)) == STORY
    handover.rotate(unit=unit, by=amna, keyring=keyring_of(amna))
    custody.new_worker_key()
    assert trust.trusted(unit).version == trust.trusted_worker().version == 3


def test_a_rotation_that_would_leave_the_key_to_nobody_is_none(unit, upgraded):
    amna, _bilal, case = upgraded
    ring = keyring_of(amna)
    StaffKey.objects.update(public=hpke.new_pair()[1])                  # a database that puts its own key in everybody's place
    with pytest.raises(trust.KeyRefused):
        handover.rotate(unit=unit, by=amna, keyring=ring)
    assert custody.current_unit_key(unit).version == 1
    assert opened(case, ring) == STORY


# --- when all is lost -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("three", [(0, 1, 2), (4, 2, 0)])
def test_after_everybody_lost_theirs_three_shares_hand_the_key_to_a_named_member(room, unit, three):
    amna, bilal = newcomer(unit), make_member("Bilal", unit, keys=False)
    room.sign(room.shares[:3])
    case = make_case(unit, story=STORY)
    everybody_forgets(amna, bilal)
    assert not KeyGrant.objects.exists()
    fresh, public = hpke.new_pair()
    StaffKey.objects.filter(member=bilal).update(public=public)
    said = room.restore([room.shares[at] for at in three], bilal, "adults")
    assert signing.fingerprint(public) in said
    assert str(unit.pk) in said                 # what is opened; the name before it is only what somebody wrote
    ring = unseal.keyring(bilal, fresh)
    assert opened(case, ring) == STORY
    assert not KeyGrant.objects.filter(member=amna).exists()
    entry = Entry.objects.get(event="key_restored")
    assert (entry.subject, entry.details["member"]) == (str(unit.pk), str(bilal.pk))


def test_the_key_of_a_later_version_is_restored_and_opens_the_earlier_cases(room, unit):
    amna = newcomer(unit)
    room.sign(room.shares[:3])
    case = make_case(unit, story=STORY)
    custody.new_unit_key(unit, members=[amna], actor="system", keyring=keyring_of(amna))
    everybody_forgets(amna)
    fresh, public = hpke.new_pair()
    StaffKey.objects.filter(member=amna).update(public=public)
    room.restore(room.shares[1:4], amna, "adults")
    assert opened(case, unseal.keyring(amna, fresh)) == STORY


def test_a_key_from_before_the_ceremony_is_sealed_to_it_by_whoever_holds_it(room, unit, settings):
    public, settings.RECOVERY_PUBLIC_KEY = settings.RECOVERY_PUBLIC_KEY, b""
    amna = newcomer(unit)
    settings.RECOVERY_PUBLIC_KEY = public
    with pytest.raises(CommandError, match="never sealed"):
        room.run("ask-restore", room.file(), "--member", amna.email, "--unit=adults")
    custody.seal_to_recovery(custody.current_unit_key(unit), keyring=keyring_of(amna), actor=str(amna.pk))
    room.restore(room.shares[:3], amna, "adults")


def test_the_only_holder_who_forgot_begins_again_and_is_handed_the_key(room, unit, settings):
    amna = newcomer(unit)
    room.sign(room.shares[:3])
    case = make_case(unit, story=STORY)
    start_over(member=amna, by=None, vault=True)
    everybody_forgets(amna)
    fresh, public = hpke.new_pair()
    StaffKey.objects.filter(member=amna).update(public=public)
    room.restore(room.shares[:3], amna, "adults")
    assert opened(case, unseal.keyring(amna, fresh)) == STORY
    UnitKey.objects.update(sealed_to_recovery=None)
    with pytest.raises(LastHolder):
        start_over(member=amna, by=None, vault=True)


def test_whoever_was_restored_keeps_the_key_when_it_rotates(room, unit):
    amna = newcomer(unit)
    everybody_forgets(amna)
    fresh, public = hpke.new_pair()
    StaffKey.objects.filter(member=amna).update(public=public)
    room.restore(room.shares[:3], amna, "adults")
    handover.rotate(unit=unit, by=amna, keyring=unseal.keyring(amna, fresh))
    assert set(unseal.keyring(amna, fresh).units[unit.pk]) == {1, 2}


def test_a_restored_key_is_taken_from_who_was_switched_off_holding_it_alone(room, unit):
    bilal, amna = newcomer(unit, "Bilal"), make_member("Amna", unit, keys=False)
    assert people.deactivate(member=bilal, by=make_member("Rabia", role="administrator")) == [unit]
    room.restore(room.shares[:3], amna, "adults")
    assert set(KeyGrant.objects.values_list("member", flat=True)) == {amna.pk}
    assert custody.current_unit_key(unit).rotate_since


def test_a_chain_may_begin_anew_at_a_ceremony(room, unit):
    amna = newcomer(unit)
    room.sign(room.shares[:3])
    custody.new_unit_key(unit, members=[amna], actor="system", keyring=keyring_of(amna))
    request, answer = room.file(), room.file()
    room.run("ask", request, "--again")
    room.run("sign", room.locked, request, answer, typed=room.shares[:3])
    room.run("accept", answer)
    assert [link.version for link in trust.chain(unit)] == [2]
    assert trust.is_open(unit)


def test_a_damaged_file_is_said_so(room, unit):
    request = room.file()
    request.write_text('{"version": 1, "kind": "sign", "keys": [{"name": "unit adults"}]}')
    with pytest.raises(CommandError, match="damaged"):
        room.run("sign", room.locked, request, room.file(), typed=room.shares[:3])


def test_an_answer_that_names_no_unit_is_said_so(room):
    answer = room.file()
    answer.write_text('{"version": 1, "kind": "grants", "grants": [{"unit": "adults", "key": "1", "member": "Amna"}]}')
    with pytest.raises(CommandError, match="damaged"):
        room.run("restore", answer)


def test_two_shares_open_nothing(room, unit):
    newcomer(unit)
    request, answer = room.file(), room.file()
    room.run("ask", request)
    with pytest.raises(CommandError, match="Stopped with 2 shares; 3 are needed"):
        room.run("sign", room.locked, request, answer, typed=[*room.shares[:2], ""])
    assert not answer.exists()


def test_a_wrong_share_is_named_kindly_and_asked_for_again(room, unit, settings, tmp_path, monkeypatch):
    newcomer(unit)
    elsewhere = Room(tmp_path / "elsewhere", monkeypatch)
    elsewhere.folder.mkdir()
    pinned = settings.ROOT_PUBLIC_KEY, settings.RECOVERY_PUBLIC_KEY
    elsewhere.begin(settings)
    settings.ROOT_PUBLIC_KEY, settings.RECOVERY_PUBLIC_KEY = pinned
    one, two, three, *_ = room.shares
    misspelt = one.replace(one.split()[9], "mehfooz", 1)
    request, answer = room.file(), room.file()
    room.run("ask", request)
    said = room.run("sign", room.locked, request, answer,
                    typed=[misspelt, one, one.upper() + "  ", elsewhere.shares[0], two, three])
    assert "not a share" in said
    assert "given already" in said
    assert "another ceremony" in said
    room.run("accept", answer)
    assert trust.is_open(unit)


def test_shares_of_another_ceremony_open_nothing(room, unit, settings, tmp_path, monkeypatch):
    newcomer(unit)
    elsewhere = Room(tmp_path / "elsewhere", monkeypatch)
    elsewhere.folder.mkdir()
    elsewhere.begin(settings)
    request = room.file()
    room.run("ask", request)
    with pytest.raises(CommandError, match="same ceremony"):
        room.run("sign", room.locked, request, room.file(), typed=elsewhere.shares[:3])


def test_a_grant_goes_to_a_member_of_the_unit_only(room, unit):
    amna = newcomer(unit)
    stranger = make_member("Sana", make_unit("children"), keys=False)
    with pytest.raises(CommandError, match="not a unit of this member"):
        room.run("ask-restore", room.file(), "--member", stranger.email, "--unit=adults")
    request, answer = room.file(), room.file()
    room.run("ask-restore", request, "--member", amna.email, "--unit=adults")
    document = json.loads(request.read_text())
    document["keys"][0]["member"] = str(stranger.pk)
    request.write_text(json.dumps(document))
    room.run("open", room.locked, request, answer, typed=room.shares[:3])
    with pytest.raises(CommandError, match="Refused"):
        room.run("restore", answer)


def test_other_numbers_and_other_files(room, settings, tmp_path, monkeypatch):
    other = Room(tmp_path / "other", monkeypatch)
    other.folder.mkdir()
    other.begin(settings, "--threshold=2", "--shares=3")
    assert len(other.shares) == 3
    with pytest.raises(CommandError, match="At least two"):
        room.run("begin", room.file(), "--threshold=1")
    with pytest.raises(CommandError, match="there already"):
        room.run("begin", room.locked)
    with pytest.raises(CommandError, match="cannot be read"):
        room.run("accept", room.file())
    with pytest.raises(CommandError, match="holds no signatures"):
        room.run("accept", room.locked)
    with pytest.raises(CommandError, match="No key waits"):
        room.run("ask", room.file())


def opened(case, ring) -> str:
    key = unseal.key_for_unit(case.key, case=case.pk, keyring=ring)
    return envelope.open_blob(key, case.summary, case=case.pk, field="summary", record=case.pk).decode()


# --- a file that may show a child ----------------------------------------------------------------------------------------
def test_a_preserved_file_opens_for_three_of_the_five_and_for_nobody_here(room, unit, settings):
    settings.LEGAL_INSTRUCTION = instruction.parse("preserve: Legal/2026/14")
    custody.new_worker_key()
    hina = newcomer(unit, "Hina")
    room.sign(room.shares[:3])
    case, screen = make_case(unit), as_bytes(draw(Shot(5, size=(270, 600))))
    file = evidence.receive(case_id=case.pk, ticket=case.submission, number=1, content=screen)
    process(evidence_id=file.pk)
    seen = evidence.look(evidence=file, by=hina, keyring=keyring_of(hina)).content
    with pytest.raises(CommandError, match="locked and preserved"):
        room.run("ask-release", file.pk, room.file())
    evidence.suspect_child(evidence=file, by=hina, keyring=keyring_of(hina))
    request, picture = room.file(), room.folder / "picture.webp"
    room.run("ask-release", file.pk, request)
    assert seen.hex() not in request.read_text()
    assert "Legal/2026/14" in room.run("release", room.locked, request, picture, typed=room.shares[2:])
    assert picture.read_bytes() == seen
    assert Entry.objects.get(event="evidence_exported").subject == str(case.pk)
    file.refresh_from_db()
    assert file.exported_at                              # from now on its case may come to an end
    cut = json.loads(request.read_text())
    cut["pages"] = cut["pages"][:0]
    other = room.file()
    other.write_text(json.dumps(cut))
    with pytest.raises(CommandError, match="pages of it are missing"):
        room.run("release", room.locked, other, room.folder / "other.webp", typed=room.shares[2:])
    with pytest.raises(CommandError, match="is there already"):
        room.run("release", room.locked, request, picture, typed=room.shares[2:])
