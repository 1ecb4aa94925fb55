"""A real worker over a real Redis. The job used is `outbox.prune`: its effect is that an old finished job is gone."""
from datetime import timedelta
from uuid import UUID

import pytest
from celery import current_app
from django.utils import timezone

from cases.outbox import services
from cases.outbox.models import Job
from tests.fixtures.jobs import Worker, wait_for
from tests.services import SERVICES

pytestmark = pytest.mark.postgres


def old_job() -> UUID:
    month_ago = timezone.now() - timedelta(days=30)
    return Job.objects.create(task="outbox.prune", state=Job.State.DONE, due_at=month_ago, finished_at=month_ago).pk


def done(job: Job) -> bool:
    return Job.objects.filter(pk=job.pk, state=Job.State.DONE).exists()


def test_the_worker_answers_the_doorbell(celery_worker: Worker):
    old = old_job()
    job = services.enqueue("outbox.prune")
    wait_for(lambda: done(job))
    assert not Job.objects.filter(pk=old).exists()


def test_beat_asks_for_a_periodic_job(celery_worker: Worker):
    current_app.send_task("outbox.ask", args=["outbox.prune"])
    wait_for(lambda: Job.objects.filter(task="outbox.prune", state=Job.State.DONE).exists())


def test_a_broker_that_forgot_everything_loses_no_job(celery_worker: Worker):
    celery_worker.kill()
    jobs = [services.enqueue("outbox.prune") for _ in range(5)]
    SERVICES.empty_redis()
    celery_worker.start()
    wait_for(lambda: all(done(job) for job in jobs), seconds=60)


def test_a_job_whose_worker_was_killed_runs_again(celery_worker: Worker):
    job = services.enqueue("outbox.prune", delay=3600)
    services.claim(job.pk, 0, max_attempts=8)           # a worker took it and was killed: only the lease remembers
    Job.objects.filter(pk=job.pk).update(due_at=timezone.now())
    wait_for(lambda: done(job))
    assert Job.objects.get(pk=job.pk).attempts == 2


def test_a_deaf_broker_does_not_stop_the_web(celery_worker: Worker):
    """The row is committed, the ring fails quietly, and the sweeper of a worker that hears again does the rest."""
    job = services.enqueue("outbox.prune", delay=3600)
    with current_app.connection_for_write("redis://127.0.0.1:1/0") as nowhere:
        assert services.ring(job, connection=nowhere) is False
    Job.objects.filter(pk=job.pk).update(due_at=timezone.now())
    wait_for(lambda: done(job))
