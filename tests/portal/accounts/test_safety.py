"""One's own password and recovery codes, and the vault that locks itself."""
import re
import time

import pytest
from django.test import Client

from cases.audit.models import Entry
from cases.vault.parking import PARKED
from portal.accounts.models import User
from tests.factories.cases import make_case, signed_in
from tests.portal.accounts.conftest import PASSWORD, is_signed_in, set_up_factor, sign_in

NEW = "another long password"
STORY = "He asks for money by tonight"


# --- the password -----------------------------------------------------------------------------------------------------
def change(browser: Client, password: str = NEW, again: str = NEW):
    return browser.post("/desk/password/", {"password": password, "password_again": again})


def test_a_new_password_ends_other_sessions_and_keeps_this_one_open(ayesha, unit):
    make_case(unit, story=STORY)
    here, elsewhere = signed_in(ayesha), signed_in(ayesha)
    before = here.cookies["staff"].value
    assert change(here)["Location"] == "/desk/account/"
    assert STORY in here.get("/desk/").content.decode()
    assert here.cookies["staff"].value != before
    assert elsewhere.get("/desk/").status_code == 302
    ayesha.refresh_from_db()
    assert ayesha.check_password(NEW)
    assert Entry.objects.filter(event="password_changed", subject=str(ayesha.pk)).count() == 1


@pytest.mark.parametrize(("password", "again", "said"), [
    (PASSWORD, PASSWORD, "have now"), ("short", "short", "at least 12"), ("password1234", "password1234", "less common"),
    (NEW, "something else", "not the same")])
def test_what_is_no_new_password(ayesha, password, again, said):
    assert said in change(signed_in(ayesha), password, again).content.decode()
    ayesha.refresh_from_db()
    assert ayesha.check_password(PASSWORD)


def test_a_locked_vault_stays_locked(ayesha, unit):
    make_case(unit, story=STORY)
    browser = signed_in(ayesha, unlocked=False)
    change(browser)
    assert STORY not in browser.get("/desk/").content.decode()


@pytest.mark.parametrize("path", ["/desk/password/", "/desk/recovery-codes/"])
def test_both_want_a_fresh_proof(ayesha, path):
    browser = signed_in(ayesha, fresh=False)
    assert browser.get(path)["Location"].startswith("/desk/prove/?next=")
    answer = browser.post(path, {"password": NEW, "password_again": NEW})
    assert answer.status_code == 401
    assert NEW not in answer.content.decode()
    ayesha.refresh_from_db()
    assert ayesha.check_password(PASSWORD)


# --- recovery codes ---------------------------------------------------------------------------------------------------
def test_new_codes_work_once_and_old_ones_no_more(ayesha):
    old = set_up_factor(ayesha)
    browser = signed_in(ayesha)
    assert "10 unused" in browser.get("/desk/recovery-codes/").content.decode()
    page = browser.post("/desk/recovery-codes/").content.decode()
    codes = re.findall(r'<li class="hash"><bdi dir="ltr">([0-9 ]+)</bdi>', page)
    assert len(set(codes)) == 10
    assert codes[0] not in browser.get("/desk/recovery-codes/").content.decode()
    for code, works in ((old[0], False), (codes[0], True), (codes[0], False)):
        other = Client()
        sign_in(other, code=code)
        assert is_signed_in(other) is works
    assert "9 unused" in browser.get("/desk/recovery-codes/").content.decode()
    assert Entry.objects.filter(event="recovery_codes_made").count() == 2       # at enrolment, and now


# --- the vault that locks itself --------------------------------------------------------------------------------------
def parked_since(browser: Client, *, begun: int = 0, used: int = 0) -> None:
    session, now = browser.session, int(time.time())
    locked, _begun, _used = session[PARKED]
    session[PARKED] = [locked, now - begun, now - used]
    session.save()


def seconds(response) -> int:
    return response.json()["seconds"]


def test_the_page_may_ask_how_long_the_vault_is_open(ayesha, settings):
    browser = signed_in(ayesha)
    parked_since(browser, used=100)
    before = browser.session[PARKED]
    assert settings.VAULT_IDLE_SECONDS - 105 <= seconds(browser.get("/desk/vault/state/")) <= settings.VAULT_IDLE_SECONDS - 100
    assert browser.session[PARKED] == before                        # asking is no use of it
    parked_since(browser, begun=settings.VAULT_AT_MOST_SECONDS - 30)
    assert seconds(browser.get("/desk/vault/state/")) <= 30
    assert seconds(signed_in(ayesha, unlocked=False).get("/desk/vault/state/")) == 0


def test_typing_keeps_it_open(ayesha, settings):
    browser = signed_in(ayesha)
    session = browser.session
    session[PARKED] = [session[PARKED][0], session[PARKED][1], int(time.time()) - 600]
    session.save()
    assert seconds(browser.post("/desk/vault/state/")) > settings.VAULT_IDLE_SECONDS - 5


def test_once_the_time_is_up_both_halves_of_the_key_go(ayesha, settings):
    browser = signed_in(ayesha)
    assert 'id="idle"' in browser.get("/desk/account/").content.decode()
    parked_since(browser, used=settings.VAULT_IDLE_SECONDS)
    assert 'id="idle"' not in browser.get("/desk/account/").content.decode()        # nothing there to cover
    response = browser.post("/desk/vault/state/")
    assert seconds(response) == 0
    assert response.cookies["vault"].value == ""
    assert PARKED not in browser.session


@pytest.mark.parametrize("role", ["analyst", "campaign_editor", "administrator"])
def test_who_has_no_vault_has_no_state_of_it(role):
    member = User.objects.create_user("x@example.org", name="X", role=role, language="en")
    assert signed_in(member, unlocked=False).get("/desk/vault/state/").status_code == 403
