"""Passkeys in Chromium, with its virtual authenticator (CDP WebAuthn): what staff see and do, in both languages."""
from typing import Any

import pytest
from django.conf import LazySettings
from playwright.sync_api import CDPSession, Page

from cases.audit.models import Entry
from cases.vault.models import PasskeyLock
from portal.accounts.models import Passkey, User
from tests.browser.look import look, shoot
from tests.factories.cases import make_case, make_member, make_unit, signed_in
from tests.portal.accounts.conftest import with_password

PASSWORD = "correct horse battery staple"  # noqa: S105
STORY = "He asks for money by tonight"
AUTHENTICATOR = {"protocol": "ctap2", "ctap2Version": "ctap2_1", "transport": "internal", "hasResidentKey": True, "hasPrf": True,
                 "hasUserVerification": True, "isUserVerified": True, "automaticPresenceSimulation": True}


@pytest.fixture
def base(live: str, settings: LazySettings) -> str:
    """The portal under a name: browsers give a number no passkey. No demonstration."""
    settings.DEMO = False
    url = live.replace("127.0.0.1", "localhost")
    settings.BASE_URL, settings.ORIGINS = url, dict.fromkeys(settings.ORIGINS, url)
    return url


@pytest.fixture
def ayesha(base: str) -> User:
    unit = make_unit()
    member = with_password(make_member("Ayesha Khan", unit, email="ayesha@example.org"))
    make_case(unit, story=STORY)
    return member


def device(page: Page, **differs: Any) -> tuple[CDPSession, str]:
    cdp = page.context.new_cdp_session(page)
    cdp.send("WebAuthn.enable")
    made = cdp.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR | differs})
    return cdp, made["authenticatorId"]


def enter(page: Page, base: str, member: User, language: str = "en", **how: bool) -> None:
    page.context.clear_cookies()
    client = signed_in(member, language=language, **how)
    page.context.add_cookies([{"name": name, "value": morsel.value, "url": base} for name, morsel in client.cookies.items()])


def keep(page: Page, name: str, language: str) -> list[str]:
    faults = look(page)
    page.set_viewport_size({"width": 360 if language == "ur" else 1280, "height": 740})
    shoot(page, f"{name}-{language}")
    return faults


def press(page: Page, purpose: str) -> None:
    page.locator(f"form[data-passkey]:has([name=purpose][value={purpose}]) button").click()


def add(page: Page, base: str, name: str) -> None:
    page.goto(f"{base}/desk/passkeys/")
    page.fill("#id_name", name)
    press(page, "add")
    page.get_by_text(name, exact=True).first.wait_for()


@pytest.mark.parametrize("language", ["en", "ur"])
def test_added_signed_in_with_unlocked_with_and_removed(base, open_page, ayesha, language):
    page = open_page(locale="ur-PK" if language == "ur" else "en-GB")
    User.objects.update(language=language)
    device(page)
    enter(page, base, ayesha, language)
    page.goto(f"{base}/desk/account/")
    faults = keep(page, "account", language)
    page.goto(f"{base}/desk/passkeys/")
    faults += keep(page, "passkeys-none", language)
    add(page, base, "Telephone")
    press(page, "attach")
    page.locator(".tag.p").wait_for()
    assert PasskeyLock.objects.count() == 1
    faults += keep(page, "passkeys", language)

    page.locator("header form[action$='sign-out/'] button").click()
    page.wait_for_url("**/desk/sign-in/**")
    page.locator("form[data-passkey]").wait_for()
    faults += keep(page, "sign-in-passkey", language)
    press(page, "sign-in")
    page.wait_for_url("**/desk/unlock/**")
    faults += keep(page, "unlock-passkey", language)
    press(page, "unlock")
    page.wait_for_url(f"{base}/desk/")
    assert STORY in page.content()
    assert Entry.objects.filter(event="vault_unlocked", details__passkey=str(Passkey.objects.get().pk)).exists()

    page.goto(f"{base}/desk/passkeys/")                     # the same device has one already
    press(page, "add")
    page.locator("form[data-passkey=create] [role=alert]:not([hidden])").wait_for()
    faults += keep(page, "passkeys-known", language)
    assert Passkey.objects.count() == 1
    assert not faults, "\n".join(faults)


@pytest.mark.parametrize("language", ["en", "ur"])
def test_a_newcomer_begins_with_a_passkey_and_uses_it_second(base, open_page, ayesha, language):
    page = open_page(locale="ur-PK" if language == "ur" else "en-GB")
    User.objects.update(language=language)
    device(page)
    type_password(page, base)
    page.locator("form[data-passkey]").wait_for()
    faults = keep(page, "enrol-passkey", language)
    press(page, "enrol")
    page.locator(".recovery li").first.wait_for()
    assert page.locator(".recovery li").count() == 10
    page.context.clear_cookies()
    type_password(page, base)
    page.locator("form[data-passkey]").wait_for()
    faults += keep(page, "code-passkey", language)
    press(page, "factor")
    page.wait_for_url("**/desk/unlock/**")
    assert not faults, "\n".join(faults)


def type_password(page: Page, base: str) -> None:
    page.goto(f"{base}/desk/sign-in/")
    page.fill("#id_email", "ayesha@example.org")
    page.fill("#id_password", PASSWORD)
    page.locator("main form:not([data-passkey]) .btn").click()
    page.wait_for_url("**/desk/sign-in/*/")


@pytest.mark.parametrize("language", ["en", "ur"])
def test_before_a_dangerous_act_a_passkey_proves_and_nothing_typed_is_lost(base, open_page, ayesha, language):
    page = open_page()
    sana = make_member("Sana Malik", make_unit(), keys=False)
    device(page)
    enter(page, base, ayesha, language)
    add(page, base, "Telephone")
    enter(page, base, ayesha, language, fresh=False)
    page.goto(f"{base}/desk/keys/")
    page.locator("main form[action$='grant/'] button").first.click()
    page.locator("form[data-passkey]").wait_for()
    faults = keep(page, "prove", language)
    page.complaints.clear()                                 # the 401 is meant
    press(page, "prove")
    page.locator("main form[action$='grant/'] button").wait_for()
    faults += keep(page, "proved", language)
    page.locator("main form[action$='grant/'] button").click()
    page.wait_for_url("**/desk/keys/")
    assert sana.key_grants.exists()
    assert not faults, "\n".join(faults)


def test_a_device_without_prf_adds_a_passkey_that_opens_no_vault(base, open_page, ayesha):
    page = open_page()
    device(page, hasPrf=False)
    enter(page, base, ayesha)
    add(page, base, "Old key")
    assert page.locator("form[data-passkey=get]").count() == 0
    assert not Passkey.objects.get().can_unlock


def test_a_device_that_checks_nobody_is_told_kindly(base, open_page, ayesha):
    page = open_page()
    device(page, hasUserVerification=False, isUserVerified=False)
    enter(page, base, ayesha)
    page.goto(f"{base}/desk/passkeys/")
    press(page, "add")
    page.locator("form[data-passkey=create] [role=alert]:not([hidden])").wait_for()
    assert not Passkey.objects.exists()


def test_a_copied_page_gets_no_answer(base, open_page, ayesha, settings):
    """The same pages under another name, as a copy would be: the browser refuses our name to it."""
    page = open_page()
    device(page)
    enter(page, base, ayesha)
    add(page, base, "Telephone")
    settings.PASSKEY_RP_ID = "desk.example.org"
    settings.ORIGINS = dict.fromkeys(settings.ORIGINS, "https://desk.example.org")
    page.context.clear_cookies()
    page.goto(f"{base}/desk/sign-in/")
    press(page, "sign-in")
    page.locator("form[data-passkey] [role=alert]:not([hidden])").wait_for()
    assert "sign-in" in page.url


def test_a_number_for_an_address_is_explained(live, open_page, settings):
    settings.DEMO = True
    ayesha = make_member("Ayesha Khan", make_unit())
    page = open_page()
    enter(page, live, ayesha)
    page.goto(f"{live}/desk/passkeys/")
    assert "localhost" in page.locator("main").inner_text()
    assert page.locator("form[data-passkey]").count() == 0


def test_without_a_script_no_button_leads_nowhere(base, open_page):
    page = open_page(javascript=False)
    page.goto(f"{base}/desk/sign-in/")
    assert not page.locator("form[data-passkey]").is_visible()


# --- the vault that locks itself --------------------------------------------------------------------------------------
@pytest.mark.parametrize("language", ["en", "ur"])
def test_the_page_is_covered_when_the_vault_locks_and_keeps_what_was_typed(base, open_page, ayesha, settings, language):
    settings.VAULT_IDLE_SECONDS = 6
    page = open_page()
    enter(page, base, ayesha, language)
    page.goto(f"{base}/desk/")
    page.locator(".grid a.ref, .grid .ref a, main a[href*='/desk/case/']").first.click()
    page.fill("#writeform_text", "A long answer, half written")
    assert STORY in page.locator("main").inner_text()
    page.locator("#idle").wait_for()
    assert not page.locator("main").is_visible()
    assert "vault" not in {cookie["name"] for cookie in page.context.cookies()}
    faults = keep(page, "idle", language)
    settings.VAULT_IDLE_SECONDS = 900
    enter(page, base, ayesha, language)                     # unlocked in another tab
    page.evaluate("dispatchEvent(new Event('focus'))")
    page.locator("main").wait_for()
    assert page.input_value("#writeform_text") == "A long answer, half written"
    page.complaints[:] = [words for words in page.complaints if "423" not in words]         # a draft that came a moment too late
    assert not faults, "\n".join(faults)
