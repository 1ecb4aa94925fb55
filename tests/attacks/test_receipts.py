"""Attacks on receipts: by the clock. A code that once was and one that never was are answered alike, in words and in time."""
import time
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from cases.intake import receipts
from cases.models import Case
from cases.vault import receipt as codes
from tests.factories.cases import make_case, make_unit

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("redis_server")]
PAIRS = 15
BOUND = 0.45                    # of a rank statistic around 0.5: about 4.2 standard deviations with 15 + 15 samples


def test_a_code_that_has_ended_takes_as_long_as_one_that_never_was(settings):
    settings.CLIENT_ADDRESS_HEADER = "X-Real-IP"
    ended = codes.new_code()
    case = make_case(make_unit())
    receipts.issue(case=case, lock=receipts.make_lock(ended))
    Case.objects.filter(pk=case.pk).update(status="closed", outcome="removed",
                                           closed_at=timezone.now() - receipts.LIFETIME - timedelta(days=1))
    took: dict[str, list[float]] = {"ended": [], "unknown": []}
    for n in range(-2, PAIRS):
        for kind in (("ended", "unknown") if n % 2 else ("unknown", "ended")):      # in turns: a busy moment meets both
            seconds = attempt(ended if kind == "ended" else codes.new_code(), f"203.0.113.{n + 10}")
            if n >= 0:                                                              # the first ones warm up
                took[kind].append(seconds)
    longer = sum((one > other) + (one == other) / 2 for one in took["ended"] for other in took["unknown"]) / PAIRS ** 2
    assert abs(longer - 0.5) < BOUND, f"the code that has ended takes longer in {longer:.0%} of pairs"


def attempt(code: str, address: str) -> float:
    client, began = Client(), time.perf_counter()
    answer = client.post("/en/inbox/", f"code={code}", content_type="application/x-www-form-urlencoded",
                         headers={"X-Real-IP": address})
    took = time.perf_counter() - began
    assert "We find no report with this code" in answer.content.decode()
    return took
