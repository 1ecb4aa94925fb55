"""Guesses are counted while there is something to count with; whoever guesses waits, and the colleague does not."""
import pytest
from django.test import Client

from cases.audit.models import Entry
from portal.accounts import throttle
from portal.accounts.models import User
from portal.cache import ForgivingRedisCache
from tests.factories.cases import make_member
from tests.portal.accounts.conftest import PASSWORD, app_code, is_signed_in, set_up_factor, sign_in, with_password

WAIT = "Too many wrong"


def test_the_first_tries_are_free_and_the_rest_wait_their_turn(redis_server: None) -> None:
    member = User()
    assert [throttle.may_try(member) for _ in range(throttle.FREE_TRIES)] == [True] * throttle.FREE_TRIES
    assert throttle.may_try(member), "one try opens the first turn"
    assert not throttle.may_try(member)
    throttle.forgive(member)
    assert throttle.may_try(member)


def test_without_the_counter_staff_still_get_in(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(throttle, "cache", ForgivingRedisCache("unix:///nowhere/redis.sock?db=0", {}))
    assert throttle.may_try(User())
    throttle.forgive(User())


# --- an attacker at the next desk, behind the same address --------------------------------------------------------------
@pytest.fixture
def hers(ayesha) -> Client:
    """Ayesha's own browser, in which she signed in before and is signed out again."""
    set_up_factor(ayesha)
    browser = Client()
    sign_in(browser, code=app_code(ayesha))
    assert is_signed_in(browser)
    browser.post("/desk/sign-out/")
    return browser


def guess_passwords(browser: Client, times: int = throttle.WRONG_PASSWORDS) -> str:
    return [sign_in(browser, password=f"guess {n}") for n in range(times + 1)][-1].content.decode()


def test_guessed_passwords_do_not_shut_out_the_browser_she_uses(ayesha, hers):
    attacker = Client()
    assert WAIT in guess_passwords(attacker)
    assert WAIT in sign_in(attacker, password=PASSWORD).content.decode()
    sign_in(hers, code=app_code(ayesha, steps=1))
    assert is_signed_in(hers)


def test_guessed_codes_do_not_shut_out_the_browser_she_uses(ayesha, hers):
    """The attacker knows the password, and takes every turn there is."""
    attacker = Client()
    answers = [sign_in(attacker, code="000000").content.decode() for _ in range(throttle.FREE_TRIES + 2)]
    assert WAIT in answers[-1]
    sign_in(hers, code=app_code(ayesha, steps=1))
    assert is_signed_in(hers)


def test_a_known_browser_has_no_endless_guesses(ayesha, hers):
    assert WAIT in guess_passwords(hers)
    elsewhere = Client()                        # nor does its count touch anybody else's
    assert sign_in(elsewhere, password=PASSWORD)["Location"] == "/desk/sign-in/code/"


def test_the_cookie_of_one_account_is_worth_nothing_for_another(ayesha, hers, unit):
    with_password(make_member("Bilal", unit, email="bilal@example.org"))
    for _ in range(throttle.WRONG_PASSWORDS):
        sign_in(Client(), email="bilal@example.org", password="wrong")  # noqa: S106
    assert WAIT in sign_in(hers, email="bilal@example.org").content.decode()


def test_a_made_up_cookie_knows_nobody(ayesha, hers):
    forged = Client()
    forged.cookies["known"] = hers.cookies["known"].value[:-2] + "xx"
    guess_passwords(Client())
    assert WAIT in sign_in(forged).content.decode()


def test_many_accounts_from_one_address_are_too_many(client, monkeypatch):
    monkeypatch.setattr(throttle, "STRANGERS", throttle.addresses.Limit("passwords of strangers", 3, 3600))
    answers = [sign_in(client, email=f"{n}@example.org").content.decode() for n in range(4)]
    assert WAIT not in answers[2]
    assert WAIT in answers[3]


# --- what is left of it in the log ------------------------------------------------------------------------------------
def test_a_wrong_guess_leaves_a_count_and_nothing_that_was_typed(client, ayesha):
    set_up_factor(ayesha)
    for typed in ("first guess", "second guess"):
        sign_in(client, password=typed)
    sign_in(client, email="nobody@example.org", password="third guess")  # noqa: S106
    sign_in(client, code="000000")
    rows = list(Entry.objects.filter(event="sign_in_failed").order_by("at").values_list("subject", "actor", "details"))
    assert rows == [
        (str(ayesha.pk), "system", {"what": "password", "count": 1}),
        (str(ayesha.pk), "system", {"what": "password", "count": 2}),
        ("unknown", "system", {"what": "password", "count": 1}),
        (str(ayesha.pk), "system", {"what": "code", "count": 1})]


def test_a_crowd_of_strangers_finds_the_known_browser_unharmed(ayesha, hers):
    """Guesses from many addresses, far more than one of them may make."""
    for n in range(30):
        Client(REMOTE_ADDR=f"203.0.113.{n}").post("/desk/sign-in/", {"email": ayesha.email, "password": "wrong"})
    sign_in(hers, code=app_code(ayesha, steps=1))
    assert is_signed_in(hers)
