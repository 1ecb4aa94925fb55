"""One act on a thousand cases, from "all of this view" until the last row is done: choosing, trying, sealing a comment for each,
and the job, row by row with its own commit. On PostgreSQL, among ten thousand cases; test client and job in this process.
"""
import time
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

from bench import Figure
from bench.desk import caseworker, fill
from bench.stage import prepare

# isort: split
from django.test import Client
from django.utils import timezone

from cases.models import Case
from cases.priority import Harm
from cases.triage.bulk import running
from cases.triage.models import BulkRow, BulkRun, Reply
from cases.units.models import Unit
from tests.factories.cases import make_case

NAME = "bulk"
FIGURES = ("bulk_1000_s", "bulk_1000_start_s", "bulk_1000_write_s")
ROWS, OTHERS = 1000, 9000
VIEW = "harm=account_taken&unit={unit}"
COMMENT = "All of them name the same page; it was taken down this morning."


def run() -> dict[str, Figure]:
    prepare()
    client, unit = caseworker(), Unit.objects.get(code="adults")
    fill(OTHERS)
    Case.objects.filter(harm=Harm.ACCOUNT_TAKEN.value).update(harm=Harm.OTHER.value)
    for _number in range(ROWS):
        make_case(unit, harm=Harm.ACCOUNT_TAKEN)
    Case.objects.filter(harm=Harm.ACCOUNT_TAKEN.value).update(due_at=timezone.now() + timedelta(days=90))
    priority = Steps(client, "priority", VIEW.format(unit=unit.pk), {"level": 2})
    reply = Reply.objects.create(name_en="Bench", name_ur="Bench", text_en="We have read it.", text_ur="ہم نے پڑھ لیا۔")
    write = Steps(client, "write", VIEW.format(unit=unit.pk), {"reply": reply.pk})
    return {
        "bulk_1000_s": Figure(round(priority.whole, 1), "s", f"{ROWS} priorities changed: {priority.words}"),
        "bulk_1000_start_s": Figure(round(priority.start, 2), "s", f"the request that seals {ROWS} comments for as many cases"),
        "bulk_1000_write_s": Figure(round(write.whole, 1), "s", f"{ROWS} ready replies, sealed twice each: {write.words}"),
    }


class Steps:
    """One run over the view, timed step by step."""

    def __init__(self, client: Client, act: str, view: str, typed: dict[str, object]) -> None:
        chosen = {"act": act, "all": "1", "view": view, "at": str(timezone.now().timestamp())}
        self.choose, answer = timed(lambda: client.post("/desk/bulk/", chosen))
        address = answer.headers["Location"]
        run = BulkRun.objects.get(pk=uuid.UUID(address.split("/")[-2]))
        self.tried, _page = timed(lambda: client.post(address, {"do": "try", "reason": COMMENT, **typed}))
        self.start, begun = timed(lambda: client.post(address, {"do": "start", "reason": COMMENT, **typed}))
        assert begun.status_code == 302, f"not begun: {begun.status_code}"
        self.job, _settled = timed(lambda: self.work(run))
        done = BulkRow.objects.filter(run=run, state=BulkRow.State.DONE).count()
        assert done == ROWS, f"{done} of {ROWS} were done"

    @staticmethod
    def work(run: BulkRun) -> None:
        while running.work(run_id=run.pk):
            pass

    @property
    def whole(self) -> float:
        return self.choose + self.tried + self.start + self.job

    @property
    def words(self) -> str:
        return f"{self.choose:.1f} s to choose, {self.tried:.1f} to try, {self.start:.1f} to seal, {self.job:.1f} for the job"


def timed(act: Callable[[], Any]) -> tuple[float, Any]:
    """Seconds, and what it gave."""
    began = time.perf_counter()
    answer = act()
    return time.perf_counter() - began, answer
