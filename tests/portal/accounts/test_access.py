"""Which views a stranger reaches, what each role meets first, and in which language."""
from importlib import import_module, reload
from urllib.parse import urlsplit

import pytest
from django.core import mail
from django.test import Client
from django.urls import URLPattern, URLResolver, reverse

from awareness.groups import grant
from cases.audit.models import Entry
from cases.permissions import Role
from portal.accounts import invitations, urls
from portal.accounts.models import User
from portal.accounts.pages import destination, home_of
from tests.factories.cases import signed_in
from tests.portal.accounts.conftest import PASSWORD, app_code, is_signed_in, set_up_factor, sign_in, with_password

# Everything that answers without sign-in. Whoever adds a line says why.
OPEN = {
    "portal.health.healthz": "for whoever watches the process",
    "portal.accounts.views.entrance.sign_in": "the way in",
    "portal.accounts.views.entrance.code": "the way in; serves who has typed the right password",
    "portal.accounts.views.entrance.enrol": "the way in; serves who has typed the right password",
    "portal.accounts.views.entrance.begin": "the way in; serves who has typed the right password and code",
    "portal.accounts.views.single_sign_on.start": "the way in, by the ministry's provider",
    "portal.accounts.views.single_sign_on.back": "the way in; serves what the provider signed",
    "portal.accounts.views.single_sign_on.enter": "the way in; serves what the provider signed, once",
    "portal.accounts.views.invitations.accept": "the way in; serves who has a link that was sent to them",
    "portal.accounts.views.passkeys.sign_in": "the way in",
    "portal.accounts.views.passkeys.arriving_challenge": "the way in: a random number, for whoever asks",
    "portal.accounts.views.passkeys.factor": "the way in; serves who has typed the right password",
    "portal.accounts.views.passkeys.enrol": "the way in; serves who has typed the right password",
    "portal.pages.language": "the sign-in page in the other language",
    "portal.urls.cms.sign_in": "leads to the one sign-in",
    "wagtail.admin.views.account.LoginView": "never reached: portal.urls.cms.sign_in comes first",
    "wagtail.admin.api.views.PagesAdminAPIViewSet": "guarded by Wagtail itself: see test_wagtails_api_serves_no_stranger",
    "wagtail.images.api.admin.views.ImagesAdminAPIViewSet": "as above",
    "wagtail.documents.api.admin.views.DocumentsAdminAPIViewSet": "as above",
}


def views(patterns, above=""):
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from views(pattern.url_patterns, above + str(pattern.pattern))
        elif isinstance(pattern, URLPattern):
            yield above + str(pattern.pattern), pattern.callback


def name_of(view) -> str:
    view = getattr(view, "view_class", view)
    return f"{view.__module__}.{view.__qualname__}"


def test_every_staff_view_requires_sign_in_or_is_named_above():
    found = [pair for role in ("desk", "cms") for pair in views(import_module(f"portal.urls.{role}").urlpatterns)]
    assert len(found) > 100
    unguarded = {name_of(view): route for route, view in found if not getattr(view, "login_required", True)}
    assert unguarded.keys() == OPEN.keys(), unguarded


@pytest.mark.usefixtures("one_login")
@pytest.mark.parametrize("name", ["pages", "images", "documents"])
def test_wagtails_api_serves_no_stranger(client, ayesha, name):
    assert client.get(f"/cms/api/main/{name}/").status_code == 302
    assert signed_in(ayesha).get(f"/cms/api/main/{name}/").status_code == 403


def test_the_middleware_that_requires_it_is_there(settings):
    assert "portal.accounts.middleware.StaffOnly" in settings.MIDDLEWARE


@pytest.mark.parametrize("path", [
    "/desk/", "/desk/case/26-10917/", "/desk/unlock/", "/desk/keys/", "/desk/account/", "/cms/", "/cms/pages/"])
def test_a_stranger_is_led_to_sign_in_and_back(client, path):
    answer = client.get(path)
    assert answer.status_code == 302
    assert answer["Location"].startswith("/desk/sign-in/?next=")


@pytest.mark.parametrize("path", ["/desk/bulk/", "/desk/lock/", "/desk/sign-out/", "/desk/keys/grant/", "/desk/language/"])
def test_a_stranger_posts_nothing(client, path):
    assert client.post(path)["Location"].startswith("/desk/sign-in/?next=")
    assert not Entry.objects.exists()


@pytest.mark.parametrize("path", ["/cms/login/", "/cms/password_reset/", "/cms/password_reset/done/"])
def test_wagtails_own_doors_are_shut(client, path):
    assert b'name="password"' not in client.get(path).content


@pytest.fixture
def editor(db) -> User:
    grant()
    return with_password(User.objects.create_user("e@example.org", name="Editor", role="campaign_editor", language="en"))


def test_wagtails_own_form_signs_nobody_in(client, editor):
    answer = client.post("/cms/login/", {"username": "e@example.org", "password": PASSWORD, "next": "/cms/"})
    assert answer["Location"].startswith("/desk/sign-in/")
    assert not is_signed_in(client)


@pytest.mark.parametrize("path", ["", "confirm/x/set-password/", "complete/"])
def test_nobody_gets_in_by_mail(client, editor, path):
    for method in (client.get, client.post):
        assert method(f"/cms/password_reset/{path}", {"email": "e@example.org"}).status_code in {302, 403, 404}
    assert not mail.outbox


def test_the_cms_offers_no_password_of_its_own(editor):
    browser = signed_in(editor, unlocked=False)
    page = browser.get("/cms/account/").content.decode()
    assert 'type="password"' not in page
    assert 'type="email"' not in page
    browser.post("/cms/account/", {"password-old_password": PASSWORD, "password-new_password1": "a new long password",
                                   "password-new_password2": "a new long password", "name_email-email": "other@example.org"})
    editor.refresh_from_db()
    assert editor.check_password(PASSWORD)
    assert editor.email == "e@example.org"


def test_leaving_the_cms_is_signing_out(editor):
    browser = signed_in(editor, unlocked=False)
    answer = browser.post("/cms/logout/")
    assert (answer["Location"], answer["Clear-Site-Data"]) == ("/desk/sign-in/", '"cache", "storage"')
    assert not is_signed_in(browser)
    assert Entry.objects.filter(event="signed_out", subject=str(editor.pk)).exists()


@pytest.mark.parametrize(("role", "home"), [
    (Role.CASEWORKER, "/desk/"), (Role.SUPERVISOR, "/desk/"), (Role.CAMPAIGN_EDITOR, "/cms/"), (Role.CAMPAIGN_PUBLISHER, "/cms/"),
    (Role.AUDITOR, "/desk/audit/"), (Role.ADMINISTRATOR, "/desk/people/"),
    (Role.INTAKE_OPERATOR, "/desk/intake/"), (Role.ANALYST, "/desk/figures/")])
def test_each_role_has_a_home_and_a_menu_of_its_own(role, home):
    grant()
    member = User.objects.create_user("x@example.org", name="Kiran Shah", role=role.value, language="en")
    assert home_of(member) == destination("/desk/", member) == home
    assert destination("/desk/keys/", member) == "/desk/keys/"
    browser = signed_in(member, unlocked=False)
    assert browser.get(home).status_code == 200
    account = browser.get("/desk/account/").content.decode()
    assert "Kiran Shah" in account
    assert f'class="brand" href="{home}"' in account
    assert ('href="/desk/keys/"' in account) is member.reads_cases
    assert ('href="/cms/"' in account) is member.edits_campaigns
    assert ('href="/desk/people/"' in account) is (role == Role.ADMINISTRATOR)
    assert ("no report, no name and no message" in account) is not member.reads_cases


def test_the_cms_knows_no_vault(settings):
    """Its process routes the sign-in and nothing that opens a key."""
    settings.PORTAL_ROLE = "cms"
    try:
        names = {pattern.name for pattern in reload(urls).urlpatterns}
        assert not names & {"unlock", "lock", "keys", "grant", "people", "invite", "person", "change_person", "begin_again"}
        assert {"sign_in", "code", "enrol", "begin", "prove", "sign_out", "language", "home", "sessions"} <= names
    finally:
        settings.PORTAL_ROLE = "all"
        reload(urls)


def test_in_the_cms_a_caseworker_is_told_where_to_sign_in(client, ayesha, settings):
    """But only once the password was right. Nobody of the desk begins there by a link either."""
    settings.PORTAL_ROLE = "cms"
    set_up_factor(ayesha)
    assert "signs in at the desk" in sign_in(client, code=app_code(ayesha)).content.decode()
    assert "signs in at the desk" not in sign_in(client, password="wrong").content.decode()  # noqa: S106
    assert not is_signed_in(client)
    path = urlsplit(invitations.issue(member=ayesha, by=None, mail=False)).path
    assert client.get(path).status_code == 404
    User.objects.filter(pk=ayesha.pk).update(role=Role.CAMPAIGN_EDITOR)
    assert client.get(path).status_code == 200


# --- language ---------------------------------------------------------------------------------------------------------
def test_the_language_is_the_members_and_for_staff_pages_only(ayesha):
    browser = signed_in(ayesha, unlocked=False)
    answer = browser.post("/desk/language/", {"language": "ur", "next": "/desk/account/"})
    assert answer["Location"] == "/desk/account/"
    assert (answer.cookies["language"].value, answer.cookies["language"]["path"]) == ("ur", "/desk/")
    ayesha.refresh_from_db()
    assert ayesha.language == "ur"
    browser.cookies["language"] = "ur"
    assert 'dir="rtl"' in browser.get("/desk/account/").content.decode()


def test_the_button_in_the_header_remembers_it(ayesha, client):
    assert 'action="/desk/language/"' in signed_in(ayesha, unlocked=False).get("/desk/account/").content.decode()
    assert f'action="{reverse("language")}"' in client.get("/desk/sign-in/").content.decode()


@pytest.mark.parametrize("typed", ["", "fr", "../en", "ur; path=/"])
def test_no_other_language_is_kept(ayesha, typed):
    answer = signed_in(ayesha, unlocked=False).post("/desk/language/", {"language": typed})
    assert "language" not in answer.cookies
    ayesha.refresh_from_db()
    assert ayesha.language == "en"


def test_signing_in_brings_the_members_language(ayesha, settings):
    settings.DEMO = True
    User.objects.filter(pk=ayesha.pk).update(language="ur")
    browser = Client()
    sign_in(browser)
    assert browser.cookies["language"].value == "ur"


# --- forms ------------------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("path", [
    "/desk/sign-in/", "/desk/sign-in/code/", "/desk/unlock/", "/desk/sign-out/", "/desk/keys/grant/"])
def test_no_form_works_without_its_token(ayesha, path):
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(ayesha)
    assert browser.post(path, {"email": "ayesha@example.org", "password": "x"}).status_code == 403
