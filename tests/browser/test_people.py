"""The administrator's pages in both languages, and the way from an invitation to the first page."""
import pytest
from playwright.sync_api import Page

from cases.escalation import registry
from cases.escalation.models import Channel
from cases.escalation.registry.changes import diff, propose
from cases.escalation.registry.entries import key_of, rows
from cases.permissions import Role
from portal.accounts.models import User
from tests.browser.look import look, shoot
from tests.factories.cases import make_member, make_unit, signed_in


def keep(page: Page, name: str, language: str) -> list[str]:
    faults = [f"{name}: {fault}" for fault in look(page)]
    page.set_viewport_size({"width": 360 if language == "ur" else 1280, "height": 740})
    shoot(page, f"{name}-{language}")
    return faults


@pytest.mark.parametrize("language", ["en", "ur"])
def test_inviting_placing_and_seeing_off(live, open_page, language):
    unit = make_unit()
    admin = make_member("Rabia Noor", role=Role.ADMINISTRATOR, language=language)
    make_member("Ayesha Khan", unit, language=language)
    make_member("Bilal Raza", unit, keys=False, language=language)
    locale = "ur-PK" if language == "ur" else "en-GB"
    page, theirs = open_page(locale=locale), open_page(locale=locale)
    client = signed_in(admin, unlocked=False, language=language)
    page.context.add_cookies([{"name": name, "value": morsel.value, "url": live} for name, morsel in client.cookies.items()])

    page.goto(f"{live}/desk/people/")
    faults = keep(page, "people", language)
    page.goto(f"{live}/desk/people/invite/")
    page.fill("#id_email", "sana@example.org")
    page.click("main .btn[type=submit]")                        # the name is missing, the address stays
    assert page.input_value("#id_email") == "sana@example.org"
    faults += keep(page, "invite-refused", language)
    page.fill("#id_name", "Sana Malik")
    page.check("input[name=units][value=adults]")
    page.check("input[name=way][value=hand]")
    page.click("main .btn[type=submit]")
    link = page.locator("main .hash").inner_text()
    faults += keep(page, "people-link", language)

    sana = User.objects.get(email="sana@example.org")
    hina = make_member("Hina Gul", role=Role.ADMINISTRATOR)
    page.goto(f"{live}/desk/people/{sana.pk}/")
    faults += keep(page, "person", language)
    page.goto(f"{live}/desk/account/sessions/")
    faults += keep(page, "sessions", language)
    page.goto(f"{live}/desk/account/")
    faults += keep(page, "account", language)

    registry.seed()
    mail = Channel.objects.get(platform__slug="tiktok", kind="email")
    change = propose(steps=diff(rows(), {key_of(mail): {"address": "a@tiktok.com", "harms": ["bullying"]}}), why="x", by=hina)
    for name in ("", "due", f"channel/{mail.pk}", f"changes/{change.pk}"):
        page.goto(f"{live}/desk/settings/registry/{name}{'/' if name else ''}")
        faults += keep(page, f"registry-{name.partition('/')[0]}", language)

    theirs.goto(f"{live}/desk/invitation/{link.rstrip('/').rpartition('/')[2]}/")
    faults += keep(theirs, "invitation", language)
    for name in ("#id_password", "#id_password_again"):
        theirs.fill(name, "my own long password")
    theirs.click("main .btn[type=submit]")
    theirs.wait_for_url("**/sign-in/begin/")                     # the demonstration asks for no second factor
    theirs.goto(f"{live}/desk/invitation/{link.rstrip('/').rpartition('/')[2]}/")
    faults += keep(theirs, "invitation-void", language)
    theirs.complaints[:] = [words for words in theirs.complaints if "status of 404" not in words]
    assert not faults, "\n".join(faults)
