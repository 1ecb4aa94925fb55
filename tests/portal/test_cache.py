"""Redis is unplugged: the public still reports, throttles let through, and nothing raises."""
import pytest
from django.core.cache import cache
from django.test import Client

from portal.cache import ForgivingRedisCache


@pytest.fixture
def unplugged() -> ForgivingRedisCache:
    return ForgivingRedisCache("unix:///nowhere/redis.sock?db=0", {})


def test_an_absent_cache_finds_nothing_and_keeps_nothing(unplugged: ForgivingRedisCache) -> None:
    unplugged.set("a", 1)
    unplugged.set_many({"a": 1})
    assert unplugged.get("a", 7) == 7
    assert unplugged.get_many(["a"]) == {}
    assert unplugged.add("a", 1)
    assert not unplugged.delete("a")
    assert unplugged.get_or_set("salt", lambda: b"x", 10) == b"x"
    with pytest.raises(ValueError, match="no count"):
        unplugged.incr("a")


@pytest.mark.postgres
def test_a_present_one_counts(redis_server: None) -> None:
    assert isinstance(cache._connections[cache._alias], ForgivingRedisCache)  # type: ignore[attr-defined]
    assert cache.add("n", 1)
    assert not cache.add("n", 1)
    assert cache.incr("n") == 2
    assert cache.get("n") == 2


@pytest.mark.postgres
def test_the_report_opens_without_redis(db: None) -> None:
    """No `redis_server` here: the socket does not exist."""
    assert Client().get("/ur/report/").status_code == 200
