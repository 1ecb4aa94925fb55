"""The promises of the outbox, one test each: nothing lost, no effect twice, no job for ever, nothing said that was typed."""
import threading
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from django.db import connection, transaction
from django.utils import timezone

from cases.outbox import services
from cases.outbox.errors import Retry, Stop
from cases.outbox.models import Job

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("redis_server")]


def answer(job: Job, function, *, max_attempts: int = 3, atomic: bool = True) -> str:
    return services.run(job.pk, job.attempts, function, max_attempts=max_attempts, atomic=atomic)


@pytest.fixture
def queued() -> Job:
    return services.enqueue("outbox.prune")


def overdue(job: Job) -> None:
    Job.objects.filter(pk=job.pk).update(due_at=timezone.now() - timedelta(seconds=1))


def test_enqueue_is_undone_with_its_transaction():
    @transaction.atomic
    def ask_and_fail() -> None:
        services.enqueue("outbox.prune")
        raise KeyError
    with pytest.raises(KeyError):
        ask_and_fail()
    assert not Job.objects.exists()


def test_done_with_its_ids_and_its_own_id(queued):
    seen: list[object] = []
    Job.objects.filter(pk=queued.pk).update(payload={"case_id": "7"})
    assert answer(queued, lambda case_id: seen.extend([case_id, services.current_job()])) == "done"
    queued.refresh_from_db()
    assert (seen, queued.state, queued.attempts) == (["7", queued.pk], Job.State.DONE, 1)
    assert queued.finished_at is not None


def test_a_doorbell_rung_twice_runs_once(queued):
    calls: list[int] = []
    assert answer(queued, lambda: calls.append(1)) == "done"
    assert answer(queued, lambda: calls.append(1)) == "skipped"
    assert calls == [1]


def test_retry_waits_as_long_as_asked(queued):
    def too_many() -> None:
        raise Retry(after=120, code=429)
    assert answer(queued, too_many) == "queued"
    queued.refresh_from_db()
    assert queued.error == "Retry 429"
    assert timedelta(seconds=110) < queued.due_at - timezone.now() <= timedelta(seconds=120)
    assert services.sweep() == 0                 # not yet


def test_back_off_doubles(queued):
    waits = []
    for _ in range(3):
        queued.refresh_from_db()
        answer(queued, lambda: 1 / 0, max_attempts=9)
        queued.refresh_from_db()
        waits.append((queued.due_at - timezone.now()).total_seconds())
    assert waits[0] < 20
    assert waits[2] > 2 * waits[0]


def test_stop_fails_at_once(queued):
    def refused() -> None:
        raise Stop("550")
    assert answer(queued, refused) == "failed"
    queued.refresh_from_db()
    assert (queued.state, queued.error, queued.attempts) == (Job.State.FAILED, "Stop 550", 1)


def test_the_error_never_quotes_what_was_typed(queued, caplog):
    def quoting() -> None:
        raise ValueError("he sent my pictures to my brother")
    answer(queued, quoting)
    queued.refresh_from_db()
    assert queued.error == "ValueError"
    assert "brother" not in caplog.text


def test_a_failed_effect_is_rolled_back(queued):
    def half() -> None:
        services.enqueue("outbox.prune", delay=60)
        raise ValueError
    answer(queued, half)
    assert Job.objects.count() == 1


def test_the_attempt_after_the_last_is_refused_at_claim(queued):
    """A job that kills its worker raises nothing: only its claims tell."""
    for _ in range(3):
        queued.refresh_from_db()
        assert services.claim(queued.pk, queued.attempts, max_attempts=3)
        overdue(queued)
        services.sweep()
    queued.refresh_from_db()
    assert services.claim(queued.pk, queued.attempts, max_attempts=3) is None
    queued.refresh_from_db()
    assert (queued.state, queued.error) == (Job.State.FAILED, "TooManyAttempts")


def test_a_lapsed_lease_is_swept_and_the_late_worker_changes_nothing(queued):
    """The first worker hangs past its lease; the second finishes; then the first comes back."""
    effects: list[str] = []

    def slow() -> None:
        services.enqueue("outbox.prune", delay=60)
        overdue(queued)
        assert services.sweep() == 1
        again = Job.objects.get(pk=queued.pk)
        assert answer(again, lambda: effects.append("second")) == "done"
    assert answer(queued, slow) == "skipped"
    assert effects == ["second"]
    assert Job.objects.filter(rings=0).count() == 0          # what the first had written is gone


def test_a_running_job_within_its_lease_is_left_alone(queued):
    services.claim(queued.pk, 0, max_attempts=3)
    assert services.sweep() == 0
    assert services.claim(queued.pk, 1, max_attempts=3) is None


def test_the_sweeper_waits_longer_each_time(queued, settings):
    settings.OUTBOX_RING_AGAIN_SECONDS = 10
    waits = []
    for _ in range(9):
        overdue(queued)
        services.sweep()
        queued.refresh_from_db()
        waits.append((queued.due_at - timezone.now()).total_seconds())
    assert 15 < waits[0] <= 20
    assert 890 < waits[-1] <= 900


def test_a_delayed_job_waits(queued):
    later = services.enqueue("outbox.prune", delay=3600)
    assert services.sweep() == 0
    overdue(later)
    assert services.sweep() == 1


def test_the_same_slot_is_one_job():
    first, second = (services.enqueue_once("outbox.prune", slot="2030-01-01T03:40") for _ in range(2))
    other = services.enqueue_once("outbox.prune", slot="2030-01-02T03:40")
    assert first.pk == second.pk != other.pk


def test_work_that_is_not_atomic_holds_no_transaction(queued, transactional_db):
    held: list[bool] = []
    job = services.enqueue("outbox.prune", delay=9)
    assert answer(job, lambda: held.append(connection.in_atomic_block), atomic=False) == "done"
    assert held == [False]


def test_outside_a_job_there_is_no_current_one():
    with pytest.raises(LookupError):
        services.current_job()


def test_an_unknown_job_is_skipped():
    assert services.claim(uuid4(), 0, max_attempts=3) is None


def race(job_id: UUID, how_many: int) -> list[Job | None]:
    won: list[Job | None] = []
    ready = threading.Barrier(how_many)

    def compete() -> None:
        ready.wait()
        try:
            won.append(services.claim(job_id, 0, max_attempts=3))
        finally:
            connection.close()
    threads = [threading.Thread(target=compete) for _ in range(how_many)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return won


@pytest.mark.django_db(transaction=True)
def test_one_of_many_claims_wins():
    """Each thread has its own connection: on PostgreSQL the row decides, on SQLite the write lock."""
    for _ in range(5):
        job = services.enqueue("outbox.prune", delay=60)
        won = race(job.pk, 6)
        assert len([row for row in won if row]) == 1
        assert len(won) == 6


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_sweepers_do_not_wait_for_each_other(queued):
    overdue(queued)
    swept: list[int] = []

    def sweep_too() -> None:
        try:
            swept.append(services.sweep())
        finally:
            connection.close()
    with transaction.atomic():
        list(Job.objects.select_for_update())
        thread = threading.Thread(target=sweep_too)
        thread.start()
        thread.join(5)
        assert not thread.is_alive()
    assert swept == [0]
