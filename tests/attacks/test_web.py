"""Attacks through the browser and the address line: forged requests, forged hosts, tempting links, paths that climb."""
import html
import re
from collections.abc import Iterator
from importlib import reload
from pathlib import Path

import pytest
from django.conf import settings as project
from django.test import Client
from django.urls import clear_url_caches

from awareness.groups import grant
from cases.audit.models import Entry
from cases.permissions import Role
from portal.accounts import invitations
from portal.accounts.models import User
from portal.urls import everything, media as media_urls, public
from tests.attacks.addresses import NIL, routed
from tests.factories.cases import make_case, make_member, signed_in
from tests.portal.accounts.conftest import app_code, set_up_factor, sign_in, with_password

DESK, CMS = routed("desk", "/desk/"), routed("cms", "/cms/")
ELSEWHERE = ["https://evil.example/", "//evil.example/", "///evil.example/", "/\\evil.example/", "\\\\evil.example/",
             "https:evil.example", "http:///evil.example", "javascript:alert(1)", "data:text/html,x", "\thttps://evil.example/",
             "/%09/evil.example", "https://testserver@evil.example/", "https://testserver.evil.example/", "ftp://testserver/"]


# --- cross-site request forgery ---------------------------------------------------------------------------------------
def test_the_addresses_are_all_there():
    assert len(DESK) > 30
    assert len(CMS) > 100
    assert f"/desk/people/{NIL}/change/" in dict(DESK)


def test_no_staff_view_is_exempt():
    exempt = {path for path, view in [*DESK, *CMS] if getattr(view, "csrf_exempt", False)}
    assert {path for path in exempt if not path.startswith("/cms/api/main/")} == set()


@pytest.mark.parametrize("method", ["post", "put", "patch", "delete"])
def test_what_wagtails_api_exempts_changes_nothing(method):
    grant()
    browser = signed_in(make_member("Hina", role=Role.CAMPAIGN_PUBLISHER), unlocked=False)
    assert browser.get("/cms/api/main/images/").status_code == 200
    browser.handler.enforce_csrf_checks = True              # for acts on pages its own authentication asks for the token
    for path, _ in routed("cms", "/cms/api/main/"):
        assert getattr(browser, method)(path).status_code in {403, 405}, path


@pytest.mark.parametrize("sent", ["nothing", "made up", "theirs"])
def test_a_forged_post_is_refused_at_every_address_of_the_desk(unit, sent):
    """With the member's own cookies, as a foreign page sends it: without a token, with a made-up one, with the attacker's."""
    case = make_case(unit)
    member = make_member("Ayesha", unit, role=Role.SUPERVISOR)
    browsers = [signed_in(member), signed_in(make_member("Rabia", role=Role.ADMINISTRATOR))]
    stranger = Client(enforce_csrf_checks=True)
    stranger.get("/desk/sign-in/")
    fields = {"nothing": {}, "made up": {"csrfmiddlewaretoken": "x" * 64},
              "theirs": {"csrfmiddlewaretoken": stranger.cookies["csrf"].value}}[sent]
    before = Entry.objects.count()
    for browser in browsers:
        browser.get("/desk/account/")
        browser.handler.enforce_csrf_checks = True
        answers = {path: browser.post(path.replace("/case/x/", f"/case/{case.ref}/"), fields).status_code for path, _ in DESK}
        assert set(answers.values()) == {403}, {path: code for path, code in answers.items() if code != 403}
    assert Entry.objects.count() == before


def test_a_right_token_from_a_foreign_origin_is_refused(unit):
    browser = signed_in(make_member("Ayesha", unit))
    browser.get("/desk/account/")
    browser.handler.enforce_csrf_checks = True
    fields = {"csrfmiddlewaretoken": browser.cookies["csrf"].value}
    assert browser.post("/desk/lock/", fields, headers={"origin": "https://evil.example"}).status_code == 403
    assert browser.post("/desk/lock/", fields, headers={"origin": "null"}).status_code == 403
    assert browser.post("/desk/lock/", fields, headers={"origin": "http://testserver"}).status_code == 302


# --- open redirect ----------------------------------------------------------------------------------------------------
def leads_elsewhere(address: str) -> bool:
    """As the most lenient browser reads it: backslashes are slashes, tabs and line breaks nothing, and a scheme is enough."""
    read = address.translate({ord("\\"): "/", ord("\t"): None, ord("\n"): None, ord("\r"): None}).strip()
    return bool(re.match(r"[a-zA-Z][a-zA-Z0-9+.-]*:|//", read)) and not read.startswith("http://testserver/")


@pytest.mark.parametrize("wish", ELSEWHERE)
def test_next_leads_nowhere_else(client, unit, wish):
    ayesha = with_password(make_member("Ayesha", unit, email="ayesha@example.org"))
    set_up_factor(ayesha)
    entered = sign_in(client, code=app_code(ayesha), next=wish)
    browser = signed_in(ayesha)
    answers = {
        "sign in": entered, "signed out": Client().get("/desk/", {"next": wish}), "language": browser.post(
            "/desk/language/", {"language": "ur", "next": wish}), "language of a stranger": Client().post(
            "/desk/language", {"language": "ur", "next": wish}), "cms": Client().get("/cms/login/", {"next": wish}),
        "keys": browser.get("/desk/keys/", {"next": wish})}
    assert entered.status_code == 302
    assert not [name for name, answer in answers.items() if leads_elsewhere(answer.headers.get("Location", ""))]
    page = Client().get("/desk/sign-in/", {"next": wish}).content.decode()
    assert not leads_elsewhere(html.unescape(re.search(r'name="next" value="([^"]*)"', page)[1]))


def test_this_test_would_notice():
    assert {wish for wish in ELSEWHERE if not leads_elsewhere(wish)} == {"/%09/evil.example"}      # a page of ours
    assert not leads_elsewhere("/desk/account/")


# --- host header ------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("host", ["evil.example", "testserver.evil.example", "testserver@evil.example", "evil.example:80",
                                  "testserver\\.evil.example"])
def test_another_hosts_name_is_refused(client, host):
    answer = client.get("/desk/sign-in/", headers={"host": host})
    assert answer.status_code == 400
    assert "evil.example" not in answer.content.decode()


@pytest.mark.parametrize("header", ["x-forwarded-host", "x-host", "forwarded", "x-forwarded-server", "x-original-host"])
def test_a_forwarded_name_is_not_believed(client, unit, header):
    answer = client.get("/desk/", headers={header: "host=evil.example" if header == "forwarded" else "evil.example"})
    assert "evil.example" not in f"{answer.content.decode()}{dict(answer.headers)}"


def test_a_link_to_begin_names_our_own_host_whoever_asks(unit):
    member = make_member("Sana", unit)
    link = invitations.issue(member=member, by=None, mail=False)
    assert link.startswith(f"{project.ORIGINS['desk']}/desk/invitation/")


# --- paths that climb -------------------------------------------------------------------------------------------------
CLIMBS = ["../{}", "%2e%2e/{}", "..%2f{}", "%2e%2e%2f{}", "..%5c{}", "....//{}", "./../{}", "x/../../{}", "%252e%252e/{}", "//{}",
          "/{}", "..;/{}", "{}%00.png"]


@pytest.fixture
def media(settings) -> Iterator[Path]:
    """The embedded default hands out campaign files itself; elsewhere the web server in front does."""
    project.MEDIA_ROOT.mkdir(parents=True, exist_ok=True)
    settings.EMBEDDED = True
    reload(media_urls), reload(public), reload(everything)
    clear_url_caches()
    yield project.MEDIA_ROOT
    settings.EMBEDDED = False
    reload(media_urls), reload(public), reload(everything)
    clear_url_caches()


@pytest.mark.parametrize("root", ["/media/", "/static/", "/documents/", "/media/documents/", "/media/images/"])
@pytest.mark.parametrize("climb", CLIMBS)
def test_no_path_climbs_out_of_what_is_served(client, media, root, climb):
    secret = Path(project.DATA) / "marker.txt"
    secret.write_text("Xyzzy")
    try:
        for target in ("marker.txt", str(secret), "secrets.json", "mehfooz.sqlite3", "worker-keys/1.key", "etc/passwd"):
            answer = client.get(root + climb.format(target), follow=True)
            body = b"".join(answer.streaming_content) if answer.streaming else answer.content
            assert answer.status_code in {400, 404}, (root, climb, target, answer.status_code)
            assert b"Xyzzy" not in body
            assert b"root:" not in body
    finally:
        secret.unlink()


def test_what_is_meant_to_be_served_is(client, media):
    shown = media / "shown.txt"
    shown.write_text("Shown")
    try:
        assert b"".join(client.get("/media/shown.txt").streaming_content) == b"Shown"
    finally:
        shown.unlink()


def test_no_directory_is_listed(client, media):
    for path in ("/media/", "/media/images/", "/static/", "/static/css/"):
        assert client.get(path, follow=True).status_code == 404, path


def test_a_member_is_not_named_to_a_stranger(client, unit):
    member = make_member("Ayesha Khan", unit)
    for path, _ in DESK:
        text = client.get(path).content.decode()
        assert "Ayesha" not in text, path
    assert User.objects.filter(pk=member.pk).exists()
