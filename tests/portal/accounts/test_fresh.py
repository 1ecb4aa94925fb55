"""A proof that is minutes old before a dangerous act: asked once, forgotten after ten minutes, and nothing typed is lost."""
import re
import time

import pytest
from django.http import HttpResponse, QueryDict
from django.test import Client, RequestFactory

from cases.audit.models import Entry
from cases.vault.models import KeyGrant
from portal.accounts import fresh, waiting
from portal.accounts.models import User
from tests.factories.cases import fingerprint_of, make_member, signed_in
from tests.portal.accounts.conftest import PASSWORD, app_code, set_up_factor, sign_in

GRANT = "/desk/keys/grant/"


@pytest.fixture
def sana(unit, ayesha) -> User:
    """Waits for the unit's key, which Ayesha holds."""
    return make_member("Sana Malik", unit, keys=False)


def minutes_ago(browser: Client, seconds: int) -> None:
    session = browser.session
    session[fresh.FRESH] = int(time.time()) - seconds
    session.save()


def hidden(response: HttpResponse) -> dict[str, str]:
    return dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', response.content.decode()))


def proof(member: User) -> dict[str, str]:
    return {"password": PASSWORD, "code": app_code(member)}


def test_a_sign_in_is_a_proof(client, ayesha):
    set_up_factor(ayesha)
    sign_in(client, code=app_code(ayesha))
    assert 0 <= time.time() - client.session[fresh.FRESH] < 60


@pytest.mark.parametrize(("age", "asked"), [(0, False), (590, False), (600, True), (-60, True)])
def test_it_is_forgotten_after_ten_minutes(ayesha, sana, unit, age, asked):
    browser = signed_in(ayesha)
    minutes_ago(browser, age)
    browser.post(GRANT, {"unit": unit.pk, "member": sana.pk, "fingerprint": fingerprint_of(sana)})
    assert KeyGrant.objects.filter(member=sana).exists() is not asked


def test_what_was_sent_too_late_is_kept_and_sent_after_the_proof(ayesha, sana, unit):
    set_up_factor(ayesha)
    browser = signed_in(ayesha, fresh=False)
    asked = browser.post(GRANT, {"unit": unit.pk, "member": sana.pk, "fingerprint": fingerprint_of(sana), "password": "a secret"})
    assert asked.status_code == 401
    assert "Is it you?" in asked.content.decode()
    assert "a secret" not in asked.content.decode()
    answer = browser.post("/desk/prove/", hidden(asked) | proof(ayesha))
    waiting = hidden(answer)
    assert f'action="{GRANT}"' in answer.content.decode()
    assert (waiting["unit"], waiting["member"]) == (str(unit.pk), str(sana.pk))
    assert not KeyGrant.objects.filter(member=sana).exists()
    browser.post(GRANT, waiting)
    assert KeyGrant.objects.filter(member=sana).exists()


def test_a_wrong_proof_loses_nothing_either(ayesha, sana, unit):
    set_up_factor(ayesha)
    browser = signed_in(ayesha, fresh=False)
    asked = browser.post(GRANT, {"unit": unit.pk, "member": sana.pk, "fingerprint": fingerprint_of(sana)})
    again = browser.post("/desk/prove/", hidden(asked) | {"password": "wrong", "code": app_code(ayesha)})
    assert hidden(again)["carried-unit"] == str(unit.pk)
    assert "This is not your password." in again.content.decode()
    browser.post(GRANT, {"unit": unit.pk, "member": sana.pk, "fingerprint": fingerprint_of(sana)})
    assert not KeyGrant.objects.filter(member=sana).exists()


@pytest.mark.parametrize("missing", ["password", "code"])
def test_half_a_proof_is_none(ayesha, missing):
    set_up_factor(ayesha)
    browser = signed_in(ayesha, fresh=False)
    assert browser.post("/desk/prove/", proof(ayesha) | {missing: ""}).status_code == 200
    assert fresh.FRESH not in browser.session


def test_a_code_is_only_tried_behind_a_right_password(ayesha):
    set_up_factor(ayesha)
    code = app_code(ayesha)
    browser = signed_in(ayesha, fresh=False)
    browser.post("/desk/prove/", {"password": "wrong", "code": code})
    browser.post("/desk/prove/", {"password": PASSWORD, "code": code})        # it was not used up
    assert fresh.FRESH in browser.session
    assert Entry.objects.filter(event="member_proved", subject=str(ayesha.pk)).count() == 1


def test_a_page_asks_first_and_leads_back(rf: RequestFactory, ayesha):
    request = rf.get("/desk/somewhere/?a=1&b=2")
    request.user, request.session = ayesha, {}
    page = fresh.required(lambda request: HttpResponse("the form"))
    assert page(request)["Location"] == "/desk/prove/?next=%2Fdesk%2Fsomewhere%2F%3Fa%3D1%26b%3D2"
    fresh.stamp(request)
    assert page(request).content == b"the form"
    set_up_factor(ayesha)
    browser = signed_in(ayesha, fresh=False)
    assert browser.post("/desk/prove/", {**proof(ayesha), "next": "/desk/keys/?a=1"})["Location"] == "/desk/keys/?a=1"


@pytest.mark.parametrize("wish", ["https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)"])
def test_it_leads_and_sends_to_our_own_pages_only(ayesha, wish):
    set_up_factor(ayesha)
    browser = signed_in(ayesha, fresh=False)
    answer = browser.post("/desk/prove/", {**proof(ayesha), "next": wish, "carried-unit": "x"})
    assert answer["Location"] == "/desk/"
    assert 'name="next" value=""' in browser.get("/desk/prove/", {"next": wish}).content.decode()


def test_no_secret_waits_on_a_page():
    post = QueryDict("unit=1&reason=two+words&code=123456&current=c&passphrase=p&new_password=q&credential=c&prf=d"
                     "&csrfmiddlewaretoken=t")
    assert waiting.typed(post) == [("unit", "1"), ("reason", "two words")]


def test_in_the_demonstration_the_password_is_enough(ayesha, settings):
    settings.DEMO = True
    browser = signed_in(ayesha, fresh=False)
    browser.post("/desk/prove/", {"password": PASSWORD})
    assert fresh.FRESH in browser.session


def test_a_proof_renames_the_session_and_keeps_the_vault_open(ayesha):
    set_up_factor(ayesha)
    browser = signed_in(ayesha)
    minutes_ago(browser, 600)
    copied = browser.cookies["staff"].value
    browser.post("/desk/prove/", proof(ayesha))
    thief = Client()
    thief.cookies["staff"] = copied
    assert browser.cookies["staff"].value != copied
    assert thief.get("/desk/").status_code == 302
    assert "Vault open" in browser.get("/desk/").content.decode()
