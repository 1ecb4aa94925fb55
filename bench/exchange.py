"""What a platform's client waits for one page of 800 fingerprints, out of a list of ten thousand. Server time, on PostgreSQL."""
import secrets
from datetime import timedelta

from bench import Figure
from bench.desk import milliseconds
from bench.stage import prepare

# isort: split
from django.test import Client
from django.utils import timezone

from cases.exchange.partners import add_partner
from cases.hashing.models import ListEntry

NAME = "exchange"
FIGURES = ("exchange_page_800_ms",)
LISTED = 10_000


def run() -> dict[str, Figure]:
    prepare()
    month_ago = timezone.now() - timedelta(days=30)
    moments = [month_ago + timedelta(minutes=n) for n in range(LISTED)]
    ListEntry.objects.bulk_create([ListEntry(pdq=secrets.token_hex(32), published_at=at, modified_at=at) for at in moments],
                                  batch_size=2000)
    _partner, keys = add_partner(name="Measurement", platform="telegram")
    client = Client(headers={"x-functions-key": keys.first, "Ocp-Apim-Subscription-Key": keys.second})
    path = "/exchange/stopncii/v1/FetchHashes?startTimestamp=10&pageSize=800"
    assert client.get(path).json()["count"] == 800
    return {"exchange_page_800_ms": Figure(round(milliseconds(client, path)), "ms", "a list of 10,000, test client")}
