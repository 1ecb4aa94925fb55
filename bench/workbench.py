"""What a caseworker waits for in an office of a million cases: against the same with ten thousand, against bare SQL, and against
the design of the DOJ's portal on the same rows (bench/doj.py).

Both crowds (bench/crowd.py) stay in a PostgreSQL under var/workbench, made once: a quarter of an hour and 10 GB. Each pass adds a
member with open keys and forty sealed cases that are due first, so that the pages measured are read, unsealed and written down as
in life, and takes all of it back. The two crowds take turns, so that what else the machine does falls on both.
"""
import json
import statistics
import time
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

from bench import ENVIRON, Figure
from bench.stage import ROOT, SERVICES

# isort: split
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from bench import bare, doj, many
from bench.crowd import fill
from bench.meter import weigh
from cases.escalation import registry
from cases.models import Case, Label
from cases.triage import digest, filters, neighbours, queue, saved
from cases.triage.models import SavedView
from cases.units.models import Unit
from portal.accounts.models import User
from tests.factories.cases import make_case, make_member, reporter_writes, signed_in
from tests.services import Services

NAME = "workbench"
FIGURES = ("queue_p50_growth", "queue_list_growth", "queue_p50_vs_sql", "view_p50_growth", "label_p50_growth",
           "outcome_p50_growth", "deep_page_growth", "case_open_growth", "digest_growth", "bulk_1000_growth", "queue_kb",
           "queue_vs_doj", "deep_page_vs_doj", "reference_vs_doj", "view_vs_doj")
KEPT = Path(ENVIRON.get("MEHFOOZ_DATA", ROOT / "var")).resolve() / "workbench"
SIZES = {"small": 10_000, "large": 1_000_000}
PASSES, TIMES, SLOW = 4, 9, 2   # 36 of each in four turns; of what takes seconds fewer
BULKS = 2                       # the first of them finds much of the indexes on disk
SEALED, MESSAGES = 40, 20
VIEW = {"harm": "deepfake", "assignee": "nobody", "platform": "snapchat"}       # about one open case in 400
DEEP = 400                      # pages down the list with 1 M; with 10 k as far in share
SETTINGS = ("shared_buffers=1GB", "maintenance_work_mem=1GB", "work_mem=16MB", "effective_cache_size=12GB",
            "random_page_cost=1.1")
server = Services()


@dataclass
class Taken:
    """Milliseconds of each time; queries of one page."""
    times: list[float] = field(default_factory=list)
    queries: int = 0

    @property
    def p50(self) -> float:
        return statistics.median(self.times)

    def __str__(self) -> str:
        more = [f"p95 {statistics.quantiles(self.times, n=20)[-1]:.1f}"] if len(self.times) > 1 else []
        more += [f"{self.queries} queries"] if self.queries else []
        return f"{self.p50:.1f} ms" + (f" ({', '.join(more)})" if more else "")


Crowd = defaultdict[str, Taken]         # by what was done


# --- figures ----------------------------------------------------------------------------------------------------------
def run() -> dict[str, Figure]:
    SERVICES.redis()
    begin()
    crowds: dict[str, Crowd] = {name: Crowd(Taken) for name in SIZES}
    for _ in range(PASSES):
        for name, crowd in crowds.items():
            with at_desk(name) as desk:
                desk.measure(crowd)
    for name, crowd in list(crowds.items()) * BULKS:
        with at_desk(name) as desk:
            crowd["bulk"].times = [1000 * many.seconds(desk.units[0], desk.ayesha)]
            whole, html = desk.weighed()
    small, large = crowds.values()
    for what, taken in sorted(large.items()):
        print(f"  {what:<16} {small[what]!s:<44} with 10 k, {taken} with 1 M", flush=True)
    return growths(small, large) | ratios(large) | {
        "queue_kb": Figure(whole, "KB", f"queue of 25 with an empty cache; HTML {html:.1f} of it, which leaves uncompressed")}


def growths(small: Crowd, large: Crowd) -> dict[str, Figure]:
    def growth(name: str, what: str) -> Figure:
        return Figure(large[name].p50 / small[name].p50, "", f"{what}: {large[name]} with 1 M cases, {small[name]} with 10 k")

    return {
        "queue_p50_growth": growth("queue", "the whole page, unsealed and written down"),
        "queue_list_growth": growth("list", "finding its 25 cases and counting nine tabs"),
        "view_p50_growth": growth("view", "the page of a saved view with three filters"),
        "label_p50_growth": growth("label", "the page of a label that 40 cases carry, and 4,000"),
        "outcome_p50_growth": growth("outcome", "the page of one outcome"),
        "deep_page_growth": growth("deep", "a page far down the list"),
        "case_open_growth": growth("case", "a case page, opened from the list"),
        "digest_growth": growth("digest", "a member's counts of the morning"),
        "bulk_1000_growth": growth("bulk", "1,000 priorities, the second time"),
    }


def ratios(large: Crowd) -> dict[str, Figure]:
    def against(ours: str, theirs: str, what: str) -> Figure:
        return Figure(large[ours].p50 / large[theirs].p50, "", f"{what}: {large[ours]}, {large[theirs]}")

    return {
        "queue_p50_vs_sql": against("list", "list_sql", "rows and tabs with 1 M, against one tuned query for each"),
        "queue_vs_doj": against("list", "doj_list", "first page and tabs, against numbered pages and exact counts"),
        "deep_page_vs_doj": against("deep_list", "doj_deep", f"page {DEEP}"),
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
            ask(f'DROP DATABASE IF EXISTS "{name}"')
            ask(f'CREATE DATABASE "{name}"')
        use(name)
        call_command("migrate", interactive=False, verbosity=0)
        if made.get(name) != cases:
            fill(cases)
            note.write_text(json.dumps(made := made | {name: cases}))
        ask("VACUUM ANALYZE")           # as autovacuum would; the last run took back what it wrote, and that is still there


def ask(sql: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(sql)


def use(name: str) -> None:
    connection.close()
    connection.settings_dict |= {"HOST": str(server.directory), "NAME": name}


@contextmanager
def at_desk(name: str) -> Iterator["Desk"]:
    """A member's desk in this crowd; whatever happens there is taken back."""
    use(name)
    with transaction.atomic():
        yield Desk(deep=DEEP * SIZES[name] // SIZES["large"])
        transaction.set_rollback(True)


# --- measuring --------------------------------------------------------------------------------------------------------
class Desk:
    """A member of two units with a saved view, at the desk of one crowd."""

    def __init__(self, deep: int) -> None:
        """`deep`: pages down the list."""
        registry.seed()
        self.deep, self.crowd = deep, Crowd(Taken)
        self.units = Unit.objects.get(code="adults"), Unit.objects.get(code="children")
        self.ayesha = make_member("Ayesha", *self.units)
        cases = [make_case(self.units[number % 2]) for number in range(SEALED)]
        Case.objects.filter(pk__in=[case.pk for case in cases]).update(due_at=timezone.now() - timedelta(days=30))
        for number in range(MESSAGES):
            reporter_writes(cases[0], f"پیغام {number}")
        saved.save_view(view=SavedView(owner_id=self.ayesha.pk), unit=None, name_en="Nobody's fakes", name_ur="", params=VIEW,
                        by=self.ayesha)
        ask("ANALYZE cases_units_membership")       # how many units a member is in decides how PostgreSQL looks
        self.client, self.case = signed_in(self.ayesha), Case.objects.get(pk=cases[0].pk)
        self.old = Case.objects.filter(unit=self.units[0], status="new", ref__contains="B").earliest("opened_at").ref
        self.last, self.label = deep_place(self.ayesha, deep), Label.objects.filter(unit=None).earliest("name_en").pk

    def measure(self, crowd: Crowd) -> None:
        """Everything, TIMES times."""
        self.crowd = crowd
        self.pages()
        self.lists()
        self.theirs()
        self.do("digest", lambda: digest.counts(self.ayesha, timezone.now()))

    def do(self, name: str, act: Callable[[], Any], times: int = TIMES) -> None:
        """The first time apart, which compiles and warms."""
        act()
        for _ in range(times):
            began = time.perf_counter()
            act()
            self.crowd[name].times.append((time.perf_counter() - began) * 1000)

    def pages(self) -> None:
        place = neighbours.place(filters.read({}, self.ayesha), (self.case.due_at, self.case.pk))
        paths = {"queue": "/desk/", "view": f"/desk/?{urlencode(VIEW)}", "deep": f"/desk/?{urlencode({'after': self.last})}",
                 "label": f"/desk/?label={self.label}", "outcome": "/desk/?outcome=withdrawn",
                 "case": f"/desk/case/{self.case.ref}/?{place}"}
        for name, path in paths.items():
            self.do(name, lambda path=path: self.get(path))
            with CaptureQueriesContext(connection) as asked:
                self.get(path)
            self.crowd[name].queries = len(asked)

    def get(self, path: str) -> str:
        answer = self.client.get(path)
        assert answer.status_code == 200, f"{path} answered {answer.status_code}"
        return answer.content.decode()

    def lists(self) -> None:
        """What the pages ask for their rows and tabs, and no more."""
        member, ours = bare.Member(self.ayesha, self.units), self.ayesha
        self.do("list", lambda: listed(ours))
        self.do("list_sql", lambda: (member.rows(), member.counts()))
        self.do("view_list", lambda: viewed(ours, VIEW))
        self.do("deep_list", lambda: viewed(ours, {}, self.last, count=False))
        self.do("reference", lambda: viewed(ours, {"q": self.old[:8]}, count=False))

    def theirs(self) -> None:
        them = self.ayesha
        self.do("doj_list", lambda: (doj.page(doj.open_cases(them), them), doj.tabs(them)), SLOW)
        self.do("doj_deep", lambda: doj.page(doj.open_cases(them), them, self.deep + 1), SLOW)
        self.do("doj_view", lambda: doj.view(them, VIEW))
        self.do("doj_reference", lambda: doj.reference(them, self.old[3:8]), SLOW)

    def weighed(self) -> tuple[float, float]:
        """KB of the queue's page with an empty cache, styles and scripts with brotli; and of its HTML alone."""
        html = self.get("/desk/").encode()

        def static(url: str) -> bytes:
            return b"".join(Client().get(urlsplit(url).path))

        return weigh("https://desk/desk/", html, get=static, packed=False), len(html) / 1024


def listed(member: User) -> None:
    known = filters.Known(member)
    found = filters.read({}, member, known)
    assert len(queue.page(found, member).cases) == queue.PAGE
    views = [queue.Tab(str(view), view.params) for view in saved.views_of(member)]
    queue.tabs(member, found.params, [*queue.TABS, *views], known)


def viewed(member: User, params: dict[str, str], after: str = "", *, count: bool = True) -> None:
    found = filters.read(params, member)
    queue.page(found, member, after=after)
    if count:
        queue.counted([found.cases(member, timezone.now())])


def deep_place(member: User, pages: int) -> str:
    cases = filters.read({}, member).cases(member, timezone.now()).order_by("due_at", "pk")
    return queue.cursor.write(*cases.values_list("due_at", "pk")[pages * queue.PAGE])
