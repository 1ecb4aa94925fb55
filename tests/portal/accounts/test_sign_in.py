"""Password, second factor, and what comes between: one way in."""
import ast
import base64
from pathlib import Path

import pytest
from django.contrib.auth import hashers
from django.core.cache import cache
from django.test import Client

from cases.audit.models import Entry
from cases.vault import passphrase
from cases.vault.aead import OpenFailed
from cases.vault.custody import new_staff_key
from cases.vault.turnstile import ARGON2ID
from portal.accounts import arrival, second_factor, throttle
from portal.accounts.hashers import VaultCostArgon2id
from portal.accounts.models import RecoveryCode, User
from tests.factories.cases import make_member
from tests.portal.accounts.conftest import PASSWORD, app_code, is_signed_in, set_up_factor, sign_in, with_password

WRONG = "This e-mail address and password do not belong together."


def events() -> list[str]:
    return list(Entry.objects.order_by("at").values_list("event", flat=True))


# --- the password -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(("email", "password"), [
    ("ayesha@example.org", "wrong"), ("nobody@example.org", PASSWORD), ("closed@example.org", PASSWORD)])
def test_one_sentence_and_one_argon2_whatever_was_wrong(client, ayesha, monkeypatch, email, password):
    with_password(make_member("Gone", email="closed@example.org", is_active=False))
    derived = []
    encode = VaultCostArgon2id.encode
    monkeypatch.setattr(VaultCostArgon2id, "encode", lambda self, *args: derived.append(1) or encode(self, *args))
    response = sign_in(client, email=email, password=password)
    assert WRONG in response.content.decode()
    assert derived == [1]
    assert not is_signed_in(client)
    assert arrival.ARRIVAL not in client.session


def test_password_guesses_cost_what_the_vault_costs():
    assert hashers.get_hasher().algorithm == "vault_argon2id"
    encoded = hashers.make_password("ایک لمبا جملہ")
    assert hashers.check_password("ایک لمبا جملہ", encoded)
    assert not hashers.check_password("ایک اور جملہ", encoded)
    _algorithm, salt, digest = encoded.split("$")
    assert base64.b64decode(digest) == passphrase._key("ایک لمبا جملہ", salt.encode())


def test_guessing_ends_for_the_guesser_and_not_for_the_colleague(client, ayesha, settings):
    settings.CLIENT_ADDRESS_HEADER = "X-Real-IP"
    guess = {"email": "ayesha@example.org", "password": "wrong"}
    for _ in range(10):
        client.post("/desk/sign-in/", guess, headers={"X-Real-IP": "203.0.113.9"})
    refused = client.post("/desk/sign-in/", {**guess, "password": PASSWORD}, headers={"X-Real-IP": "203.0.113.9"})
    assert "Too many wrong passwords" in refused.content.decode()
    elsewhere = client.post("/desk/sign-in/", {**guess, "password": PASSWORD}, headers={"X-Real-IP": "203.0.113.10"})
    assert elsewhere["Location"] == "/desk/sign-in/second-factor/"


def test_a_crowd_is_asked_to_try_again(client, ayesha):
    places = [ARGON2ID._present.acquire(blocking=False) for _ in range(10)]
    try:
        assert all(places)
        response = sign_in(client)
    finally:
        for _ in places:
            ARGON2ID._present.release()
    assert "Many people are signing in just now" in response.content.decode()


# --- the second factor ------------------------------------------------------------------------------------------------
def test_password_and_code_on_one_page(client, ayesha):
    set_up_factor(ayesha)
    response = sign_in(client, code=app_code(ayesha))
    assert is_signed_in(client)
    assert response["Location"] == "/desk/unlock/"        # her passphrase is another than her password
    assert events()[-1] == "signed_in"


def test_the_vault_opens_too_when_its_passphrase_is_the_password(client, unit):
    member = with_password(make_member("Bilal", unit, email="bilal@example.org", keys=False))
    new_staff_key(member, PASSWORD)
    set_up_factor(member)
    response = sign_in(client, email="bilal@example.org", code=app_code(member))
    assert response["Location"] == "/desk/"
    assert "vault_unlocked" in events()
    assert "Vault open" in client.get("/desk/").content.decode()        # parked after login, so in the session that lives


def test_a_password_alone_signs_nobody_in(client, ayesha):
    set_up_factor(ayesha)
    assert sign_in(client)["Location"] == "/desk/sign-in/code/"
    assert not is_signed_in(client)
    assert client.get("/desk/")["Location"].startswith("/desk/sign-in/")
    assert not is_signed_in(client)
    client.post("/desk/sign-in/code/", {"code": app_code(ayesha)})
    assert is_signed_in(client)


def test_the_second_page_remembers_where_to_go(client, ayesha):
    set_up_factor(ayesha)
    sign_in(client, next="/desk/account/")
    response = client.post("/desk/sign-in/code/", {"code": app_code(ayesha)})
    assert response["Location"] == "/desk/unlock/?next=%2Fdesk%2Faccount%2F"


@pytest.mark.parametrize("write", [
    lambda code: f" {code[:3]} {code[3:]} ", lambda code: code.translate(str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")),
    lambda code: code.translate(str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩"))], ids=["spaces", "urdu", "arabic"])
def test_a_code_in_every_script(client, ayesha, write):
    set_up_factor(ayesha)
    sign_in(client, code=write(app_code(ayesha)))
    assert is_signed_in(client)


def test_a_code_works_once_and_those_before_it_no_more(client, ayesha):
    set_up_factor(ayesha)
    code, one_before = app_code(ayesha, steps=1), app_code(ayesha)
    sign_in(client, code=code)
    assert is_signed_in(client)
    again = Client()
    for typed in (code, one_before):
        assert "used before" in sign_in(again, code=typed).content.decode()
    assert not is_signed_in(again)
    assert events()[-1] == "sign_in_failed"


@pytest.mark.parametrize(("steps", "right"), [(-2, False), (-1, True), (0, True), (1, True), (2, False)])
def test_a_clock_may_be_half_a_minute_wrong(ayesha, steps, right, monkeypatch):
    now = 1_800_000_015.0
    monkeypatch.setattr("time.time", lambda: now - 600)
    set_up_factor(ayesha)
    monkeypatch.setattr("time.time", lambda: now)
    assert second_factor.accepts(ayesha, app_code(ayesha, steps=steps, at=now)) is right


def test_the_codes_are_those_of_the_rfc(ayesha, monkeypatch):
    """RFC 6238, appendix B, SHA-1; its eight digits, of which apps show the last six."""
    totp = second_factor._totp(b"12345678901234567890")
    known = {59: "94287082", 1111111109: "07081804", 1111111111: "14050471", 1234567890: "89005924", 20000000000: "65353130"}
    assert {at: totp.generate(at).decode() for at in known} == {at: code[-6:] for at, code in known.items()}


def test_wrong_codes_must_wait_and_a_recovery_code_need_not(client, ayesha):
    recovery = set_up_factor(ayesha)
    sign_in(client)
    for _ in range(6):
        client.post("/desk/sign-in/code/", {"code": "000000"})
    waiting = client.post("/desk/sign-in/code/", {"code": app_code(ayesha)})
    assert "Too many wrong codes" in waiting.content.decode()
    client.post("/desk/sign-in/code/", {"code": recovery[0]})
    assert is_signed_in(client)


def test_waiting_ends(ayesha):
    turn = f"{throttle._key('codes', str(ayesha.pk), '')}:turn"
    assert [throttle.may_try(ayesha) for _ in range(7)] == [True] * 6 + [False]
    assert 0 < cache._cache.get_client(None).ttl(cache.make_key(turn)) <= throttle.FIRST_WAIT
    cache.delete(turn)         # as time does
    assert [throttle.may_try(ayesha), throttle.may_try(ayesha)] == [True, False]
    for _ in range(20):
        cache.delete(turn)
        assert throttle.may_try(ayesha)
    assert cache._cache.get_client(None).ttl(cache.make_key(turn)) <= throttle.LONGEST_WAIT
    throttle.forgive(ayesha)
    assert throttle.may_try(ayesha)


def test_a_recovery_code_works_once_for_its_owner_only(client, ayesha, unit):
    recovery = set_up_factor(ayesha)
    bilal = make_member("Bilal", unit)
    set_up_factor(bilal)
    assert not second_factor.accepts(bilal, recovery[0])
    assert second_factor.accepts(ayesha, recovery[0])
    assert not second_factor.accepts(ayesha, recovery[0])
    assert RecoveryCode.objects.filter(member=ayesha, used_at=None).count() == 9
    digests = " ".join(RecoveryCode.objects.values_list("digest", flat=True))
    assert not any(code.replace(" ", "") in digests for code in recovery)


def test_secrets_rest_sealed_to_their_member_and_outlive_a_new_deployment_secret(ayesha, unit, settings):
    set_up_factor(ayesha)
    sealed = bytes(ayesha.second_factor.secret)
    with pytest.raises(OpenFailed):
        second_factor._open(make_member("Bilal", unit), sealed)
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", [settings.SECRET_KEY]
    assert second_factor.accepts(ayesha, app_code(ayesha))
    settings.SECRET_KEY_FALLBACKS = []
    with pytest.raises(OpenFailed):
        second_factor._open(ayesha, sealed)


def test_the_demonstration_asks_for_no_code(client, ayesha, settings):
    settings.DEMO = True
    assert "authenticator" not in client.get("/desk/sign-in/").content.decode()
    assert sign_in(client)["Location"] == "/desk/unlock/"
    assert is_signed_in(client)


# --- between the password and being in --------------------------------------------------------------------------------
def test_ten_minutes_later_the_password_is_asked_again(client, ayesha, monkeypatch):
    set_up_factor(ayesha)
    sign_in(client)
    session = client.session
    session[arrival.ARRIVAL] = [session[arrival.ARRIVAL][0], session[arrival.ARRIVAL][1] - 600, "", False, ""]
    session.save()
    response = client.post("/desk/sign-in/code/", {"code": app_code(ayesha)})
    assert response["Location"] == "/desk/sign-in/"
    assert not is_signed_in(client)


def test_who_was_dismissed_meanwhile_stays_out(client, ayesha):
    set_up_factor(ayesha)
    sign_in(client)
    User.objects.filter(pk=ayesha.pk).update(is_active=False)
    client.post("/desk/sign-in/code/", {"code": app_code(ayesha)})
    assert not is_signed_in(client)


@pytest.mark.parametrize("page", ["code", "second-factor", "begin"])
def test_no_page_in_between_serves_a_stranger(client, ayesha, page):
    for answer in (client.get(f"/desk/sign-in/{page}/"), client.post(f"/desk/sign-in/{page}/", {"code": "000000"})):
        assert answer["Location"] == "/desk/sign-in/"


def test_who_has_a_factor_cannot_set_up_another_with_the_password_alone(client, ayesha):
    set_up_factor(ayesha)
    sealed = bytes(ayesha.second_factor.secret)
    sign_in(client)
    for answer in (client.get("/desk/sign-in/second-factor/"), client.get("/desk/sign-in/begin/")):
        assert answer["Location"] == "/desk/sign-in/code/"
    ayesha.second_factor.refresh_from_db()
    assert bytes(ayesha.second_factor.secret) == sealed


def test_a_session_from_before_is_worth_nothing_afterwards(client, ayesha, unit):
    set_up_factor(ayesha)
    client.force_login(make_member("Somebody", unit))
    planted = client.session.session_key
    sign_in(client)
    assert not is_signed_in(client)
    between = client.session.session_key
    client.post("/desk/sign-in/code/", {"code": app_code(ayesha)})
    assert len({planted, between, client.session.session_key}) == 3


def test_there_is_one_way_in():
    """Nobody is signed in anywhere but at the end of `enter`, which the second factor guards."""
    calls = [(path, call.lineno) for root in ("portal", "cases", "awareness") for path in Path(root).rglob("*.py")
             for call in ast.walk(ast.parse(path.read_text()))
             if isinstance(call, ast.Call) and getattr(call.func, "attr", getattr(call.func, "id", "")) == "login"]
    names = {"portal/dbroles/sql.py", "cases/escalation/inbound/imap.py"}       # a database's role, a mailbox
    assert [str(path) for path, _line in calls if str(path) not in names] == ["portal/accounts/views/entrance.py"]


# --- leading away -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("wish", [
    "https://evil.example/", "//evil.example/", "/\\evil.example", "javascript:alert(1)", "http:///evil.example"])
def test_next_leads_to_our_own_pages_only(client, ayesha, wish, settings):
    settings.DEMO = True
    assert 'name="next" value=""' in client.get("/desk/sign-in/", {"next": wish}).content.decode()
    assert "evil" not in sign_in(client, next=wish)["Location"]
    assert "alert" not in sign_in(client, next=wish)["Location"]
    for path in ("/desk/language/", "/desk/unlock/"):
        answer = client.post(path, {"next": wish, "language": "en", "passphrase": "wrong"})
        assert "evil" not in answer.get("Location", "")


def test_next_is_followed_and_kept_whole(client, ayesha, settings):
    settings.DEMO = True
    answer = sign_in(client, next="/desk/?status=new&after=1")
    assert answer["Location"] == "/desk/unlock/?next=%2Fdesk%2F%3Fstatus%3Dnew%26after%3D1"


# --- cookies ----------------------------------------------------------------------------------------------------------
def test_cookies_cannot_be_read_by_scripts_or_sent_by_other_sites(client, ayesha, settings):
    settings.DEMO, settings.SECURE, settings.SESSION_COOKIE_SECURE = True, True, True
    sign_in(client)
    staff, language = client.cookies["staff"], client.cookies["language"]
    assert all(cookie["httponly"] and cookie["secure"] and cookie["samesite"] == "Strict" for cookie in (staff, language))
    assert (staff["path"], language["path"]) == ("/", "/desk/")
    assert 8 * 3600 - 60 < staff["max-age"] <= 8 * 3600      # counted from the session's start


def test_while_the_cache_is_away_a_right_code_still_signs_in(client, ayesha, monkeypatch):
    set_up_factor(ayesha)
    monkeypatch.setattr("django.core.cache.backends.redis.RedisCache.get", no_answer)
    monkeypatch.setattr("django.core.cache.backends.redis.RedisCache.add", no_answer)
    monkeypatch.setattr("django.core.cache.backends.redis.RedisCache.incr", no_answer)
    sign_in(client)
    client.post("/desk/sign-in/code/", {"code": "000000"})
    client.post("/desk/sign-in/code/", {"code": app_code(ayesha)})
    assert is_signed_in(client)


def no_answer(*_args, **_kwargs):
    raise ConnectionError("Redis is away")
