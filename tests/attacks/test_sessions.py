"""Attacks on a member's session: planted, stolen by halves, outlived."""
import base64
from importlib import import_module

import pytest
from django.conf import settings as project
from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.exceptions import SessionInterrupted
from django.test import Client

from cases.units.models import Unit
from portal.accounts import services, sessions
from portal.accounts.models import Session, User
from tests.factories.cases import make_case, make_member, signed_in
from tests.portal.accounts.conftest import app_code, is_signed_in, set_up_factor, sign_in, with_password

STORY = "Xyzzy, he wrote to my brother"


@pytest.fixture
def ayesha(unit: Unit) -> User:
    make_case(unit, story=STORY)
    return with_password(make_member("Ayesha Khan", unit, email="ayesha@example.org"))


def reads(client: Client) -> bool:
    return STORY in client.get("/desk/").content.decode()


# --- session fixation -------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("planted", ["a" * 32, "0123456789abcdef0123456789abcdef", "../../etc/passwd", "' OR 1=1 --"])
def test_an_invented_session_id_names_nothing_after_sign_in(client, ayesha, planted):
    set_up_factor(ayesha)
    client.cookies["staff"] = planted
    sign_in(client, code=app_code(ayesha))
    assert is_signed_in(client)
    assert client.cookies["staff"].value != planted
    thief = Client()
    thief.cookies["staff"] = planted
    assert thief.get("/desk/").status_code == 302


def test_a_session_planted_from_another_browser_is_left_behind(client, ayesha):
    """The attacker begins to sign in as herself and plants her own, real session."""
    attacker = Client()
    with_password(make_member("Mallory", email="mallory@example.org"))
    sign_in(attacker, email="mallory@example.org")
    planted = attacker.cookies["staff"].value
    set_up_factor(ayesha)
    client.cookies["staff"] = planted
    sign_in(client, code=app_code(ayesha))
    assert is_signed_in(client)
    assert client.cookies["staff"].value != planted
    assert SESSION_KEY not in attacker.session
    assert attacker.get("/desk/").status_code == 302


def test_the_id_changes_at_each_step_up(client, ayesha):
    set_up_factor(ayesha)
    sign_in(client)
    after_password = client.cookies["staff"].value
    client.post("/desk/sign-in/code/", {"code": app_code(ayesha)})
    assert client.cookies["staff"].value != after_password
    assert not Session.objects.filter(pk=sessions.digest(after_password)).exists()


# --- one half without the other ---------------------------------------------------------------------------------------
def test_the_database_without_the_cookie_signs_nobody_in(ayesha):
    victim = signed_in(ayesha)
    assert reads(victim)
    for row in Session.objects.all():
        for stolen in (row.session_key, row.session_key[:32], row.session_data):
            thief = Client()
            thief.cookies["staff"] = stolen
            thief.cookies["vault"] = base64.urlsafe_b64encode(bytes(32)).decode()
            assert thief.get("/desk/").status_code == 302


def test_a_row_forged_by_who_can_write_the_database_opens_no_vault(ayesha):
    """Whoever also knows the deployment's secret can make a session row of their own; the key is still not in it."""
    victim = signed_in(ayesha)
    stolen = Session.objects.get(member=ayesha).get_decoded()
    forged = import_module(project.SESSION_ENGINE).SessionStore()
    forged.update(stolen)
    forged.create()
    forged.update(stolen)
    forged.save()
    thief = Client()
    thief.cookies["staff"] = forged.session_key
    thief.cookies["vault"] = base64.urlsafe_b64encode(bytes(32)).decode()
    assert thief.get("/desk/").status_code == 200           # signed in, by the deployment's secret and a row
    assert not reads(thief)
    thief.cookies["vault"] = victim.cookies["vault"].value  # even with her cookie: the key is bound to her session
    assert not reads(thief)


def test_the_cookie_without_the_database_signs_nobody_in(ayesha):
    thief = Client()
    thief.cookies.update(signed_in(ayesha).cookies)
    assert reads(thief)
    Session.objects.all().delete()                          # the cookies, at a portal that has not this row
    assert thief.get("/desk/").status_code == 302
    assert not Session.objects.exists()


def test_one_cookie_of_the_two_reads_nothing(ayesha):
    victim = signed_in(ayesha)
    signed_in_only, vault_only = Client(), Client()
    signed_in_only.cookies["staff"] = victim.cookies["staff"].value
    vault_only.cookies["vault"] = victim.cookies["vault"].value
    assert signed_in_only.get("/desk/").status_code == 200
    assert not reads(signed_in_only)
    assert vault_only.get("/desk/").status_code == 302


# --- sessions that should be over -------------------------------------------------------------------------------------
def test_a_deactivated_members_live_session(ayesha):
    client = signed_in(ayesha)
    assert reads(client)
    User.objects.filter(pk=ayesha.pk).update(is_active=False)
    answer = client.get("/desk/")
    assert answer.status_code == 302
    assert STORY not in answer.content.decode()


def test_a_session_ended_while_a_request_runs_does_not_come_back(ayesha):
    """A slow request loaded the session before it was ended and saves it afterwards."""
    client = signed_in(ayesha, unlocked=False)
    slow = import_module(project.SESSION_ENGINE).SessionStore(client.cookies["staff"].value)
    assert slow[SESSION_KEY] == str(ayesha.pk)
    sessions.end(member=ayesha, by=None)
    slow["late"] = True
    with pytest.raises(import_module("django.contrib.sessions.backends.base").UpdateError):
        slow.save()
    assert not Session.objects.exists()


def test_a_session_ended_while_a_passphrase_is_checked_gets_no_new_name(ayesha):
    """Argon2id takes its time; meanwhile an administrator signs the member out. Opening the vault renames the session."""
    client = signed_in(ayesha, unlocked=False)
    slow = import_module(project.SESSION_ENGINE).SessionStore(client.cookies["staff"].value)
    assert slow[SESSION_KEY] == str(ayesha.pk)
    sessions.end(member=ayesha, by=None)
    with pytest.raises(SessionInterrupted):
        slow.cycle_key()
    assert not Session.objects.exists()


def test_pressing_a_slow_button_twice_ends_nothing(ayesha):
    client = signed_in(ayesha, unlocked=False)
    presses = [import_module(project.SESSION_ENGINE).SessionStore(client.cookies["staff"].value) for _ in range(2)]
    assert [each[SESSION_KEY] for each in presses] == [str(ayesha.pk)] * 2
    for each in presses:
        each.cycle_key()
    assert len({each.session_key for each in presses}) == 2
    assert Session.objects.filter(member=ayesha).count() == 2


def test_a_reset_password_ends_what_was_open_or_half_open(client, ayesha):
    """Who knows the old password stands between password and second factor while the member is given a new start."""
    open_session = signed_in(ayesha)
    sign_in(client)
    assert client.get("/desk/sign-in/second-factor/").status_code == 200
    services.start_over(member=ayesha, by=None)
    assert open_session.get("/desk/").status_code == 302
    assert client.get("/desk/sign-in/second-factor/")["Location"] == "/desk/sign-in/"
    assert client.get("/desk/sign-in/begin/").status_code == 302


def test_ending_a_strangers_session(ayesha):
    stranger = signed_in(make_member("Mallory"), unlocked=False)
    victim = signed_in(ayesha)
    key = sessions.digest(victim.cookies["staff"].value)
    assert stranger.post("/desk/account/sessions/end/", {"session": key}).status_code == 404
    assert victim.get("/desk/").status_code == 200
