"""Guesses at a second factor are counted while there is something to count with."""
import pytest

from portal.accounts import throttle
from portal.accounts.models import User
from portal.cache import ForgivingRedisCache


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
