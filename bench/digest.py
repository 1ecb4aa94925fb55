"""The morning's mail and an act on a thousand cases, in an office of a million: against the same with ten thousand.

On the crowds that bench/workbench.py keeps; what is added is taken back. A thousand cases are sealed as in life; each row's own
commit is a savepoint here (with commits, and the whole of it: bench/bulk.py).
"""
import time
from collections.abc import Callable
from datetime import timedelta

from bench import Figure
from bench.workbench import SERVICES, SIZES, begin, median, use

# isort: split
from django.db import transaction
from django.utils import timezone

from cases.models import Case
from cases.triage import digest
from cases.triage.bulk import running, selecting, starting
from cases.triage.models import BulkRow, BulkRun
from cases.units.models import Unit
from portal.accounts.models import User
from tests.factories.cases import keyring_of, make_case, make_member

NAME = "digest"
FIGURES = ("digest_growth", "bulk_1000_growth")
ROWS = 1000
COMMENT = "All of them name the same page; it was taken down this morning."


def run() -> dict[str, Figure]:
    SERVICES.redis()
    begin()
    small, large = (measured(name) for name in SIZES)
    return {
        "digest_growth": Figure(large[0] / small[0], "", f"a unit's counts for one member: {large[0]:.1f} ms with 1 M cases, "
                                                         f"{small[0]:.1f} with 10 k"),
        "bulk_1000_growth": Figure(large[1] / small[1], "", f"{ROWS} priorities, chosen by a view, sealed and done: "
                                                            f"{large[1]:.1f} s with 1 M cases, {small[1]:.1f} with 10 k"),
    }


def measured(name: str) -> tuple[float, float]:
    """Milliseconds of a digest, seconds of a bulk run."""
    use(name)
    with transaction.atomic():
        adults = Unit.objects.get(code="adults")
        ayesha = make_member("Ayesha", adults)
        told = median(lambda: digest.counts(ayesha, timezone.now()))
        took = many(adults, ayesha)
        transaction.set_rollback(True)
    return told, took


def many(unit: Unit, member: User) -> float:
    cases = [make_case(unit) for _number in range(ROWS)]
    ids = [case.pk for case in cases]
    Case.objects.filter(pk__in=ids).update(harm="blasphemy_accusation", priority=4, due_at=timezone.now() + timedelta(days=90),
                                           opened_at=timezone.now() - timedelta(hours=2))
    others = Case.objects.filter(harm="blasphemy_accusation", unit=unit).exclude(status="closed").exclude(pk__in=ids)
    others.update(harm="other")
    keyring = keyring_of(member)
    return seconds(lambda: act(member, keyring))


def act(member: User, keyring: object) -> None:
    shown = selecting.shown("harm=blasphemy_accusation", str(timezone.now().timestamp()), member)
    run = selecting.draft(act=BulkRun.Act.PRIORITY, cases=shown, by=member)
    BulkRun.objects.filter(pk=run.pk).update(params={"level": 2})
    run.refresh_from_db()
    starting.start(run=run, by=member, comment=COMMENT, keyring=keyring)                # type: ignore[arg-type]   # theirs
    while running.work(run_id=run.pk):
        pass
    assert BulkRow.objects.filter(run=run, state=BulkRow.State.DONE).count() == ROWS


def seconds(work: Callable[[], None]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began
