"""How long a caseworker waits: the queue of an office with ten thousand cases, and a case page. Server time, on PostgreSQL.

Forty cases are the demonstration's, sealed and whole, and stand on the queue's first page, since they are due first. The others
are rows like them, which count, sort and filter; nobody opens one.
"""
import itertools
import json
import re
import statistics
import time
import uuid
from collections.abc import Iterator
from datetime import timedelta

from bench import Figure
from bench.stage import DATA, prepare

# isort: split
from django.test import Client
from django.utils import timezone

from cases.models import Case
from cases.units.models import Unit
from cases.vault.models import DataKey
from portal.accounts.models import User
from tests.factories.cases import make_case, reporter_writes

NAME = "desk"
FIGURES = ("queue_25_ms", "case_open_ms", "queue_10k_ms", "queue_10k_late_ms", "case_page_ms")
CASES, MESSAGES, TIMES = 10_000, 50, 25


def run() -> dict[str, Figure]:
    prepare()
    client = caseworker()
    reviewed = Case.objects.filter(status="in_review", unit__code="adults").order_by("due_at")
    ref, talkative = reviewed[0].ref, make_case(Unit.objects.get(code="adults"))
    for number in range(MESSAGES):
        reporter_writes(talkative, f"پیغام {number}")
    small = {"queue_25_ms": "/desk/", "case_open_ms": f"/desk/case/{talkative.ref}/"}
    figures = {name: figure(client, path) for name, path in small.items()}
    fill(CASES)
    pages = {"queue_10k_ms": "/desk/", "queue_10k_late_ms": "/desk/?late=on&harm=sextortion",
             "case_page_ms": f"/desk/case/{ref}/"}
    return figures | {name: figure(client, path) for name, path in pages.items()}


def figure(client: Client, path: str) -> Figure:
    shown = re.sub("case/[^/]+", "case/…", path)
    return Figure(round(milliseconds(client, path)), "ms", f"{shown}, median of {TIMES}, test client")


def fill(wanted: int) -> None:
    """Copies of what is there, under numbers and keys of their own, due after all of it."""
    real = list(Case.objects.exclude(status="closed"))
    missing = wanted - Case.objects.count()
    copies = [copy_of(case, number) for number, case in zip(range(missing), itertools.cycle(real))]
    DataKey.objects.bulk_create([key for case in copies for key in (case.key, case.conversation_key)], batch_size=2000)
    Case.objects.bulk_create(copies, batch_size=2000)


def copy_of(case: Case, number: int) -> Case:
    values = {field.attname: getattr(case, field.attname) for field in Case._meta.concrete_fields}
    later = timezone.now() + timedelta(days=60, minutes=number)
    for name in ("key_id", "conversation_key_id"):
        del values[name]
    return Case(**values | {"id": uuid.uuid4(), "submission": uuid.uuid4(), "ref": f"B{number}", "due_at": case.due_at and later},
                key=DataKey(), conversation_key=DataKey())


def caseworker() -> Client:
    """Signed in, the vault open: Ayesha of the demonstration, who reads two units."""
    account = next(each for each in json.loads((DATA / "demo.json").read_text())["accounts"] if each["role"] == "caseworker")
    client = Client()
    client.force_login(User.objects.get(email=account["email"]))
    opened = client.post("/desk/unlock/", {"passphrase": account["password"]})
    assert opened.status_code == 302, "the vault stayed locked"
    return client


def milliseconds(client: Client, path: str) -> float:
    """The median of some requests, the first one apart: it compiles the templates."""
    return statistics.median(list(timed(client, path))[1:]) * 1000


def timed(client: Client, path: str) -> Iterator[float]:
    for _ in range(TIMES + 1):
        began = time.perf_counter()
        answer = client.get(path)
        yield time.perf_counter() - began
        assert answer.status_code == 200, f"{path} answered {answer.status_code}"
