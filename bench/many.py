"""An act on a thousand cases, in whatever crowd the database holds: chosen by a filter, sealed, and done row by row. Each row's
own commit is a savepoint here, since the crowd is kept (with commits, and the whole of it: bench/bulk.py).
"""
import time

import bench.stage  # noqa: F401   configures Django

# isort: split
from django.utils import timezone

from cases.models import Label, Labelled
from cases.triage.bulk import running, selecting, starting
from cases.triage.models import BulkRow, BulkRun
from cases.units.models import Unit
from portal.accounts.models import User
from tests.factories.cases import keyring_of, make_case

ROWS = 1000
COMMENT = "All of them name the same page; it was taken down this morning."


def seconds(unit: Unit, member: User) -> float:
    """A thousand priorities changed, from choosing by a label until the last row is done; making them does not count."""
    label, now = Label.objects.create(unit=unit, name_en="Bench", name_ur="Bench"), timezone.now()
    cases = [make_case(unit) for _number in range(ROWS)]
    Labelled.objects.bulk_create(Labelled(case=case, label=label, by=member, at=now) for case in cases)
    began = time.perf_counter()
    chosen = selecting.shown(f"label={label.pk}", str(timezone.now().timestamp()), member)
    run = selecting.draft(act=BulkRun.Act.PRIORITY, cases=chosen, by=member)
    BulkRun.objects.filter(pk=run.pk).update(params={"level": 2})
    run.refresh_from_db()
    starting.start(run=run, by=member, comment=COMMENT, keyring=keyring_of(member))
    while running.work(run_id=run.pk):
        pass
    took = time.perf_counter() - began
    done = BulkRow.objects.filter(run=run, state=BulkRow.State.DONE).count()
    assert done == ROWS, f"{done} of {ROWS} were done"
    return took
