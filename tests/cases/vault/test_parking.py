"""An unlocked key between requests. Real sessions in the real database; only the clock is moved."""
import base64
from importlib import import_module

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from cases.vault import hpke, parking
from portal.accounts.models import Session
from portal.accounts.sessions import digest

pytestmark = pytest.mark.django_db
PRIVATE, _ = hpke.new_pair()
START = 1_800_000_000


@pytest.fixture
def clock(monkeypatch):
    """The time as parking sees it; `clock.now` moves it."""
    class Clock:
        now = START
    monkeypatch.setattr(parking.time, "time", lambda: Clock.now)
    return Clock


@pytest.fixture
def visit(settings):
    """A request of a browser: its cookies, its stored session, its member."""
    store = import_module(settings.SESSION_ENGINE).SessionStore

    def request(member, *, session_key=None, cookies=None):
        made = RequestFactory().get("/")
        made.session, made.user = store(session_key), member
        made.COOKIES.update(cookies or {})
        return made
    return request


@pytest.fixture
def parked(visit, member, clock):
    """A member who has just unlocked: (member, session key, cookies)."""
    amna, response = member("amna"), HttpResponse()
    request = visit(amna)
    parking.park(request, response, PRIVATE)
    request.session.save()
    return amna, request.session.session_key, {name: morsel.value for name, morsel in response.cookies.items()}


def test_the_key_comes_back_in_the_next_request(parked, visit):
    amna, session, cookies = parked
    assert parking.fetch(visit(amna, session_key=session, cookies=cookies)) == PRIVATE


def test_without_the_cookie_there_is_nothing(parked, visit):
    amna, session, cookies = parked
    assert parking.fetch(visit(amna, session_key=session)) is None
    for wrong in ("", "x", "ü", base64.urlsafe_b64encode(b"k" * 32).decode(), cookies["vault"][:-8]):
        assert parking.fetch(visit(amna, session_key=session, cookies={"vault": wrong})) is None


def test_the_cookie_without_the_session_is_nothing(parked, visit):
    amna, _, cookies = parked
    assert parking.fetch(visit(amna, cookies=cookies)) is None


def test_another_member_in_the_same_browser_gets_nothing(parked, visit, member):
    _, session, cookies = parked
    assert parking.fetch(visit(member("mallory"), session_key=session, cookies=cookies)) is None


def test_a_session_row_copied_under_another_id_is_worth_nothing(parked, visit):
    amna, session, cookies = parked
    other = visit(amna)
    other.session.create()
    other.session.update(visit(amna, session_key=session).session.load())
    other.session.save()
    assert parking.fetch(visit(amna, session_key=other.session.session_key, cookies=cookies)) is None


def test_unlocking_gives_the_session_a_new_id_and_keeps_what_it_held(visit, member, clock):
    request = visit(member("amna"))
    request.session["kept"] = 1
    request.session.save()
    planted = request.session.session_key
    parking.park(request, HttpResponse(), PRIVATE)
    assert request.session.session_key != planted
    assert request.session["kept"] == 1
    assert not Session.objects.filter(pk=digest(planted)).exists()


def test_idle_for_a_quarter_of_an_hour_it_is_locked(parked, visit, clock, settings):
    amna, session, cookies = parked
    clock.now = START + settings.VAULT_IDLE_SECONDS - 1
    assert parking.fetch(visit(amna, session_key=session, cookies=cookies)) == PRIVATE
    clock.now += 1                              # the read just made was not saved: idle since the start
    request = visit(amna, session_key=session, cookies=cookies)
    assert parking.fetch(request) is None
    request.session.save()
    clock.now = START                           # and turning the clock back brings nothing back
    assert parking.fetch(visit(amna, session_key=session, cookies=cookies)) is None


def test_use_keeps_it_open_but_for_eight_hours_at_most(parked, visit, clock, settings):
    amna, session, cookies = parked
    while clock.now + 600 < START + settings.VAULT_AT_MOST_SECONDS:
        clock.now += 600
        request = visit(amna, session_key=session, cookies=cookies)
        assert parking.fetch(request) == PRIVATE
        request.session.save()
    clock.now = START + settings.VAULT_AT_MOST_SECONDS
    assert parking.fetch(visit(amna, session_key=session, cookies=cookies)) is None


def test_the_start_cannot_be_edited_to_stretch_the_day(parked, visit, clock, settings):
    amna, session, cookies = parked
    clock.now = START + settings.VAULT_AT_MOST_SECONDS
    request = visit(amna, session_key=session, cookies=cookies)
    locked, _, _ = request.session["vault"]
    request.session["vault"] = [locked, clock.now, clock.now]
    request.session.save()
    assert parking.fetch(visit(amna, session_key=session, cookies=cookies)) is None


def test_most_reads_write_no_session(parked, visit, clock):
    amna, session, cookies = parked
    for later, written in ((1, False), (parking.TOUCH_SECONDS, True)):
        clock.now = START + later
        request = visit(amna, session_key=session, cookies=cookies)
        parking.fetch(request)
        assert request.session.modified is written


def test_locking_takes_both_halves(parked, visit):
    amna, session, cookies = parked
    request, response = visit(amna, session_key=session, cookies=cookies), HttpResponse()
    parking.lock(request, response)
    request.session.save()
    assert parking.fetch(visit(amna, session_key=session, cookies=cookies)) is None
    assert response.cookies["vault"]["max-age"] == 0
    assert response.cookies["vault"].value == ""


def test_the_session_row_does_not_hold_the_key(parked, visit):
    amna, session, cookies = parked
    row = Session.objects.get(pk=digest(session))
    dump = row.session_data.encode() + str(row.get_decoded()).encode()
    blobs = [dump, base64.b64decode(row.get_decoded()["vault"][0])]
    cookie_key = base64.urlsafe_b64decode(cookies["vault"])
    for secret in (PRIVATE, cookie_key):
        for form in (secret, secret.hex().encode(), base64.b64encode(secret), base64.urlsafe_b64encode(secret)):
            assert not any(form in blob for blob in blobs)
    assert PRIVATE not in cookie_key


@pytest.mark.parametrize(("secure", "name"), [(True, "__Host-vault"), (False, "vault")])
def test_the_cookie_is_for_this_host_only_and_no_script_reads_it(visit, member, settings, secure, name):
    settings.SECURE = secure
    amna, response = member("amna"), HttpResponse()
    request = visit(amna)
    parking.park(request, response, PRIVATE)
    cookie = response.cookies[name]
    assert (cookie["httponly"], cookie["samesite"], cookie["path"], cookie["domain"]) == (True, "Strict", "/", "")
    assert bool(cookie["secure"]) is secure
    assert (cookie["max-age"], cookie["expires"]) == ("", "")     # goes with the browser
    request.COOKIES[name] = cookie.value
    assert parking.fetch(request) == PRIVATE
    parking.lock(request, response)
    assert bool(response.cookies[name]["secure"]) is secure       # or the browser would refuse to delete it
