"""What the outbox promises, on real processes: nothing lost when workers and Redis are killed; an urgent report heard of in time.

An urgent report is posted to gunicorn as a phone would post it; "heard of" is the moment when the mail to whoever is on duty lies
in var/mail. The lost jobs are counted as facts: of every job asked for while faults rained, those that are not done in the end.
"""
import itertools
import statistics
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from bench import Figure
from bench.faults import kill_redis
from bench.form_kb import NAMES
from bench.meter import Loads, fetch
from bench.stage import DATA, prepare, wait_for, web

# isort: split
from django.db import connections, transaction
from django.utils import timezone

from cases.models import Case
from cases.notifications.models import Notification, Occasion
from cases.notifications.services import tell_assignee
from cases.outbox.models import Job
from tests.fixtures.jobs import Worker
from tests.fixtures.roles import apply_grants
from tests.services import SERVICES

NAME = "outbox"
FIGURES = ("outbox_lost_jobs", "urgent_notice_s", "urgent_notice_deaf_s", "report_step_ms", "report_send_ms")
JOBS, PAUSE, FAULTS, REPORTS = 300, 0.05, 4, 9       # PAUSE: seconds between two askings
_addresses = itertools.count(1)
ANSWERS: tuple[dict[str, object], ...] = (
    {"relation": "me", "age_now": "24", "dangers": ["life"]}, {"harm": "sextortion", "conflict": ""}, {},
    {"story": "A measurement.", "wanted": ["remove"]},
    {"ask_platform": "ask_first", "pass_police": "no", "pass_pta": "no", "contact": "none"}, {}, {"act": "send", "kept": "on"})


def run() -> dict[str, Figure]:
    prepare()
    apply_grants()              # the worker has its own role in the database
    return lost_jobs() | waits()


# --- nothing is lost --------------------------------------------------------------------------------------------------
def lost_jobs() -> dict[str, Figure]:
    """JOBS alarms are asked for while the worker is killed FAULTS times, Redis emptied or killed in turn."""
    worker, case = Worker(), Case.objects.filter(unit__code="adults").earliest("opened_at")
    asked: list[str] = []
    asking = threading.Thread(target=ask, args=(case, asked))
    asking.start()
    for fault in range(FAULTS):
        worker.start()
        time.sleep(1.5)
        SERVICES.empty_redis() if fault % 2 else kill_redis()
        worker.kill()
        SERVICES.redis()
    asking.join()
    Job.objects.filter(state=Job.State.RUNNING).update(due_at=timezone.now())       # the leases of the dead lapse
    worker.start()
    try:
        wait_for(lambda: not Job.objects.filter(pk__in=asked).exclude(state=Job.State.DONE).exists())
    finally:
        worker.stop()
    lost = JOBS - Job.objects.filter(pk__in=asked, state=Job.State.DONE).count()
    return {"outbox_lost_jobs": Figure(lost, "jobs", f"of {JOBS}; {FAULTS} × SIGKILL to worker and Redis (or FLUSHALL)")}


def all_told() -> bool:
    """Whoever is to be told by now; the demonstration's cases also ask for what is due hours later."""
    waiting = Job.objects.filter(task__startswith="notifications.", state__in=[Job.State.QUEUED, Job.State.RUNNING])
    return not waiting.exclude(rings=0, due_at__gt=timezone.now()).exists()


def ask(case: Case, asked: list[str]) -> None:
    try:
        for _ in range(JOBS):
            with transaction.atomic():
                tell_assignee(case=case, occasion=Occasion.ANSWER)
                asked.append(str(Job.objects.latest("created_at").pk))
            time.sleep(PAUSE)
    finally:
        connections.close_all()


# --- the urgent one is heard of ---------------------------------------------------------------------------------------
def waits() -> dict[str, Figure]:
    steps: list[float] = []
    sends: list[float] = []
    with web() as base, own_worker():
        heard = [report(base, steps, sends) for _ in range(REPORTS)]
        deaf = report(base, [], [], deaf=True)
    return {
        "urgent_notice_s": Figure(round(max(heard), 2), "s", f"Send to mail, the slowest of {REPORTS}"),
        "urgent_notice_deaf_s": Figure(round(deaf, 2), "s", "the same with Redis killed before Send and back after it"),
        "report_step_ms": Figure(round(statistics.median(steps) * 1000), "ms", f"over HTTP, median of {len(steps)}"),
        "report_send_ms": Figure(round(statistics.median(sends) * 1000), "ms", f"with Argon2id, median of {len(sends)}"),
    }


@contextmanager
def own_worker() -> Iterator[None]:
    """A worker that sweeps and rings as often as in production."""
    worker = Worker(sweep_seconds=5, ring_again_seconds=20)
    worker.start()
    try:
        yield
    finally:
        worker.stop()


def report(base: str, steps: list[float], sends: list[float], *, deaf: bool = False) -> float:
    """Report danger to life; the seconds from pressing Send to the mail. Adds the seconds of each step and of Send."""
    url, address = f"{base}/ur/report/", {"X-Real-IP": f"198.51.100.{next(_addresses)}"}
    wait_for(all_told)                          # the mail for a second person on duty may still be under way
    # From the sixth in a quarter of an hour on they are told together: each is measured as if it came alone.
    Notification.objects.update(created_at=timezone.now() - timedelta(hours=1))
    html, before = fetch(url), len(mails())
    for name, answer in zip(NAMES, ANSWERS, strict=True):
        fields = Loads(html.decode()).hidden | answer
        assert fields["page"] == name, f"the form is at {fields['page']}, not at {name}"
        if deaf and name == NAMES[-1]:
            kill_redis()
        began = time.monotonic()
        html = fetch(url, fields, address)
        (sends if name == NAMES[-1] else steps).append(time.monotonic() - began)
    SERVICES.redis()
    wait_for(lambda: len(mails()) > before)
    return time.monotonic() - began


def mails() -> list[object]:
    return list((DATA / "mail").glob("*.log"))
