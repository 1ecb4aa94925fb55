import pytest
from django.core.cache import cache
from django.test import RequestFactory

from cases.intake import throttle
from cases.intake.throttle import Limit

pytestmark = pytest.mark.usefixtures("redis_server")
FEW = Limit("few", 3, 600)
OTHER = Limit("other", 3, 600)


def of(address: str, **headers: str):
    return RequestFactory().get("/", REMOTE_ADDR=address, headers=headers)


def knock(times: int, address: str = "203.0.113.7") -> None:
    for _ in range(times):
        throttle.count(FEW, of(address))


def test_the_limit_is_reached_by_one_address_and_one_thing_only():
    knock(2)
    assert not throttle.exceeded(FEW, of("203.0.113.7"))
    knock(1)
    assert throttle.exceeded(FEW, of("203.0.113.7"))
    assert not throttle.exceeded(FEW, of("203.0.113.8"))
    assert not throttle.exceeded(OTHER, of("203.0.113.7"))


def test_a_household_with_ipv6_counts_once():
    knock(3, "2001:db8:1:2::1")
    assert throttle.exceeded(FEW, of("2001:db8:1:2:ffff::9"))
    assert not throttle.exceeded(FEW, of("2001:db8:1:3::1"))


def test_behind_a_proxy_its_header_counts_and_nobody_elses(settings):
    settings.CLIENT_ADDRESS_HEADER = "X-Real-IP"
    for _ in range(3):
        throttle.count(FEW, of("10.0.0.1", X_Real_IP="198.51.100.1"))
    assert throttle.exceeded(FEW, of("10.0.0.1", X_Real_IP="198.51.100.1"))
    assert not throttle.exceeded(FEW, of("10.0.0.1", X_Real_IP="198.51.100.2"))


def test_no_address_is_kept_and_another_day_has_another_salt(monkeypatch):
    names: list[str] = []
    add = cache.add
    monkeypatch.setattr(cache, "add", lambda key, *rest, **more: (names.append(key), add(key, *rest, **more))[1])
    knock(1)
    cache.clear()                                     # a new day: the salt is gone
    knock(1)
    counters = [name for name in names if name.startswith("throttle:")]
    assert len(set(counters)) == 2
    assert not any("203.0.113.7" in name for name in names)
