"""What a platform's client waits for one page of 800 fingerprints, and what the stock client gets from us and from a file.

Both clients run as platforms run them: `threatexchange fetch`, a process of its own, from nothing, index included.
"""
import os
import subprocess
import sys
import tempfile
import time
from datetime import timedelta
from pathlib import Path

from bench import Figure
from bench.desk import milliseconds
from bench.stage import prepare, web

# isort: split
from django.test import Client
from django.utils import timezone

from cases.exchange.partners import Keys, add_partner
from cases.hashing.models import ListEntry
from tests.factories.lists import list_entries

NAME = "exchange"
FIGURES = ("exchange_page_800_ms", "exchange_rows_per_second", "exchange_vs_local_ratio")
LISTED = 10_000
PEER = "threatexchange 1.2.17, local_file"


def run() -> dict[str, Figure]:
    prepare()
    month_ago = timezone.now() - timedelta(days=30)
    list_entries(moments=[month_ago + timedelta(minutes=n) for n in range(LISTED)], count=LISTED)
    _partner, keys = add_partner(name="Measurement", platform="telegram")
    client = Client(headers={"x-functions-key": keys.first, "Ocp-Apim-Subscription-Key": keys.second})
    path = "/exchange/stopncii/v1/FetchHashes?startTimestamp=10&pageSize=800"
    assert client.get(path).json()["count"] == 800
    page = milliseconds(client, path)
    with web() as base:
        ours = rows_per_second(keys, f"{base}/exchange/stopncii/v1", "stop_ncii")
    theirs = rows_per_second(keys, "http://nowhere.invalid", "local_file")
    return {"exchange_page_800_ms": Figure(round(page), "ms", "a list of 10,000, test client"),
            "exchange_rows_per_second": Figure(round(ours), "/s", "10,000 entries, by HTTP"),
            "exchange_vs_local_ratio": Figure(round(ours / theirs, 3), "", PEER)}


def rows_per_second(keys: Keys, base: str, kind: str) -> float:
    """Of the better of two pulls from nothing."""
    with tempfile.TemporaryDirectory() as home:
        file = Path(home) / "hashes.txt"
        values = ListEntry.objects.filter(state=ListEntry.State.ACTIVE, kind="pdq").values_list("value", flat=True)
        file.write_text("".join(f"pdq {value}\n" for value in values))
        own = ["--filename", str(file)] if kind == "local_file" else []
        stock(home, keys, base, "config", "collab", "edit", kind, "--create", "Measured", *own)
        times = []
        for _round in range(2):
            stock(home, keys, base, "fetch", "--clear")
            began = time.perf_counter()
            stock(home, keys, base, "fetch")
            times.append(time.perf_counter() - began)
        lines = stock(home, keys, base, "dataset", "-P").splitlines()
        held = {word for line in lines for word in line.split() if len(word) == 64}
        assert held == set(values), f"{kind}: {len(held)} of {len(values)}"
    return len(values) / min(times)


def stock(home: str, keys: Keys, base: str, *command: str) -> str:
    environment = {"PATH": os.environ["PATH"], "HOME": home, "TX_STOPNCII_KEYS": f"{keys.first},{keys.second},{base}"}
    done = subprocess.run([sys.executable, "-m", "threatexchange", *command], env=environment, cwd=home, capture_output=True,
                          text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout
