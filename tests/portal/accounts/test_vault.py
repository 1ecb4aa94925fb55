"""Unlocking, locking, leaving, and handing a unit's key to a colleague."""
import pytest

from cases.audit.models import Entry
from cases.units.services import join_unit
from cases.vault import custody
from cases.vault.models import KeyGrant, StaffKey
from cases.vault.turnstile import ARGON2ID
from portal.accounts.models import User
from tests.factories.cases import fingerprint_of, keyring_of, make_case, make_member, make_unit, signed_in
from tests.portal.accounts.conftest import with_password

PASSPHRASE = "پانچ لفظ جو کوئی نہیں جانتا"  # noqa: S105
STORY = "He asks for money by tonight"


@pytest.fixture
def owner(unit) -> User:
    """Has a key behind a passphrase, and the unit's."""
    member = make_member("Owner", unit, email="owner@example.org", keys=False)
    custody.new_staff_key(member, PASSPHRASE)
    custody.new_unit_key(unit, members=[member], actor="system")
    return member


# --- unlocking --------------------------------------------------------------------------------------------------------
def test_the_passphrase_opens_what_was_written(owner, unit, browser_of):
    make_case(unit, story=STORY)
    browser = browser_of(owner)
    assert STORY not in browser.get("/desk/").content.decode()              # locked: metadata only
    assert browser.post("/desk/unlock/", {"passphrase": PASSPHRASE, "next": "/desk/?mine=on"})["Location"] == "/desk/?mine=on"
    assert STORY in browser.get("/desk/").content.decode()
    assert browser.cookies["vault"]["httponly"]
    assert browser.cookies["vault"]["samesite"] == "Strict"


def test_locked_staff_see_that_a_case_is_there_and_not_a_word_of_it(owner, unit, browser_of):
    case = make_case(unit, story=STORY)
    browser = browser_of(owner)
    for path in ("/desk/", f"/desk/case/{case.ref}/"):
        page = browser.get(path).content.decode()
        assert case.ref in page
        assert STORY not in page
        assert "/desk/unlock/" in page


def test_a_wrong_passphrase_is_said_and_logged(owner, browser_of):
    response = browser_of(owner).post("/desk/unlock/", {"passphrase": "something else"})
    assert "does not open the vault" in response.content.decode()
    assert "vault" not in response.cookies
    assert Entry.objects.filter(event="unlock_failed", subject=str(owner.pk)).count() == 1


def test_who_guesses_passphrases_waits_and_the_owner_elsewhere_does_not(owner, browser_of):
    guesser = browser_of(owner)
    answers = [guesser.post("/desk/unlock/", {"passphrase": f"guess {n}"}).content.decode() for n in range(7)]
    assert ["Too many" in answer for answer in answers] == [False] * 6 + [True]
    assert "Too many" in guesser.post("/desk/unlock/", {"passphrase": PASSPHRASE}).content.decode()
    assert Entry.objects.filter(event="unlock_failed").count() == 6
    assert browser_of(owner).post("/desk/unlock/", {"passphrase": PASSPHRASE}).status_code == 302


def test_a_crowd_at_the_vault_is_asked_to_try_again(owner, browser_of):
    browser = browser_of(owner)
    places = [ARGON2ID._present.acquire(blocking=False) for _ in range(10)]
    try:
        response = browser.post("/desk/unlock/", {"passphrase": PASSPHRASE})
    finally:
        for _ in places:
            ARGON2ID._present.release()
    assert "Many people are signing in just now" in response.content.decode()


def test_who_has_no_key_is_told_how_to_get_one(unit, browser_of):
    member = User.objects.create_user("new@example.org", name="New", role="caseworker", language="en")
    join_unit(unit=unit, member=member, by=None)
    page = browser_of(member).get("/desk/unlock/").content.decode()
    assert "choose a vault passphrase" in page
    assert 'name="passphrase"' not in page


def test_locking_drops_the_key_and_keeps_the_member_signed_in(ayesha, unit):
    make_case(unit, story=STORY)
    browser = signed_in(ayesha)
    assert STORY in browser.get("/desk/").content.decode()
    kept = browser.cookies["vault"].value
    assert browser.post("/desk/lock/")["Location"] == "/desk/unlock/"
    browser.cookies["vault"] = kept                                         # whoever copied the cookie has half of nothing
    assert STORY not in browser.get("/desk/").content.decode()
    assert browser.get("/desk/account/").status_code == 200
    assert Entry.objects.filter(event="vault_locked").exists()


def test_signing_out_ends_all(ayesha):
    browser = signed_in(ayesha)
    session = browser.session.session_key
    response = browser.post("/desk/sign-out/")
    assert response["Location"] == "/desk/sign-in/"
    assert response["Clear-Site-Data"] == '"cache", "storage"'
    assert response.cookies["vault"].value == ""
    assert not browser.session.exists(session)
    assert browser.get("/desk/")["Location"].startswith("/desk/sign-in/")


@pytest.mark.parametrize("path", ["/desk/lock/", "/desk/sign-out/", "/desk/language/", "/desk/keys/grant/"])
def test_what_changes_something_is_posted(ayesha, path):
    assert signed_in(ayesha).get(path).status_code == 405


# --- handing over a key -----------------------------------------------------------------------------------------------
@pytest.fixture
def sana(unit, ayesha) -> User:
    """New in Ayesha's unit: a key of her own, not the unit's."""
    return make_member("Sana Malik", unit, keys=False, email="sana@example.org")


def hand_over(browser, unit, member):
    seen = fingerprint_of(member) if StaffKey.objects.filter(member=member).exists() else ""
    return browser.post("/desk/keys/grant/", {"unit": unit.pk, "member": member.pk, "fingerprint": seen})


def test_a_holder_sees_who_waits_and_hands_over(ayesha, sana, unit):
    make_case(unit, story=STORY)
    browser = signed_in(ayesha)
    page = browser.get("/desk/keys/").content.decode()
    assert "sana@example.org" in page
    assert "ayesha@example.org" not in page
    assert STORY not in signed_in(sana).get("/desk/").content.decode()
    assert hand_over(browser, unit, sana)["Location"] == "/desk/keys/"
    assert STORY in signed_in(sana).get("/desk/").content.decode()
    assert "Nobody is waiting." in browser.get("/desk/keys/").content.decode()
    assert Entry.objects.filter(event="key_granted", actor=str(ayesha.pk), details__member=str(sana.pk)).exists()


def test_locked_nobody_hands_over(ayesha, sana, unit):
    browser = signed_in(ayesha, unlocked=False)
    page = browser.get("/desk/keys/").content.decode()
    assert "sana@example.org" in page
    assert "Hand over the key" not in page
    assert "Unlock the vault" in hand_over(browser, unit, sana).content.decode()
    assert not KeyGrant.objects.filter(member=sana).exists()


def test_who_waits_cannot_help_themselves(ayesha, sana, unit):
    browser = signed_in(sana)
    assert "do not hold this unit" in browser.get("/desk/keys/").content.decode()
    assert hand_over(browser, unit, sana).status_code == 403
    assert not KeyGrant.objects.filter(member=sana).exists()


def test_a_stranger_neither_sees_nor_hands_over(sana, unit):
    browser = signed_in(make_member("Stranger", make_unit("children")))
    assert "sana@example.org" not in browser.get("/desk/keys/").content.decode()
    assert hand_over(browser, unit, sana).status_code == 404


def test_a_key_goes_to_members_of_the_unit_only(ayesha, unit):
    stranger = make_member("Stranger", make_unit("children"))
    assert hand_over(signed_in(ayesha), unit, stranger).status_code == 404
    analyst = make_member("Analyst", unit, role="analyst", keys=False)      # in the unit, but reads no case
    assert hand_over(signed_in(ayesha), unit, analyst).status_code == 404


def test_who_has_not_begun_is_named_without_a_button(ayesha, unit):
    late = User.objects.create_user("late@example.org", name="Late", role="caseworker")
    join_unit(unit=unit, member=late, by=None)
    browser = signed_in(ayesha)
    page = browser.get("/desk/keys/").content.decode()
    assert "Has not chosen a passphrase yet" in page
    assert "Hand over the key" not in page
    assert hand_over(browser, unit, late).status_code == 404


def test_after_a_rotation_the_newest_key_is_handed_over(ayesha, sana, unit):
    custody.new_unit_key(unit, members=[ayesha], actor="system", keyring=keyring_of(ayesha))
    hand_over(signed_in(ayesha), unit, sana)
    assert KeyGrant.objects.get(member=sana).key.version == 2


@pytest.mark.parametrize("typed", [
    {}, {"unit": "x", "member": "y"}, {"unit": "00000000-0000-4000-8000-000000000000", "member": ""}])
def test_nonsense_is_not_found(ayesha, typed):
    assert signed_in(ayesha).post("/desk/keys/grant/", typed).status_code == 404


@pytest.mark.parametrize("role", ["analyst", "auditor", "administrator", "intake_operator", "campaign_editor"])
def test_who_reads_no_cases_has_no_vault(role, browser_of):
    browser = browser_of(with_password(User.objects.create_user("x@example.org", name="X", role=role)))
    for path in ("/desk/keys/", "/desk/unlock/"):
        assert browser.get(path).status_code == 403
    assert browser.post("/desk/keys/grant/").status_code == 403
