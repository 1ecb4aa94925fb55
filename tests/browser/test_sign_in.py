"""The way in, as staff see it: first sign-in from start password to open vault, and handing a key over; both languages."""
import base64
import re
import time

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from playwright.sync_api import Page

from cases.permissions import Role
from portal.accounts import services
from portal.accounts.models import User
from tests.browser.look import look, shoot
from tests.factories.cases import make_case, make_member, make_unit, signed_in

OWN, VAULT = "my own long password", "پانچ لفظ جو کوئی نہیں جانتا"
STORY = "He asks for money by tonight"


def app_code(page: Page) -> str:
    """What an app shows that took up the secret on this page."""
    secret = re.search(r"secret=([A-Z2-7]+)", page.content())
    assert secret
    return TOTP(base64.b32decode(secret[1]), 6, SHA1(), 30).generate(int(time.time())).decode()  # noqa: S303


def keep(page: Page, name: str, language: str) -> list[str]:
    faults = look(page)
    page.set_viewport_size({"width": 360 if language == "ur" else 1280, "height": 740})
    shoot(page, f"{name}-{language}")
    return faults


def press(page: Page) -> None:
    """Waits for the whole answer: without JavaScript nothing else on the page would."""
    with page.expect_navigation():
        page.locator("main .btn[type=submit]").click()


@pytest.mark.parametrize(("language", "javascript"), [("en", True), ("ur", True), ("ur", False)])
def test_a_newcomer_gets_in_and_a_colleague_hands_over_the_key(live, open_page, settings, language, javascript):
    settings.DEMO = False
    unit = make_unit()
    ayesha = make_member("Ayesha Khan", unit, language=language)
    make_case(unit, story=STORY)
    sana, start = services.add_member(email="sana@example.org", name="Sana Malik", role=Role.SUPERVISOR, units=[unit], by=None,
                                      language=language)
    seeing = open_page(locale="ur-PK" if language == "ur" else "en-GB")
    page = open_page(javascript=javascript, locale="ur-PK" if language == "ur" else "en-GB")

    def watched(name: str) -> list[str]:
        """The checks need scripts of their own: on a page without JavaScript, only the picture is taken."""
        if javascript:
            return keep(page, name, language)
        page.set_viewport_size({"width": 360, "height": 740})
        shoot(page, f"{name}-{language}")
        return []

    page.goto(f"{live}/desk/")
    assert page.locator("html").get_attribute("lang") == language
    faults = watched("sign-in")
    page.fill("#id_email", "sana@example.org")
    page.fill("#id_password", start)
    press(page)
    faults += watched("enrol")
    page.fill("#id_code", "000000")
    press(page)
    faults += watched("enrol-wrong")
    page.fill("#id_code", app_code(page))
    press(page)
    assert page.locator(".recovery li").count() == 10
    faults += watched("recovery-codes")
    page.locator("main .btn").click()
    faults += watched("begin")
    for field, words in {"password": OWN, "password_again": OWN, "passphrase": VAULT, "passphrase_again": VAULT}.items():
        page.fill(f"#id_{field}", words)
    press(page)
    page.wait_for_url("**/desk/")
    assert STORY not in page.content()                      # waits for the key

    enter(seeing, live, ayesha, language)
    seeing.goto(f"{live}/desk/keys/")
    faults += keep(seeing, "keys", language)
    seeing.locator("main .bar .btn").click()
    faults += keep(seeing, "keys-none", language)
    page.reload()
    assert STORY in page.content()

    enter(seeing, live, ayesha, language, unlocked=False)
    for path, name in (("unlock/", "unlock"), ("keys/", "keys-locked")):
        seeing.goto(f"{live}/desk/{path}")
        faults += keep(seeing, name, language)
    assert not faults, "\n".join(faults)


def enter(page: Page, base: str, member: User, language: str, *, unlocked: bool = True) -> None:
    page.context.clear_cookies()
    client = signed_in(member, language=language, unlocked=unlocked)
    page.context.add_cookies([{"name": name, "value": morsel.value, "url": base} for name, morsel in client.cookies.items()])
