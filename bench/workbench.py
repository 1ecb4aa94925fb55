"""What a caseworker waits for in an office of a million cases: against the same with ten thousand, against bare SQL, and against
the design of the DOJ's portal (numbered pages by OFFSET, search by icontains, exact counts) on the same rows.

Both crowds (bench/crowd.py) stay in a PostgreSQL under var/workbench, made once: a quarter of an hour and 10 GB. Each run adds a
member with open keys and forty sealed cases that are due first, so that the pages measured are read, unsealed and written down as
in life, and takes all of it back.
"""
import json
import statistics
import time
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

from bench import ENVIRON, Figure
from bench.stage import ROOT, SERVICES

# isort: split
from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Count
from django.test import Client
from django.utils import timezone

from bench import bare
from bench.crowd import fill
from cases.escalation import registry
from cases.models import Case
from cases.selectors import cases_for
from cases.triage import filters, queue
from cases.units.models import Unit
from portal.accounts.models import User
from tests.factories.cases import make_case, make_member, reporter_writes, signed_in
from tests.services import Services

NAME = "workbench"
FIGURES = ("queue_p50_growth", "queue_list_growth", "queue_p50_vs_sql", "view_p50_growth", "deep_page_growth", "case_open_growth",
           "queue_vs_doj", "deep_page_vs_doj", "reference_vs_doj", "view_vs_doj")
KEPT = Path(ENVIRON.get("MEHFOOZ_DATA", ROOT / "var")).resolve() / "workbench"
SIZES = {"small": 10_000, "large": 1_000_000}
SEALED, MESSAGES, TIMES = 40, 20, 25
VIEW = {"harm": "deepfake", "assignee": "nobody", "platform": "snapchat"}       # about one open case in 400
DEEP = 400              # pages down the list with 1 M; with 10 k as far in share
SETTINGS = ("shared_buffers=1GB", "maintenance_work_mem=1GB", "work_mem=16MB", "effective_cache_size=12GB",
            "random_page_cost=1.1")
server = Services()
Times = dict[str, float]        # milliseconds, medians


def run() -> dict[str, Figure]:
    SERVICES.redis()
    begin()
    small, large = (measured(name) for name in SIZES)
    for name in large:
        print(f"  {name:<24} {small.get(name, 0):>9.2f} ms with 10 k, {large[name]:>9.2f} ms with 1 M", flush=True)
    return figures(small, large)


def figures(small: Times, large: Times) -> dict[str, Figure]:
    def growth(name: str, what: str) -> Figure:
        return Figure(large[name] / small[name], "", f"{what}: {large[name]:.1f} ms with 1 M cases, {small[name]:.1f} with 10 k")

    def against(ours: str, theirs: str, what: str) -> Figure:
        return Figure(large[ours] / large[theirs], "", f"{what}: {large[ours]:.1f} ms, {large[theirs]:.1f}")

    return {
        "queue_p50_growth": growth("queue", "the whole page, unsealed and written down"),
        "queue_list_growth": growth("list", "finding its 25 cases and counting eight tabs"),
        "queue_p50_vs_sql": against("list", "list_sql", "the same against one tuned query for each, 1 M"),
        "view_p50_growth": growth("view", "the page of a view with three filters"),
        "deep_page_growth": growth("deep", "a page far down the list"),
        "case_open_growth": growth("case", "a case page"),
        "queue_vs_doj": against("list", "doj_list", "first page and counts, 1 M, against OFFSET and exact counts"),
        "deep_page_vs_doj": against("deep_list", "doj_deep", f"page {DEEP}, without counts"),
        "reference_vs_doj": against("reference", "doj_reference", "a reference's beginning, against icontains"),
        "view_vs_doj": against("view_list", "doj_view", "a view with three filters and its count"),
    }


# --- the two crowds ---------------------------------------------------------------------------------------------------
def begin() -> None:
    """The kept server, and in it whichever crowd is not there yet."""
    call_command("collectstatic", interactive=False, verbosity=0)
    KEPT.mkdir(parents=True, exist_ok=True)
    server.postgresql(KEPT / "pg", *SETTINGS)
    note = KEPT / "made.json"
    made = json.loads(note.read_text()) if note.exists() else {}
    for name, cases in SIZES.items():
        if made.get(name) != cases:
            use("postgres")
            with connection.cursor() as cursor:
                cursor.execute(f'DROP DATABASE IF EXISTS "{name}"')
                cursor.execute(f'CREATE DATABASE "{name}"')
        use(name)
        call_command("migrate", interactive=False, verbosity=0)
        if made.get(name) != cases:
            fill(cases)
            made[name] = cases
            note.write_text(json.dumps(made))


def use(name: str) -> None:
    connection.close()
    connection.settings_dict |= {"HOST": str(server.directory), "NAME": name}


# --- measuring --------------------------------------------------------------------------------------------------------
def measured(name: str) -> Times:
    use(name)
    with transaction.atomic():
        times = inside(deep=DEEP if name == "large" else DEEP * SIZES["small"] // SIZES["large"])
        transaction.set_rollback(True)
    return times


def inside(deep: int) -> Times:
    registry.seed()
    adults, children = Unit.objects.get(code="adults"), Unit.objects.get(code="children")
    ayesha = make_member("Ayesha", adults, children)
    cases = [make_case((adults, children)[number % 2]) for number in range(SEALED)]
    Case.objects.filter(pk__in=[case.pk for case in cases]).update(due_at=timezone.now() - timedelta(days=30))
    for number in range(MESSAGES):
        reporter_writes(cases[0], f"پیغام {number}")
    with connection.cursor() as cursor:         # as autovacuum would: how many units a member is in decides how PostgreSQL looks
        cursor.execute("ANALYZE cases_units_membership")
    client, last = signed_in(ayesha), deep_place(ayesha, deep)
    ref = Case.objects.filter(unit=adults, status="new", ref__contains="B").earliest("opened_at").ref
    member = bare.Member(ayesha, (adults, children))
    view = "&".join(f"{name}={value}" for name, value in VIEW.items())
    return {
        "queue": page(client, "/desk/"), "view": page(client, f"/desk/?{view}"), "deep": page(client, f"/desk/?after={last}"),
        "case": page(client, f"/desk/case/{cases[0].ref}/"),
        "list": median(lambda: listed(ayesha)), "list_sql": median(lambda: (member.rows(), member.counts())),
        "view_list": median(lambda: viewed(ayesha, VIEW)), "deep_list": median(lambda: viewed(ayesha, {}, last, count=False)),
        "reference": median(lambda: viewed(ayesha, {"q": ref[:8]}, count=False)),
        "doj_list": median(lambda: (doj(ayesha, {}), doj_tabs(ayesha))), "doj_view": median(lambda: doj(ayesha, VIEW)),
        "doj_deep": median(lambda: doj(ayesha, {}, deep, count=False)),
        "doj_reference": median(lambda: doj_reference(ayesha, ref[3:8])),
    }


def page(client: Client, path: str) -> float:
    def ask() -> None:
        answer = client.get(path)
        assert answer.status_code == 200, f"{path} answered {answer.status_code}"
    return median(ask)


def median(act: Callable[[], Any]) -> float:
    """Milliseconds; the first call apart, which compiles and warms."""
    taken = []
    for _ in range(TIMES + 1):
        began = time.perf_counter()
        act()
        taken.append(time.perf_counter() - began)
    return statistics.median(taken[1:]) * 1000


def listed(member: User) -> None:
    """What the queue's page asks for its rows and tabs."""
    known = filters.Known(member)
    found = filters.read({}, member, known)
    rows = queue.page(found, member).cases
    assert len(rows) == queue.PAGE
    queue.tabs(member, found.params, queue.TABS, known)


def viewed(member: User, params: dict[str, str], after: str = "", *, count: bool = True) -> None:
    found = filters.read(params, member)
    queue.page(found, member, after=after)
    if count:
        queue.counted([found.cases(member, timezone.now())])


def deep_place(member: User, pages: int) -> str:
    cases = filters.read({}, member).cases(member, timezone.now()).order_by("due_at", "pk")
    at, pk = cases.values_list("due_at", "pk")[pages * queue.PAGE]
    return queue.cursor.write(at, pk).replace("+", "%2B")


# --- the other design -------------------------------------------------------------------------------------------------
def doj(member: User, params: dict[str, str], page: int = 0, *, count: bool = True) -> None:
    """Numbered pages: sort, skip, and count all for the number of the last one."""
    cases = filters.read(params, member).cases(member, timezone.now()).order_by("due_at", "pk")
    list(cases.select_related("unit", "assignee").defer("answers")[page * queue.PAGE:(page + 1) * queue.PAGE])
    if count:
        cases.count()


def doj_tabs(member: User) -> None:
    now, known = timezone.now(), filters.Known(member)
    for tab in queue.TABS:
        filters.read(tab.params, member, known).cases(member, now).aggregate(all=Count("pk"))


def doj_reference(member: User, part: str) -> None:
    found = cases_for(member).filter(ref__icontains=part).order_by("due_at")
    list(found.select_related("unit", "assignee").defer("answers")[:queue.PAGE])
