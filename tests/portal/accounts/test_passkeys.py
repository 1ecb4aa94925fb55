"""Passkeys: a new one, a sign-in with it, and everything that must not pass for either."""
import base64
import json
import time

import pytest
from django.conf import LazySettings
from django.test import Client, RequestFactory
from hypothesis import HealthCheck, given, settings as hypothesis, strategies as st

from cases.audit.models import Entry
from cases.vault import custody, passkeys as vault, prf, unseal
from cases.vault.aead import OpenFailed
from cases.vault.models import PasskeyLock, StaffKey
from portal.accounts import fresh, passkeys, second_factor, services
from portal.accounts.models import Passkey, User
from portal.accounts.passkeys import CEREMONY, Place
from tests.factories.cases import make_case, make_member, private_of, signed_in
from tests.portal.accounts.authenticator import ORIGIN, PRESENT, Authenticator, add_passkey, challenge, sign_in_with
from tests.portal.accounts.conftest import app_code, is_signed_in, set_up_factor, sign_in, with_password

REFUSED = "The passkey was not accepted"
STORY = "He asks for money by tonight"


@pytest.fixture(autouse=True)
def _under_a_name(settings: LazySettings) -> None:
    settings.ORIGINS = {**settings.ORIGINS, "desk": ORIGIN}


@pytest.fixture
def device() -> Authenticator:
    return Authenticator()


@pytest.fixture
def hers(ayesha: User, device: Authenticator) -> Client:
    """Ayesha's browser, signed in, her vault open, with a passkey."""
    set_up_factor(ayesha)
    browser = signed_in(ayesha)
    add_passkey(browser, device)
    return browser


def events(name: str) -> int:
    return Entry.objects.filter(event=name).count()


# --- a new passkey ----------------------------------------------------------------------------------------------------
def test_a_member_adds_names_and_removes_passkeys(hers, ayesha, device):
    add_passkey(hers, Authenticator(), "Key ring")
    page = hers.get("/desk/passkeys/").content.decode()
    assert "Telephone" in page
    assert "Key ring" in page
    kept = ayesha.passkeys.get(name="Telephone")
    assert (bytes(kept.credential), kept.transports, kept.can_unlock) == (device.credential, ["internal"], True)
    hers.post("/desk/passkeys/remove/", {"passkey": kept.pk})
    assert [each.name for each in ayesha.passkeys.all()] == ["Key ring"]
    assert not is_signed_in_with(device)
    assert (events("passkey_added"), events("passkey_removed")) == (2, 1)


def is_signed_in_with(device: Authenticator) -> bool:
    browser = Client()
    sign_in_with(browser, device)
    return is_signed_in(browser)


def test_we_ask_for_verification_and_for_no_attestation(hers, ayesha, device):
    options = challenge(hers, "add")
    assert options["authenticatorSelection"] == {
        "residentKey": "required", "requireResidentKey": True, "userVerification": "required"}
    assert options["attestation"] == "none"
    assert options["rp"]["id"] == "desk.example.org"
    assert [each["id"] for each in options["excludeCredentials"]] == [json.loads(device.get(ask()))["id"]]
    assert base64.urlsafe_b64decode(options["user"]["id"] + "==") == ayesha.pk.bytes


def ask() -> dict[str, str]:
    return {"rpId": "desk.example.org", "challenge": "AAAA"}


@pytest.mark.parametrize("misbehave", [
    lambda device: setattr(device, "origin", "https://desk.example.org.evil.example"),
    lambda device: setattr(device, "origin", "http://desk.example.org"),
    lambda device: setattr(device, "flags", PRESENT)], ids=["copied page", "no TLS", "no fingerprint or PIN"])
def test_what_adds_no_passkey(ayesha, device, misbehave):
    set_up_factor(ayesha)
    browser = signed_in(ayesha)
    misbehave(device)
    response = browser.post("/desk/passkeys/add/", {"credential": device.create(challenge(browser, "add"))})
    assert REFUSED in response.content.decode()
    assert not ayesha.passkeys.exists()


def test_a_passkey_belongs_to_one_member_once(hers, ayesha, device, unit):
    bilal = make_member("Bilal", unit)
    theirs = signed_in(bilal)
    for browser in (hers, theirs):
        response = browser.post("/desk/passkeys/add/", {"credential": device.create(challenge(browser, "add"))})
        assert REFUSED in response.content.decode()
    assert Passkey.objects.count() == 1


def test_ten_are_enough(hers, ayesha):
    for _ in range(passkeys.MOST - 1):
        add_passkey(hers, Authenticator())
    response = hers.post("/desk/passkeys/add/", {"credential": Authenticator().create(challenge(hers, "add"))})
    assert REFUSED in response.content.decode()
    assert ayesha.passkeys.count() == passkeys.MOST


@pytest.mark.parametrize("act", ["add", "remove", "vault"])
def test_acts_on_passkeys_want_a_fresh_proof(ayesha, hers, act):
    stale = signed_in(ayesha, fresh=False)
    assert stale.get("/desk/passkeys/")["Location"] == "/desk/prove/?next=%2Fdesk%2Fpasskeys%2F"
    response = stale.post(f"/desk/passkeys/{act}/", {"passkey": ayesha.passkeys.get().pk})
    assert response.status_code == 401
    assert ayesha.passkeys.count() == 1


def test_nobody_touches_anothers_passkey(hers, ayesha, unit):
    bilal = signed_in(make_member("Bilal", unit))
    for act in ("remove", "vault"):
        assert bilal.post(f"/desk/passkeys/{act}/", {"passkey": ayesha.passkeys.get().pk}).status_code == 404
        assert bilal.post(f"/desk/passkeys/{act}/", {"passkey": "nonsense"}).status_code == 404
    assert "Telephone" not in bilal.get("/desk/passkeys/").content.decode()


def test_the_last_second_factor_stays(ayesha, device, settings):
    browser = signed_in(ayesha)
    add_passkey(browser, device)
    response = browser.post("/desk/passkeys/remove/", {"passkey": ayesha.passkeys.get().pk})
    assert "only second factor" in response.content.decode()
    assert ayesha.passkeys.exists()
    settings.DEMO = True
    browser.post("/desk/passkeys/remove/", {"passkey": ayesha.passkeys.get().pk})
    assert not ayesha.passkeys.exists()


# --- signing in -------------------------------------------------------------------------------------------------------
def test_a_passkey_signs_in_alone(hers, ayesha, device):
    browser = Client()
    response = sign_in_with(browser, device, next="/desk/account/")
    assert is_signed_in(browser)
    assert response["Location"] == "/desk/unlock/?next=%2Fdesk%2Faccount%2F"        # signing in opens no vault
    assert "vault" not in browser.cookies
    assert 0 <= time.time() - browser.session[fresh.FRESH] < 60
    assert ayesha.passkeys.get().used_at is not None


def test_a_passkey_stands_second_after_the_password(ayesha, device):
    add_passkey(signed_in(ayesha), device)              # and no app
    browser = Client()
    assert sign_in(browser)["Location"] == "/desk/sign-in/code/"
    assert "use your passkey" in browser.get("/desk/sign-in/code/").content.decode()
    answer = device.get(challenge(browser, "factor", arriving=True))
    browser.post("/desk/sign-in/code/passkey/", {"credential": answer})
    assert is_signed_in(browser)


def test_a_newcomer_may_begin_with_a_passkey(client, ayesha, device):
    assert sign_in(client)["Location"] == "/desk/sign-in/second-factor/"
    answer = device.create(challenge(client, "enrol", arriving=True))
    page = client.post("/desk/sign-in/second-factor/passkey/", {"credential": answer}).content.decode()
    assert page.count('class="hash"') == second_factor.RECOVERY_CODES
    assert is_signed_in(client)
    assert ayesha.passkeys.count() == 1


def test_who_has_a_factor_adds_no_passkey_with_the_password_alone(client, hers, ayesha):
    sign_in(client)
    assert client.post("/desk/sign-in/passkey/challenge/", {"purpose": "enrol"}).status_code == 404
    response = client.post("/desk/sign-in/second-factor/passkey/", {"credential": "{}"})
    assert response["Location"] == "/desk/sign-in/code/"
    assert ayesha.passkeys.count() == 1


def test_what_a_first_sign_in_owes_is_owed_with_a_passkey_too(hers, ayesha, device):
    User.objects.filter(pk=ayesha.pk).update(must_change_password=True)
    browser = Client()
    assert sign_in_with(browser, device)["Location"] == "/desk/sign-in/begin/"
    assert not is_signed_in(browser)


def refused(browser: Client, answer: str) -> bool:
    response = browser.post("/desk/sign-in/passkey/", {"credential": answer})
    return REFUSED in response.content.decode() and not is_signed_in(browser)


@pytest.mark.parametrize("misbehave", [
    lambda device: setattr(device, "origin", "https://evil.example"),
    lambda device: setattr(device, "origin", "https://desk.example.org:8443"),
    lambda device: setattr(device, "flags", PRESENT),
    lambda device: setattr(device, "key", Authenticator().key),
    lambda device: setattr(device, "credential", b"unknown"),
    lambda device: setattr(device, "handle", b"another member's")],
    ids=["copied page", "another port", "no fingerprint or PIN", "another key", "unknown", "another's"])
def test_what_signs_nobody_in(hers, device, misbehave):
    misbehave(device)
    browser = Client()
    assert refused(browser, device.get(challenge(browser, "sign-in", arriving=True)))


def test_an_answer_for_another_name_or_in_a_frame_is_refused(hers, device):
    browser = Client()
    assert refused(browser, device.get({**challenge(browser, "sign-in", arriving=True), "rpId": "example.org"}))
    assert refused(browser, device.get(challenge(browser, "sign-in", arriving=True), crossOrigin=True))
    assert refused(browser, device.get(challenge(browser, "sign-in", arriving=True), type="webauthn.create"))


def test_a_replayed_answer_is_refused(hers, device):
    device.counts = False                               # so that nothing but the challenge is left to tell
    Passkey.objects.update(counter=0)
    device.counter = 0
    browser = Client()
    answer = device.get(challenge(browser, "sign-in", arriving=True))
    browser.post("/desk/sign-in/passkey/", {"credential": answer})
    assert is_signed_in(browser)
    browser.post("/desk/sign-out/")
    assert refused(browser, answer)
    challenge(browser, "sign-in", arriving=True)
    assert refused(browser, answer)
    assert refused(Client(), answer)


def test_a_challenge_is_for_one_use_one_purpose_and_five_minutes(hers, ayesha, device):
    browser = Client()
    options = challenge(browser, "sign-in", arriving=True)
    assert refused(browser, "{}")
    assert refused(browser, device.get(options))                            # the first attempt took it
    options = challenge(browser, "sign-in", arriving=True)
    session = browser.session
    session[CEREMONY] = [*session[CEREMONY][:3], int(time.time()) - passkeys.LASTS_SECONDS]
    session.save()
    assert refused(browser, device.get(options))
    other = challenge(hers, "prove")
    response = hers.post("/desk/unlock/", {"credential": device.get(other), "prf": "A" * 43})
    assert "does not open the vault" in response.content.decode()


def test_a_counter_that_went_back_is_refused_and_logged(hers, device):
    assert is_signed_in_with(device)
    device.counter = 1                                  # a copy that lags behind
    assert not is_signed_in_with(device)
    assert events("passkey_copied") == 1
    device.counter = 100
    assert is_signed_in_with(device)


def test_a_device_that_does_not_count_may_not_begin_to_lie(hers, device):
    assert is_signed_in_with(device)
    device.counts, device.counter = False, 0
    assert not is_signed_in_with(device)


def test_a_closed_account_stays_closed(hers, ayesha, device):
    User.objects.filter(pk=ayesha.pk).update(is_active=False)
    assert not is_signed_in_with(device)


def test_a_passkey_never_waits_for_what_others_guess(hers, ayesha, device):
    attacker = Client()
    for n in range(12):
        sign_in(attacker, password=f"guess {n}")
        sign_in(attacker, code="000000")
    for _ in range(30):
        attacker.post("/desk/sign-in/passkey/", {"credential": "{}"})
    sign_in_with(attacker, device)                      # from the same address, even the same browser
    assert is_signed_in(attacker)


@given(st.one_of(st.text(), st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(
        st.sampled_from(["id", "rawId", "type", "response", "clientDataJSON", "authenticatorData", "signature", "userHandle"]),
        inner)).map(json.dumps)))
@hypothesis(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_nonsense_is_refused_not_a_crash(hers, device, typed):
    browser = Client()
    challenge(browser, "sign-in", arriving=True)
    assert refused(browser, typed)
    answer = json.loads(device.get(challenge(browser, "sign-in", arriving=True)))
    answer["response"] |= {"authenticatorData": typed, "clientDataJSON": typed}
    assert refused(browser, json.dumps(answer))


def test_a_challenge_alone_keeps_no_session_for_long(client):
    challenge(client, "sign-in", arriving=True)
    assert client.session.get_expiry_age() <= passkeys.LASTS_SECONDS
    assert not is_signed_in(client)


@pytest.mark.parametrize("purpose", ["factor", "enrol", "add", "prove", "unlock", "attach", ""])
def test_a_stranger_gets_a_challenge_for_signing_in_only(client, purpose):
    assert client.post("/desk/sign-in/passkey/challenge/", {"purpose": purpose}).status_code == 404
    assert client.post("/desk/passkeys/challenge/", {"purpose": purpose})["Location"].startswith("/desk/sign-in/?next=")


def test_who_is_signed_in_loses_no_session_by_asking(hers):
    before = hers.session.get_expiry_age()
    challenge(hers, "sign-in", arriving=True)
    assert hers.session.get_expiry_age() > before - 60


# --- proving again ----------------------------------------------------------------------------------------------------
def test_a_passkey_is_a_fresh_proof(hers, ayesha, device):
    stale = signed_in(ayesha, fresh=False)
    answer = device.get(challenge(stale, "prove"))
    assert stale.post("/desk/prove/", {"credential": answer, "next": "/desk/passkeys/"})["Location"] == "/desk/passkeys/"
    assert stale.get("/desk/passkeys/").status_code == 200


def test_anothers_passkey_proves_nothing(hers, ayesha, device, unit):
    bilal = signed_in(make_member("Bilal", unit), fresh=False)
    response = bilal.post("/desk/prove/", {"credential": device.get(challenge(bilal, "prove"))})
    assert REFUSED in response.content.decode()
    assert fresh.FRESH not in bilal.session


# --- the vault --------------------------------------------------------------------------------------------------------
def encoded(output: bytes) -> str:
    return base64.urlsafe_b64encode(output).decode().rstrip("=")


def attach(browser: Client, member: User, device: Authenticator, output: bytes | None = None):
    passkey = member.passkeys.get(credential=device.credential)
    options = challenge(browser, "attach", passkey=str(passkey.pk))
    salt = options["extensions"]["prf"]["evalByCredential"][encoded(device.credential)]["first"]
    assert salt == encoded(prf.salt(passkey.pk))
    return browser.post("/desk/passkeys/vault/", {
        "passkey": passkey.pk, "credential": device.get(options), "prf": encoded(device.prf if output is None else output)})


def unlock_with(browser: Client, device: Authenticator, output: bytes | None = None, **fields: str):
    options = challenge(browser, "unlock")
    return browser.post("/desk/unlock/", {"credential": device.get(options), "prf": encoded(output or device.prf), **fields})


def test_a_passkey_opens_the_vault(hers, ayesha, unit, device):
    make_case(unit, story=STORY)
    assert attach(hers, ayesha, device).status_code == 302
    assert "Opens the vault" in hers.get("/desk/passkeys/").content.decode()
    other = signed_in(ayesha, unlocked=False)
    assert STORY not in other.get("/desk/").content.decode()
    assert "Unlock with a passkey" in other.get("/desk/unlock/").content.decode()
    before = other.cookies["staff"].value
    assert unlock_with(other, device, next="/desk/?mine=on")["Location"] == "/desk/?mine=on"
    assert other.cookies["staff"].value != before
    assert STORY in other.get("/desk/").content.decode()
    assert events("vault_unlocked") == 1


def test_no_secret_of_it_is_stored(hers, ayesha, device):
    attach(hers, ayesha, device)
    lock = PasskeyLock.objects.get()
    kept = bytes(lock.locked)
    assert device.prf not in kept
    assert private_of(ayesha) not in kept


@pytest.mark.parametrize("output", [bytes(32), bytes(31), b""])
def test_another_answer_opens_nothing(hers, ayesha, device, output):
    attach(hers, ayesha, device)
    other = signed_in(ayesha, unlocked=False)
    response = unlock_with(other, device, output or b"x")
    assert "does not open the vault" in response.content.decode()
    assert "vault" not in response.cookies
    assert events("unlock_failed") == 1


def test_what_the_device_answers_without_its_signature_opens_nothing(hers, ayesha, device):
    attach(hers, ayesha, device)
    other = signed_in(ayesha, unlocked=False)
    response = other.post("/desk/unlock/", {"credential": "{}", "prf": encoded(device.prf)})
    assert "does not open the vault" in response.content.decode()


def test_a_locked_vault_gives_no_passkey_its_key(hers, ayesha, device):
    locked = signed_in(ayesha, unlocked=False)
    assert locked.post("/desk/passkeys/vault/", {"passkey": ayesha.passkeys.get().pk})["Location"].startswith("/desk/unlock/")
    for output in (b"", bytes(31)):
        assert "cannot open the vault" in attach(hers, ayesha, device, output).content.decode()
    assert not PasskeyLock.objects.exists()


def test_a_lock_moved_to_another_passkey_or_member_does_not_open(hers, ayesha, device, unit):
    attach(hers, ayesha, device)
    lock, bilal, second = PasskeyLock.objects.get(), make_member("Bilal", unit), Authenticator()
    add_passkey(hers, second)
    other = ayesha.passkeys.get(credential=second.credential)
    PasskeyLock.objects.create(credential=other.pk, member=ayesha, locked=lock.locked)
    with pytest.raises(OpenFailed):
        unseal.unlock_staff_by_passkey(ayesha, other.pk, device.prf)
    PasskeyLock.objects.filter(pk=lock.pk).update(member=bilal)
    with pytest.raises(OpenFailed):
        unseal.unlock_staff_by_passkey(bilal, lock.pk, device.prf)


def test_removing_a_passkey_takes_its_lock(hers, ayesha, device):
    attach(hers, ayesha, device)
    hers.post("/desk/passkeys/remove/", {"passkey": ayesha.passkeys.get().pk})
    assert not PasskeyLock.objects.exists()


def test_another_passphrase_keeps_the_locks_and_a_new_pair_drops_them(hers, ayesha, device):
    attach(hers, ayesha, device)
    passkey = ayesha.passkeys.get()
    custody.change_passphrase(ayesha, "another five words", private=private_of(ayesha))
    assert unseal.unlock_staff_by_passkey(ayesha, passkey.pk, device.prf) == private_of(ayesha)
    kept = PasskeyLock.objects.get()
    custody.new_staff_key(ayesha, "another pair altogether")
    assert not PasskeyLock.objects.exists()
    kept.save(force_insert=True)                        # an old row put back opens nothing
    with pytest.raises(OpenFailed):
        unseal.unlock_staff_by_passkey(ayesha, passkey.pk, device.prf)


def test_a_lock_is_made_for_the_pair_that_is_in_force(hers, ayesha, device):
    StaffKey.objects.filter(member=ayesha).update(public=b"\x04" + bytes(64))
    assert "cannot open the vault" in attach(hers, ayesha, device).content.decode()
    assert not PasskeyLock.objects.exists()


def test_a_start_over_takes_passkeys_and_locks(hers, ayesha, device, unit):
    attach(hers, ayesha, device)
    services.start_over(member=ayesha, by=None)
    assert not Passkey.objects.exists()
    assert not PasskeyLock.objects.exists()
    assert not is_signed_in_with(device)


def test_vault_salts_are_the_members_own(hers, ayesha, device, unit):
    attach(hers, ayesha, device)
    assert list(vault.salts(ayesha)) == [ayesha.passkeys.get().pk]
    assert vault.salts(make_member("Bilal", unit)) == {}


# --- where passkeys work ----------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("desk", "cms", "rp_id", "role", "found"), [
    ("https://desk.example.org", "https://cms.example.org", "", "desk", Place("https://desk.example.org", "desk.example.org")),
    ("https://desk.example.org", "https://cms.example.org", "", "cms", None),
    ("https://desk.example.org", "https://cms.example.org", "example.org", "cms",
     Place("https://cms.example.org", "example.org")),
    ("https://desk.example.org", "https://desk.example.org", "notexample.org", "desk", None),
    ("http://desk.example.org", "", "", "desk", None), ("https://192.0.2.7", "", "", "desk", None),
    ("https://[2001:db8::7]", "", "", "desk", None),
    ("http://localhost:8000", "", "", "all", Place("http://localhost:8000", "localhost")),
])
def test_where_browsers_know_passkeys(settings, desk, cms, rp_id, role, found):
    settings.ORIGINS, settings.PASSKEY_RP_ID, settings.PORTAL_ROLE = {"desk": desk, "cms": cms}, rp_id, role
    assert passkeys.place(RequestFactory().get("/desk/", headers={"host": "localhost"})) == found


def test_in_the_demonstration_localhost_has_passkeys_and_its_number_has_none(settings, ayesha):
    settings.DEMO, settings.ORIGINS = True, {"desk": "http://127.0.0.1:8000"}
    asked = {host: RequestFactory().get("/", headers={"host": f"{host}:8000"}) for host in ("localhost", "127.0.0.1")}
    where = {host: passkeys.place(request) for host, request in asked.items()}
    assert where == {"localhost": Place("http://localhost:8000", "localhost"), "127.0.0.1": None}
    page = signed_in(ayesha).get("/desk/passkeys/").content.decode()
    assert "offer no passkeys" in page
    assert "Add this device" not in page


def test_campaign_staff_have_passkeys_and_no_vault(device):
    editor = with_password(User.objects.create_user("e@example.org", name="E", role="campaign_editor", language="en"))
    browser = signed_in(editor, unlocked=False)
    add_passkey(browser, device)
    assert "open the vault" not in browser.get("/desk/passkeys/").content.decode()
    assert is_signed_in_with(device)


def test_an_app_is_still_enough(client, ayesha):
    set_up_factor(ayesha)
    sign_in(client, code=app_code(ayesha))
    assert is_signed_in(client)
