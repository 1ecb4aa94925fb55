"""The page Keys after somebody has left, and another vault passphrase."""
import re
import time

import pytest

from cases.permissions import Role
from cases.services import assign
from cases.units.models import Membership
from cases.vault import custody, hpke, signing
from cases.vault.ceremony import recovery_context
from cases.vault.models import DataKeyWrap, KeyGrant, StaffKey, UnitKey
from cases.vault.trust import fingerprint, link
from cases.vault.unseal import WrongPassphrase, keyring, unlock_staff
from portal.accounts import fresh, people, services
from tests.factories.cases import fingerprint_of, keyring_of, make_case, make_member, make_unit, private_of, signed_in

OLD, NEW = "پانچ لفظ جو کوئی نہیں جانتا", "چھ دوسرے لفظ جو کوئی نہیں جانتا"
STORY = "He asks for money by tonight"


@pytest.fixture
def left(ayesha, unit):
    """Bilal, who held the key, has left."""
    make_case(unit, story=STORY)
    bilal = make_member("Bilal Raza", unit)
    custody.revoke(unit, bilal, actor="system")
    Membership.objects.filter(member=bilal).delete()
    return bilal


@pytest.fixture
def owner(unit):
    """Has a key behind a passphrase, and the unit's."""
    member = make_member("Owner", unit, email="owner@example.org", keys=False)
    custody.new_staff_key(member, OLD)
    custody.new_unit_key(unit, members=[member], actor="system")
    return member


def proved(browser):
    """Has shown password and code a moment ago."""
    session = browser.session
    session[fresh.FRESH] = int(time.time())
    session.save()
    return browser


def test_a_leavers_open_session_reads_nothing_more(ayesha, unit):
    make_case(unit, story=STORY)
    bilal = make_member("Bilal Raza", unit)
    browser = signed_in(bilal)
    assert STORY in browser.get("/desk/").content.decode()
    custody.revoke(unit, bilal, actor="system")
    assert STORY not in browser.get("/desk/").content.decode()      # the vault is open, and the unit's key is gone


def test_who_is_moved_to_another_unit_leaves_cases_and_keys_and_gets_the_first_key_of_the_new_one(ayesha, unit):
    bilal, elsewhere = make_member("Bilal Raza", unit), make_unit("children")
    case = make_case(unit)
    assign(case=case, to=bilal, by=ayesha)
    people.change(member=bilal, role=Role.CASEWORKER, units=[elsewhere], by=make_member("Rabia", role="administrator"))
    case.refresh_from_db()
    assert case.assignee is None
    assert list(KeyGrant.objects.filter(member=bilal).values_list("key__unit", flat=True)) == [elsewhere.pk]
    assert UnitKey.objects.get(unit=unit).rotate_since


def test_who_is_switched_off_has_no_case_and_no_key(ayesha, unit):
    bilal, case = make_member("Bilal Raza", unit), make_case(unit)
    assign(case=case, to=bilal, by=ayesha)
    people.deactivate(member=bilal, by=make_member("Rabia", role="administrator"))
    case.refresh_from_db()
    assert case.assignee is None
    assert not KeyGrant.objects.filter(member=bilal).exists()
    assert "needs a new key" in signed_in(ayesha).get("/desk/").content.decode()


# --- a rotation that is owed ------------------------------------------------------------------------------------------
def test_whoever_holds_the_key_is_told_on_their_first_page_and_rotates_by_one_button(ayesha, unit, left):
    browser = signed_in(ayesha)
    assert "needs a new key" in browser.get("/desk/").content.decode()
    assert "Make a new key" in browser.get("/desk/keys/").content.decode()
    assert browser.post("/desk/keys/rotate/", {"unit": unit.pk})["Location"] == "/desk/keys/"
    assert "needs a new key" not in browser.get("/desk/").content.decode()
    assert STORY in browser.get("/desk/").content.decode()
    assert set(DataKeyWrap.objects.filter(recipient="unit").values_list("version", flat=True)) == {2}


def test_a_second_press_makes_no_third_version(ayesha, unit, left):
    browser = signed_in(ayesha)
    for _ in range(2):
        browser.post("/desk/keys/rotate/", {"unit": unit.pk})
    assert UnitKey.objects.filter(unit=unit).count() == 2


def test_locked_strangers_and_keyless_rotate_nothing(ayesha, unit, left):
    stranger, newcomer = make_member("Sana", make_unit("children")), make_member("Newcomer", unit, keys=False)
    for path in ("rotate", "rewrap"):
        locked = signed_in(ayesha, unlocked=False).post(f"/desk/keys/{path}/", {"unit": unit.pk})
        assert "Unlock the vault" in locked.content.decode()
        assert signed_in(stranger).post(f"/desk/keys/{path}/", {"unit": unit.pk}).status_code == 404
        assert signed_in(ayesha).post(f"/desk/keys/{path}/", {"unit": "nonsense"}).status_code == 404
    assert signed_in(newcomer).post("/desk/keys/rotate/", {"unit": unit.pk}).status_code == 403
    assert "Make a new key" not in signed_in(newcomer).get("/desk/keys/").content.decode()
    assert UnitKey.objects.filter(unit=unit).count() == 1


@pytest.mark.parametrize("act", ["grant", "rotate", "rewrap", "recovery"])
def test_whoever_finds_a_desk_unattended_changes_no_keys(ayesha, unit, left, act):
    newcomer = make_member("Newcomer", unit, keys=False)
    fields = {"unit": unit.pk, "member": newcomer.pk, "fingerprint": fingerprint_of(newcomer)}
    asked = signed_in(ayesha, fresh=False).post(f"/desk/keys/{act}/", fields)
    assert asked.status_code == 401
    assert "Is it you?" in asked.content.decode()
    assert (UnitKey.objects.count(), KeyGrant.objects.count()) == (1, 1)


def test_a_key_that_was_swapped_while_its_fingerprint_was_read_aloud_gets_nothing(ayesha, unit):
    newcomer = make_member("Newcomer", unit, keys=False)
    browser = signed_in(ayesha)
    page = browser.get("/desk/keys/").content.decode()
    seen = re.search(r'name="fingerprint" value="([^"]+)"', page)[1]
    assert seen == fingerprint_of(newcomer)
    StaffKey.objects.filter(member=newcomer).update(public=hpke.new_pair()[1])
    browser.post("/desk/keys/grant/", {"unit": unit.pk, "member": newcomer.pk, "fingerprint": seen})
    assert not KeyGrant.objects.filter(member=newcomer).exists()
    assert "This changed while you were looking" in browser.get("/desk/keys/").content.decode()


def test_a_unit_that_the_ceremony_has_not_signed_rotates_too(ayesha, unit, left, settings):
    settings.ROOT_PUBLIC_KEY = signing.verify_key(bytes(32))        # another root than signed this unit's key
    browser = signed_in(ayesha)
    assert browser.post("/desk/keys/rotate/", {"unit": unit.pk})["Location"] == "/desk/keys/"
    assert UnitKey.objects.filter(unit=unit).count() == 2
    assert "2 keys of earlier cases" in browser.get("/desk/keys/").content.decode()


def test_who_made_a_new_pair_and_then_leaves_makes_a_rotation_due(ayesha, unit):
    """They held the key before, and may have kept a copy; only the log knows."""
    bilal = make_member("Bilal Raza", unit)
    custody.new_staff_key(bilal, NEW)
    assert not KeyGrant.objects.filter(member=bilal).exists()
    people.deactivate(member=bilal, by=make_member("Rabia", role="administrator"))
    assert UnitKey.objects.get(unit=unit).rotate_since


def test_who_never_had_the_key_leaves_without_a_rotation(ayesha, unit):
    newcomer = make_member("Newcomer", unit, keys=False)
    people.deactivate(member=newcomer, by=make_member("Rabia", role="administrator"))
    assert UnitKey.objects.get(unit=unit).rotate_since is None


def test_who_holds_an_older_version_only_is_no_second_holder(ayesha, unit):
    bilal = make_member("Bilal Raza", unit)
    custody.new_unit_key(unit, members=[ayesha], actor="system", keyring=keyring_of(ayesha))
    assert KeyGrant.objects.filter(member=bilal).exists()
    with pytest.raises(services.LastHolder):
        services.new_passphrase(member=ayesha, passphrase=NEW)


def test_of_two_new_starts_that_would_lose_the_key_the_second_is_refused(ayesha, unit):
    """The first still has the grant, until the next sign-in makes a new pair."""
    bilal, rabia = make_member("Bilal Raza", unit), make_member("Rabia", role="administrator")
    people.start_over(member=bilal, by=rabia, vault=True, mail=False)
    with pytest.raises(services.LastHolder):
        people.start_over(member=ayesha, by=rabia, vault=True, mail=False)


def test_what_one_batch_leaves_is_offered_again(ayesha, unit):
    make_case(unit)
    custody.new_unit_key(unit, members=[ayesha], actor="system", keyring=keyring_of(ayesha))
    browser = signed_in(ayesha)
    assert "2 keys of earlier cases" in browser.get("/desk/keys/").content.decode()
    browser.post("/desk/keys/rewrap/", {"unit": unit.pk})
    assert "of earlier cases" not in browser.get("/desk/keys/").content.decode()


def test_a_newcomer_who_can_be_given_the_key_is_announced(ayesha, unit):
    browser = signed_in(ayesha)
    assert "waits for the key" not in browser.get("/desk/").content.decode()
    newcomer = make_member("Newcomer", unit, keys=False)
    assert "1 colleague waits for the key" in browser.get("/desk/").content.decode()
    assert fingerprint(hpke.public_of(private_of(newcomer))) in browser.get("/desk/keys/").content.decode()
    sana = make_member("Sana", make_unit("children"))
    assert "waits for the key" not in signed_in(sana).get("/desk/").content.decode()


def test_the_fingerprint_is_of_what_the_member_holds(ayesha, unit):
    key = UnitKey.objects.get(unit=unit)
    real = fingerprint(link(key).message)
    UnitKey.objects.filter(unit=unit).update(public=StaffKey.objects.get(member=ayesha).public)     # a database that lies
    page = signed_in(ayesha).get("/desk/keys/").content.decode()
    assert real in page
    assert "No report can be sealed to this unit yet" in page


def test_a_key_from_before_the_ceremony_is_sealed_to_it_by_one_button(ayesha, unit, settings):
    private, settings.RECOVERY_PUBLIC_KEY = hpke.new_pair()
    browser = signed_in(ayesha)
    assert "Seal it for recovery" in browser.get("/desk/keys/").content.decode()
    browser.post("/desk/keys/recovery/", {"unit": unit.pk})
    assert "Seal it for recovery" not in browser.get("/desk/keys/").content.decode()
    key = UnitKey.objects.get(unit=unit)
    opened = hpke.open_blob(private, key.sealed_to_recovery, info=recovery_context(unit=unit.pk, key=key.pk))
    assert hpke.public_of(opened) == bytes(key.public)


def test_without_a_ceremony_none_is_offered(ayesha, unit):
    assert "Seal it for recovery" not in signed_in(ayesha).get("/desk/keys/").content.decode()


def test_a_member_reads_the_fingerprint_of_their_own_key(ayesha, unit):
    mine = fingerprint(hpke.public_of(private_of(ayesha)))
    assert mine in signed_in(ayesha).get("/desk/keys/").content.decode()
    assert mine not in signed_in(ayesha, unlocked=False).get("/desk/keys/").content.decode()


# --- the passphrase ---------------------------------------------------------------------------------------------------
def change(browser, current, new=NEW, again=None):
    return browser.post("/desk/account/passphrase/", {"current": current, "passphrase": new, "passphrase_again": again or new})


def test_another_passphrase_opens_the_same_keys(owner, unit, browser_of):
    make_case(unit, story=STORY)
    browser = browser_of(owner)
    assert change(browser, OLD)["Location"] == "/desk/keys/"
    with pytest.raises(WrongPassphrase):
        unlock_staff(owner, OLD)
    browser.post("/desk/unlock/", {"passphrase": NEW})
    assert STORY in browser.get("/desk/").content.decode()
    assert KeyGrant.objects.filter(member=owner).exists()


def test_another_passphrase_ends_the_sessions_of_whoever_knew_the_old_one(owner, unit, browser_of):
    browser, elsewhere = browser_of(owner), browser_of(owner)
    elsewhere.post("/desk/unlock/", {"passphrase": OLD})
    change(browser, OLD)
    assert elsewhere.get("/desk/")["Location"].startswith("/desk/sign-in/")
    assert browser.get("/desk/keys/").status_code == 200


def test_the_page_is_no_second_door_for_guesses(owner, browser_of):
    browser = browser_of(owner)
    answers = [change(browser, f"guess {n}").content.decode() for n in range(7)]
    assert ["Too many" in answer for answer in answers] == [False] * 6 + [True]
    change(browser, OLD)
    assert len(unlock_staff(owner, OLD)) == 32


@pytest.mark.parametrize(("current", "new", "again", "said"), [
    ("wrong", NEW, NEW, "does not open the vault"), (OLD, "short", "short", "at least 12 characters"),
    (OLD, NEW, "another", "not the same"), (OLD, OLD, OLD, "Choose another one"),
])
def test_what_is_wrong_is_said_and_nothing_changes(owner, browser_of, current, new, again, said):
    assert said in change(browser_of(owner), current, new, again).content.decode()
    assert len(unlock_staff(owner, OLD)) == 32


def test_the_page_that_changes_it_is_no_way_to_guess_it(owner, browser_of):
    """Guesses made there and at the vault's own page are one count."""
    browser = browser_of(owner)
    said = [change(browser, f"guess number {n}").content.decode() for n in range(5)]
    assert all("does not open the vault" in page for page in said)
    browser.post("/desk/unlock/", {"passphrase": "guess number 5"})
    assert "Too many wrong passphrases" in change(browser, OLD).content.decode()
    assert len(unlock_staff(owner, OLD)) == 32


def test_a_lost_passphrase_makes_new_keys_that_wait_for_a_colleague(owner, unit, browser_of):
    colleague = make_member("Colleague", unit, keys=False)
    make_case(unit, story=STORY)
    custody.grant(custody.current_unit_key(unit), colleague, actor="system",
                  keyring=keyring(owner, unlock_staff(owner, OLD)))
    browser = proved(browser_of(owner))
    answer = browser.post("/desk/account/passphrase/lost/", {"passphrase": NEW, "passphrase_again": NEW})
    assert answer["Location"] == "/desk/keys/"
    assert STORY not in browser.get("/desk/").content.decode()
    assert "1 colleague waits" in signed_in(colleague).get("/desk/").content.decode()
    helper = proved(signed_in(colleague))
    seen = fingerprint(StaffKey.objects.get(member=owner).public)
    helper.post("/desk/keys/grant/", {"unit": unit.pk, "member": owner.pk, "fingerprint": seen})
    assert STORY in browser.get("/desk/").content.decode()


def test_whoever_holds_a_key_alone_cannot_throw_it_away(owner, browser_of):
    before = bytes(StaffKey.objects.get(member=owner).public)
    browser = proved(browser_of(owner))
    assert "could never be read again" in browser.get("/desk/account/passphrase/lost/").content.decode()
    browser.post("/desk/account/passphrase/lost/", {"passphrase": NEW, "passphrase_again": NEW})
    assert bytes(StaffKey.objects.get(member=owner).public) == before


def test_new_keys_take_a_fresh_proof(owner, browser_of):
    browser = browser_of(owner)
    session = browser.session
    session[fresh.FRESH] = 0
    session.save()
    assert browser.get("/desk/account/passphrase/lost/")["Location"].startswith("/desk/prove/")
    assert browser.post("/desk/account/passphrase/lost/", {"passphrase": NEW, "passphrase_again": NEW}).status_code == 401
