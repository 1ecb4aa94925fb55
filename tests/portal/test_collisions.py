"""Two at the same thing: the database lets one of them, and the other presses again."""
from html import escape

import pytest
from django.db import OperationalError
from psycopg import errors

from cases.hashing import setting_aside
from portal.collisions import collided
from tests.factories.cases import make_case, make_member, make_unit, signed_in


def collision(cause: type[errors.OperationalError]) -> OperationalError:
    error = OperationalError("deadlock detected")
    error.__cause__ = cause()
    return error


@pytest.fixture
def ayesha(db):
    return make_member("Ayesha", make_unit())


def test_whoever_lost_the_race_presses_again_and_loses_nothing(ayesha, monkeypatch):
    case = make_case(ayesha.memberships.get().unit)
    client, address, typed = signed_in(ayesha), f"/desk/case/{case.ref}/aside/", {
        "act": "set_aside", "why": "made_up", "note": 'says "no" <b>', "password": "secret", "tick": ["a", "b"]}

    def lose(**_: object) -> None:
        raise collision(errors.DeadlockDetected)

    with monkeypatch.context() as once:
        once.setattr(setting_aside, "set_aside", lose)
        answer = client.post(address, typed)
    text = answer.content.decode()
    assert answer.status_code == 409
    assert answer.headers["Cache-Control"] == "no-store"
    for name, value in (("why", "made_up"), ("note", 'says "no" <b>'), ("tick", "a"), ("tick", "b")):
        assert f'<input type="hidden" name="{name}" value="{escape(value)}">' in text
    assert "secret" not in text
    assert "Press again" in text
    assert "دوبارہ دبائیں" in text
    assert client.post(address, typed).status_code == 302


def test_another_trouble_of_the_database_is_no_collision():
    assert collided(collision(errors.SerializationFailure))
    assert collided(OperationalError("database is locked"))
    assert not collided(collision(errors.ConnectionFailure))
    assert not collided(OperationalError("server closed the connection"))
