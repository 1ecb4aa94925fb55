"""Single sign-on: the right way in, and every answer of a provider that must not be believed."""
import re
import time
from collections.abc import Iterator

import pytest
from django.test import Client

from cases.audit.models import Entry
from cases.permissions import Role
from cases.units.models import Unit
from portal.accounts import fresh, people, services
from portal.accounts.models import Identity, Passkey, User
from tests.factories.cases import make_case, make_member, signed_in
from tests.fakes.oidc_provider import CLIENT, SECRET, Provider, provider, shared_secret
from tests.portal.accounts.conftest import PASSWORD, app_code, is_signed_in, set_up_factor, with_password

STORY = "Xyzzy, he wrote to my brother"


@pytest.fixture
def ministry(settings, monkeypatch) -> Iterator[Provider]:
    monkeypatch.setenv("AUTHLIB_INSECURE_TRANSPORT", "1")           # the provider of a test has no certificate
    with provider() as found:
        settings.OIDC_ISSUER, settings.OIDC_CLIENT_ID, settings.OIDC_CLIENT_SECRET = found.issuer, CLIENT, SECRET
        settings.OIDC_SECOND_FACTOR = ["otp", "hwk"]
        yield found


@pytest.fixture
def ayesha(unit: Unit) -> User:
    make_case(unit, story=STORY)
    return with_password(make_member("Ayesha Khan", unit, email="ayesha@example.org"))


@pytest.fixture
def bound(ayesha: User, ministry: Provider) -> User:
    set_up_factor(ayesha)
    Identity.objects.create(member=ayesha, issuer=ministry.issuer, subject="s-1")
    return ayesha


def there(client: Client, wish: str = "") -> str:
    """Where the desk leads the browser."""
    return client.get("/desk/single-sign-on/", {"next": wish} if wish else {})["Location"]


def back(client: Client, address: str):
    """What the browser does when the provider leads it back; the page's own form is sent if there is one."""
    page = client.get("/" + address.split("/", 3)[3])
    ticket = re.search(r'name="ticket" value="([^"]+)"', page.content.decode())
    return client.post("/desk/single-sign-on/enter/", {"ticket": ticket[1]}) if ticket else page


def went(client: Client, ministry: Provider, **said):
    return back(client, ministry.signs_in(there(client), **said))


# --- the right way ----------------------------------------------------------------------------------------------------
def test_a_bound_member_enters_and_the_vault_stays_shut(client, ministry, bound):
    answer = went(client, ministry, amr=["pwd", "otp"])
    assert answer["Location"] == "/desk/unlock/"
    assert is_signed_in(client)
    assert STORY not in client.get("/desk/").content.decode()


def test_the_providers_word_may_be_old_and_is_no_proof_for_dangerous_acts(client, ministry, bound):
    went(client, ministry, amr=["pwd", "otp"])
    assert fresh.FRESH not in client.session
    assert client.get("/desk/password/")["Location"].startswith("/desk/prove/")
    client.post("/desk/prove/", {"password": PASSWORD, "code": app_code(bound)})
    assert fresh.FRESH in client.session


@pytest.mark.parametrize("said", [{}, {"amr": ["pwd"]}, {"acr": "1"}])
def test_without_a_factor_that_counts_ours_is_asked(client, ministry, bound, said):
    assert went(client, ministry, **said)["Location"] == "/desk/sign-in/code/"
    assert not is_signed_in(client)
    client.post("/desk/sign-in/code/", {"code": app_code(bound)})
    assert is_signed_in(client)


def test_a_member_connects_after_proving_it_here(ministry, ayesha):
    browser = signed_in(ayesha)
    assert went(browser, ministry, subject="s-9")["Location"] == "/desk/account/"
    assert Identity.objects.get(member=ayesha).subject == "s-9"
    assert Entry.objects.filter(event="identity_bound", subject=str(ayesha.pk)).exists()


def test_they_are_led_to_where_they_wanted(client, ministry, bound):
    back_to = ministry.signs_in(there(client, "/desk/keys/"), amr=["hwk"])
    assert back(client, back_to)["Location"].endswith("next=%2Fdesk%2Fkeys%2F")


def test_it_is_off_until_configured(client, settings):
    assert settings.OIDC_ISSUER == ""
    assert {client.get("/desk/single-sign-on/").status_code, client.get("/desk/single-sign-on/back/").status_code,
            client.post("/desk/single-sign-on/enter/").status_code} == {404}
    assert "single-sign-on" not in client.get("/desk/sign-in/").content.decode()


def test_a_provider_that_is_down_is_said_and_the_password_still_works(client, ministry, bound):
    ministry.down = True
    answer = client.get("/desk/single-sign-on/")
    assert answer.status_code == 502
    assert "cannot be reached" in answer.content.decode()


def test_the_cookies_are_what_the_way_back_needs(client, ministry, bound):
    there(client)
    kept = client.cookies["oidc"]
    assert (kept["samesite"], kept["httponly"], kept["max-age"]) == ("Lax", True, 600)


# --- tokens that are not ours -----------------------------------------------------------------------------------------
@pytest.mark.parametrize("said", [
    {"nonce": "another"}, {"nonce": None}, {"aud": "another client"}, {"aud": None}, {"aud": [CLIENT, "another"]},
    {"aud": [CLIENT, "another"], "azp": "another"}, {"iss": "https://evil.example"}, {"iss": None}, {"exp": 1}, {"exp": None},
    {"iat": None}, {"sub": None}, {"amr": "otp"}], ids=str)
def test_a_token_that_is_not_for_us_or_not_for_now(client, ministry, bound, said):
    answer = went(client, ministry, **{"amr": ["otp"]} | said)
    assert answer.status_code == 403
    assert not is_signed_in(client)
    assert Entry.objects.filter(event="sign_in_failed").exists()


@pytest.mark.parametrize("forge", [
    lambda ministry: setattr(ministry, "signs_with", type(ministry.key).generate_key("P-256", {"kid": "1"})),
    lambda ministry: (setattr(ministry, "signs_with", shared_secret()), setattr(ministry, "algorithm", "HS256"))])
def test_a_token_signed_by_another_key(client, ministry, bound, forge):
    forge(ministry)
    assert went(client, ministry, amr=["otp"]).status_code == 403
    assert not is_signed_in(client)


def test_a_provider_that_gives_itself_another_name(client, ministry, bound):
    ministry.described_as = "https://evil.example"
    assert client.get("/desk/single-sign-on/").status_code == 502


# --- state ------------------------------------------------------------------------------------------------------------
def test_a_replayed_state(client, ministry, bound):
    """The whole answer a second time, with the cookie kept from the first."""
    address = ministry.signs_in(there(client), amr=["otp"])
    kept = client.cookies["oidc"].value
    assert back(client, address).status_code == 302
    thief = Client()
    thief.cookies["oidc"] = kept
    assert back(thief, address).status_code == 403
    assert not is_signed_in(thief)


def test_an_answer_planted_in_another_browser(client, ministry, bound):
    """The attacker signs in at the provider and leads the victim to the way back."""
    attacker = Client()
    address = ministry.signs_in(there(attacker), amr=["otp"])
    assert back(client, address).status_code == 403                 # no cookie at all
    there(client)
    assert back(client, address).status_code == 403                 # a cookie of her own attempt
    assert not is_signed_in(client)


@pytest.mark.parametrize("change", [("state=", "state=x"), ("code=", "code=x"), ("code=", "error=access_denied&x="),
                                    ("iss=", "iss=x")])
def test_an_answer_that_was_changed_on_the_way(client, ministry, bound, change):
    assert back(client, ministry.signs_in(there(client), amr=["otp"]).replace(*change)).status_code == 403
    assert not is_signed_in(client)


def test_a_ticket_is_good_once_and_not_for_another_page(client, ministry, bound):
    page = client.get("/" + ministry.signs_in(there(client), amr=["otp"]).split("/", 3)[3]).content.decode()
    ticket = re.search(r'name="ticket" value="([^"]+)"', page)[1]
    assert client.post("/desk/single-sign-on/enter/", {"ticket": ticket}).status_code == 302
    for presented in (ticket, "", "x", client.cookies["oidc"].value):
        assert Client().post("/desk/single-sign-on/enter/", {"ticket": presented}).status_code == 403


def test_a_ticket_sent_by_another_site(ministry, bound):
    client = Client(enforce_csrf_checks=True)
    page = client.get("/" + ministry.signs_in(there(client), amr=["otp"]).split("/", 3)[3]).content.decode()
    ticket = re.search(r'name="ticket" value="([^"]+)"', page)[1]
    assert Client(enforce_csrf_checks=True).post("/desk/single-sign-on/enter/", {"ticket": ticket}).status_code == 403


# --- whose account ----------------------------------------------------------------------------------------------------
def test_an_unknown_person_gets_no_account(client, ministry):
    before = User.objects.count()
    answer = went(client, ministry, subject="s-2", email="new@example.org", amr=["otp"])
    assert answer.status_code == 403
    assert User.objects.count() == before
    assert not is_signed_in(client)


def test_an_address_alone_opens_nobodys_account(client, ministry, ayesha):
    """Her address, verified, but she never connected it: signing in here comes first."""
    answer = went(client, ministry, subject="s-2", amr=["otp"])
    assert "Sign in once with your password" in answer.content.decode()
    assert not is_signed_in(client)
    assert not Identity.objects.exists()


@pytest.mark.parametrize("verified", [False, None, "true", 1, "yes"])
def test_an_unverified_address_is_not_connected(ministry, ayesha, verified):
    assert went(signed_in(ayesha), ministry, subject="s-2", verified=verified).status_code == 403
    assert not Identity.objects.exists()


def test_a_colleagues_address_is_not_connected(ministry, ayesha):
    assert went(signed_in(ayesha), ministry, subject="s-2", email="bilal@example.org").status_code == 403
    assert not Identity.objects.exists()


def test_another_subject_for_a_bound_member(client, ministry, bound):
    """Somebody takes over her address at the provider, as a new person there."""
    assert went(client, ministry, subject="s-2", amr=["otp"]).status_code == 403
    assert not is_signed_in(client)
    assert went(signed_in(bound), ministry, subject="s-2", amr=["otp"]).status_code == 403
    assert Identity.objects.get(member=bound).subject == "s-1"


def test_connecting_needs_a_fresh_proof(ministry, ayesha):
    browser = signed_in(ayesha)
    session = browser.session
    session[fresh.FRESH] = int(time.time()) - 3600
    session.save()
    assert went(browser, ministry, subject="s-2").status_code == 403
    assert not Identity.objects.exists()


def test_a_member_who_was_switched_off_or_given_a_new_start(client, ministry, bound):
    people.deactivate(member=bound, by=make_member("Rabia", role=Role.ADMINISTRATOR))
    assert went(client, ministry, amr=["otp"]).status_code == 403
    User.objects.filter(pk=bound.pk).update(is_active=True)
    services.start_over(member=User.objects.get(pk=bound.pk), by=None)
    assert went(client, ministry, amr=["otp"]).status_code == 403
    assert not is_signed_in(client)


def test_the_providers_words_give_no_role(client, ministry, bound):
    went(client, ministry, amr=["otp"], role="administrator", groups=["administrators"], roles=["supervisor"], name="Mallory")
    assert is_signed_in(client)
    bound.refresh_from_db()
    assert (bound.role, bound.name, bound.groups.count()) == ("caseworker", "Ayesha Khan", 0)


@pytest.mark.parametrize("wish", ["https://evil.example/", "//evil.example/", "/\\evil.example"])
def test_the_way_back_leads_nowhere_else(client, ministry, bound, wish):
    assert back(client, ministry.signs_in(there(client, wish), amr=["otp"]))["Location"] == "/desk/unlock/"


def test_made_up_answers_fill_no_log(client, ministry, bound):
    """Nobody who asks is signed in, and what the log holds stays for good."""
    for _ in range(30):
        assert client.get("/desk/single-sign-on/back/", {"state": "x", "code": "x"}).status_code == 403
    assert 0 < Entry.objects.filter(event="sign_in_failed").count() <= 20


# --- disconnecting ----------------------------------------------------------------------------------------------------
DISCONNECT = "/desk/single-sign-on/disconnect/"


def test_a_member_disconnects_and_the_provider_lets_nobody_in_any_more(client, ministry, bound):
    went(client, ministry, amr=["otp"])                             # somebody at the provider, in another browser
    browser = signed_in(bound)
    assert DISCONNECT in browser.get("/desk/account/").content.decode()
    assert browser.post(DISCONNECT)["Location"] == "/desk/account/"
    assert client.get("/desk/").status_code == 302                  # that session is over, this one goes on
    assert "Connect with single sign-on" in browser.get("/desk/account/").content.decode()
    assert went(client, ministry, amr=["otp"]).status_code == 403
    assert not is_signed_in(client)
    assert Entry.objects.get(event="identity_unbound").actor == str(bound.pk)
    browser.post(DISCONNECT)
    assert Entry.objects.filter(event="identity_unbound").count() == 1


def test_disconnecting_takes_a_fresh_proof_and_the_token(bound):
    assert signed_in(bound, fresh=False).post(DISCONNECT).status_code == 401
    assert signed_in(bound).get(DISCONNECT).status_code == 405
    assert Identity.objects.exists()


def test_nobody_locks_themselves_out(client, ministry, bound):
    bound.set_unusable_password()
    bound.save()
    browser = signed_in(bound)
    refused = browser.post(DISCONNECT)
    assert refused.status_code == 409
    assert "could not sign in any more" in refused.content.decode()
    assert Identity.objects.exists()
    Passkey.objects.create(member=bound, name="", credential=b"c", public=b"p", counter=0)
    assert browser.post(DISCONNECT).status_code == 302
    assert not Identity.objects.exists()


def test_it_can_be_undone_where_single_sign_on_was_switched_off_again(bound, settings):
    settings.OIDC_ISSUER = ""
    assert DISCONNECT in signed_in(bound).get("/desk/account/").content.decode()
    signed_in(bound).post(DISCONNECT)
    assert not Identity.objects.exists()


def test_an_administrator_disconnects_a_colleague_and_nobody_else_does(client, ministry, bound, unit):
    went(client, ministry, amr=["otp"])
    path = f"/desk/people/{bound.pk}/disconnect/"
    rabia = make_member("Rabia Noor", role=Role.ADMINISTRATOR, keys=False)
    assert signed_in(make_member("Bilal", unit)).post(path).status_code == 403
    assert signed_in(rabia, fresh=False).post(path).status_code == 401
    assert path in signed_in(rabia).get(f"/desk/people/{bound.pk}/").content.decode()
    assert signed_in(rabia).post(path)["Location"] == f"/desk/people/{bound.pk}/"
    assert client.get("/desk/").status_code == 302
    assert Entry.objects.get(event="identity_unbound").actor == str(rabia.pk)
    assert path not in signed_in(rabia).get(f"/desk/people/{bound.pk}/").content.decode()
