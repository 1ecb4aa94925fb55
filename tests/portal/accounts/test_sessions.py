"""The list of one's own sessions, what its rows hold, and when a session is over."""
import time
from datetime import UTC, datetime

import pytest
from django.test import Client
from django.utils import timezone

from cases.audit.models import Entry
from portal.accounts import sessions
from portal.accounts.models import Session, User
from tests.factories.cases import make_member, signed_in
from tests.portal.accounts.conftest import sign_in

HOUR = 3600


@pytest.fixture
def clock(monkeypatch):
    class Clock:
        now = time.time()
    monkeypatch.setattr(sessions.time, "time", lambda: Clock.now)
    monkeypatch.setattr(timezone, "now", lambda: datetime.fromtimestamp(Clock.now, UTC))
    return Clock


def key_of(client: Client) -> str:
    return sessions.digest(client.cookies["staff"].value)


def page(client: Client) -> str:
    return client.get("/desk/account/sessions/").content.decode()


def test_the_list_shows_mine_and_marks_this_one(ayesha):
    here, there, other = signed_in(ayesha), signed_in(ayesha), signed_in(make_member("Bilal"))
    text = page(here)
    assert text.count("This one") == 1
    assert key_of(there) in text
    assert key_of(other) not in text


def test_the_table_says_when_but_not_from_where(ayesha):
    client = Client(headers={"user-agent": "Secret/1.0", "x-real-ip": "203.0.113.77"})
    client.force_login(ayesha)
    client.get("/desk/")
    row = Session.objects.get(member=ayesha)
    assert row.last_used_at.minute % 15 == row.last_used_at.second == row.last_used_at.microsecond == 0
    assert row.last_used_at <= row.started_at or row.last_used_at.minute // 15 == row.started_at.minute // 15
    everything = f"{row.__dict__} {row.get_decoded()}"
    assert "Secret" not in everything
    assert "203.0.113" not in everything


def test_a_member_names_a_browser(ayesha):
    client = signed_in(ayesha)
    client.post("/desk/account/sessions/name/", {"label": "Office computer"})
    assert "Office computer" in page(signed_in(ayesha))
    assert Session.objects.get(pk=key_of(client)).label == "Office computer"


def test_a_name_that_is_too_long_is_said_beside_it_and_kept(ayesha):
    answer = signed_in(ayesha).post("/desk/account/sessions/name/", {"label": "x" * 41}).content.decode()
    assert 'id="id_label_error"' in answer
    assert "x" * 41 in answer


def test_ending_one_ends_that_one(ayesha):
    here, there, third = signed_in(ayesha), signed_in(ayesha), signed_in(ayesha)
    here.post("/desk/account/sessions/end/", {"session": key_of(there)})
    assert there.get("/desk/")["Location"].startswith("/desk/sign-in/")
    assert here.get("/desk/").status_code == third.get("/desk/").status_code == 200
    assert Entry.objects.get(event="sessions_ended").details == {"count": 1}


def test_ending_all_others_leaves_this_one(ayesha):
    here, others = signed_in(ayesha), [signed_in(ayesha) for _ in range(2)]
    here.post("/desk/account/sessions/end-others/")
    assert here.get("/desk/").status_code == 200
    assert all(other.get("/desk/").status_code == 302 for other in others)


def test_a_session_is_over_after_eight_hours_however_much_it_is_used(ayesha, clock):
    client = signed_in(ayesha, unlocked=False)
    ends = Session.objects.get(member=ayesha).expire_date
    for _ in range(15):
        clock.now += HOUR / 2
        assert client.get("/desk/account/").status_code == 200
    row = Session.objects.get(member=ayesha)
    assert (row.last_used_at - row.started_at).total_seconds() > 7 * HOUR
    assert abs((row.expire_date - ends).total_seconds()) < 5
    clock.now += HOUR / 2
    assert client.get("/desk/account/").status_code == 302


@pytest.mark.parametrize(("idle", "over"), [(44 * 60, False), (HOUR, True)])
def test_a_session_that_nobody_uses_is_over_within_the_hour(ayesha, clock, idle, over):
    client = signed_in(ayesha, unlocked=False)
    client.get("/desk/account/")
    clock.now += idle
    assert sessions.sessions_of(ayesha).exists() is not over
    assert client.get("/desk/account/").status_code == (302 if over else 200)


def test_use_is_noted_once_a_quarter(ayesha, clock, django_assert_num_queries):
    client = signed_in(ayesha, unlocked=False)
    client.get("/desk/account/")
    before = Session.objects.get(member=ayesha).last_used_at
    clock.now += 15 * 60
    client.get("/desk/account/")
    assert Session.objects.get(member=ayesha).last_used_at > before
    with django_assert_num_queries(2):                              # the session and the member: nothing is written
        client.get("/desk/vault/state/")


def test_an_open_page_that_looks_for_the_vault_is_no_use_and_typing_is(ayesha, clock):
    client = signed_in(ayesha)
    client.get("/desk/account/")
    before = Session.objects.get(member=ayesha).last_used_at
    clock.now += 15 * 60
    client.get("/desk/vault/state/")
    assert Session.objects.get(member=ayesha).last_used_at == before
    client.post("/desk/vault/state/")
    assert Session.objects.get(member=ayesha).last_used_at > before


def test_rows_that_are_over_go_when_somebody_signs_in(ayesha):
    signed_in(ayesha)
    Session.objects.update(expire_date="2020-01-01T00:00Z")
    signed_in(make_member("Bilal"))
    assert not Session.objects.filter(member=ayesha).exists()


def test_half_a_sign_in_is_not_in_the_list_and_ends_with_the_rest(client, ayesha):
    sign_in(client)
    assert Session.objects.get(member=ayesha).entered is False
    assert not sessions.sessions_of(ayesha).exists()
    assert sessions.end(member=User.objects.get(pk=ayesha.pk), by=None) == 1
    assert client.get("/desk/sign-in/second-factor/")["Location"] == "/desk/sign-in/"
