"""A partner with its keys, a list, and a way to ask as its client asks."""
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from django.conf import LazySettings
from django.http import HttpResponse
from django.test import Client

from cases.exchange.models import Partner
from cases.exchange.partners import Keys, add_partner
from cases.hashing.models import ListEntry
from cases.hashing.wire.stopncii import to_seconds
from tests.factories.lists import list_entries

BASE = "/exchange/stopncii/v1"
Publish = Callable[..., list[ListEntry]]


@dataclass
class Platform:
    """A platform's client, reduced to its requests."""
    partner: Partner
    keys: Keys

    @property
    def headers(self) -> dict[str, str]:
        return {"x-functions-key": self.keys.first, "Ocp-Apim-Subscription-Key": self.keys.second}

    def fetch(self, **query: Any) -> HttpResponse:
        return Client().get(f"{BASE}/FetchHashes", query, headers=self.headers)

    def pull(self, since: int = 10, size: int = 800) -> tuple[list[dict[str, Any]], int]:
        """Every page from `since`, and the checkpoint to come back with. Demands of each page what the stock client demands."""
        records: list[dict[str, Any]] = []
        token, mark = "", since
        while True:
            page = self.fetch(startTimestamp=since, pageSize=size, **({"nextPageToken": token} if token else {})).json()
            assert page["count"] == len(page["hashRecords"]) <= size
            assert page["nextSetTimestamp"] >= mark
            if page["hashRecords"]:
                assert page["nextSetTimestamp"] <= page["hashRecords"][-1]["lastModtimestamp"]
            records, mark, token = records + page["hashRecords"], page["nextSetTimestamp"], page["nextPageToken"]
            if not page["hasMoreRecords"]:
                return records, mark

    def say(self, *verdicts: tuple[str, str]) -> HttpResponse:
        lines = [{"hashValue": value, "feedbackValue": verdict, "tags": []} for value, verdict in verdicts]
        return self.post({"count": len(lines), "hashFeedbacks": lines})

    def post(self, body: object, **options: Any) -> HttpResponse:
        return Client(enforce_csrf_checks=True).post(f"{BASE}/SubmitFeedback", body, content_type="application/json",
                                                     headers=self.headers, **options)


@pytest.fixture
def platform(db: None) -> Platform:
    return Platform(*add_partner(name="TikTok", platform="tiktok"))


@pytest.fixture
def other(db: None) -> Platform:
    return Platform(*add_partner(name="Telegram", platform="telegram"))


@pytest.fixture
def publish(db: None) -> Publish:
    """Entries as they stand on the list; `at` one moment for all."""
    return list_entries


@pytest.fixture(autouse=True)
def _counters(redis_server: None, settings: LazySettings) -> None:
    """The throttle counts in the cache."""


def seconds(entry: ListEntry) -> int:
    return to_seconds(entry.modified_at)
