"""The embedded default: SQLite, memory:// and a real worker and beat in this process. Second pass: DATABASE=sqlite pytest -m
sqlite."""
from collections.abc import Iterator
from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone

from cases.outbox import services
from cases.outbox.models import Job
from portal.embedded import Embedded
from tests.cases.outbox.test_services import race
from tests.fixtures.jobs import wait_for

pytestmark = [pytest.mark.sqlite, pytest.mark.django_db(transaction=True)]


def done(job: Job) -> bool:
    return Job.objects.filter(pk=job.pk, state=Job.State.DONE).exists()


@pytest.fixture
def embedded(transactional_db: None, settings) -> Iterator[Embedded]:
    settings.OUTBOX_SWEEP_SECONDS = 1
    worker = Embedded()
    yield worker
    assert worker.stop()


def test_the_pragmas_that_keep_promises():
    with connection.cursor() as cursor:
        answers = [cursor.execute(f"PRAGMA {name}").fetchone()[0]
                   for name in ("journal_mode", "synchronous", "recursive_triggers", "secure_delete")]
    assert answers == ["wal", 2, 1, 1]


def test_a_job_is_done_without_any_other_server(embedded: Embedded):
    jobs = [services.enqueue("outbox.prune") for _ in range(20)]
    wait_for(lambda: all(done(job) for job in jobs))


def test_what_was_never_rung_is_swept(embedded: Embedded):
    job = Job.objects.create(task="outbox.prune", due_at=timezone.now() - timedelta(seconds=1))
    wait_for(lambda: done(job))


def test_one_of_many_claims_wins():
    job = services.enqueue("outbox.prune", delay=60)
    assert len([row for row in race(job.pk, 4) if row]) == 1
