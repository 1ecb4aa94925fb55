"""Jobs: a row written in the transaction that asks for the work. Celery is only the doorbell, and a doorbell may be lost.

A job moves queued → running → done | failed. What a worker, the broker or the web process (between commit and ring) may lose is
made good by `sweep`, which rings again for every row that is overdue. A job function is called at least once; its effect in the
database happens exactly once, because the effect and DONE commit together.
"""
import logging
import random
import threading
from collections.abc import Callable
from contextlib import nullcontext
from contextvars import ContextVar
from datetime import datetime, timedelta
from functools import partial, wraps
from typing import Any
from uuid import UUID, uuid5

from celery import current_app, shared_task
from django.conf import settings
from django.db import DatabaseError, close_old_connections, transaction
from django.db.models import F
from django.utils import timezone
from kombu.exceptions import KombuError, OperationalError

from cases.outbox.errors import Retry, Stop
from cases.outbox.models import Job

log = logging.getLogger(__name__)
Work = Callable[..., None]
FIRST_WAIT, LONGEST_WAIT = settings.OUTBOX_WAIT_SECONDS
SLOTS = UUID("b1f0c1b2-6f0e-4d0c-9f4e-6d9a1c0e57aa")       # names the slots of periodic jobs
_current: ContextVar[UUID] = ContextVar("job")


class LeaseLost(Exception):
    """Another worker took the job over while this one was still at it: its effect is rolled back."""


def enqueue(task: str, *, delay: float = 0, **ids: Any) -> Job:
    """Ask for `task` ("room.job") in the caller's transaction, `delay` seconds from now. `ids` are JSON values, never content."""
    due = _in(delay or settings.OUTBOX_RING_AGAIN_SECONDS)
    queued = Job.objects.create(task=task, payload=ids, due_at=due, rings=0 if delay else 1)
    if not delay:
        transaction.on_commit(partial(ring, queued), robust=True)
    return queued


def enqueue_once(task: str, *, slot: str) -> Job:
    """Ask for a periodic `task`; the same slot asked for twice (two beats, a message delivered again) is one job."""
    due = _in(settings.OUTBOX_RING_AGAIN_SECONDS)
    row = {"task": task, "due_at": due, "rings": 1}
    queued, new = Job.objects.get_or_create(pk=uuid5(SLOTS, f"{task} {slot}"), defaults=row)
    if new:
        transaction.on_commit(partial(ring, queued), robust=True)
    return queued


def job(name: str, *, max_attempts: int = 8, atomic: bool = True) -> Callable[[Work], Work]:
    """Register a function as the job `name`; it is called with the ids that were enqueued.

    `atomic=False` is for work that talks to the outside: no transaction (on SQLite, no write lock) is held meanwhile, so the
    function must be safe to repeat. Raise Retry or Stop to say what comes next; any other exception is retried with back-off.
    """
    def register(function: Work) -> Work:
        @shared_task(name=name)     # type: ignore[untyped-decorator]   # Celery has no types
        @wraps(function)
        def answer_the_door(job_id: str, attempt: int) -> str:
            try:
                return run(UUID(job_id), attempt, function, max_attempts=max_attempts, atomic=atomic)
            finally:
                close_old_connections()
        return function
    return register


def current_job() -> UUID:
    """The id of the job being run: the idempotency key towards a gateway. LookupError outside a job."""
    return _current.get()


def ring(queued: Job, **options: Any) -> bool:
    """Tell the workers. False when the broker does not answer; the sweeper rings again."""
    try:
        arguments = [str(queued.pk), queued.attempts]
        current_app.send_task(queued.task, args=arguments, task_id=str(queued.pk), retry=False, **options)
    except (OperationalError, KombuError, OSError) as error:
        log.warning("job %s not rung: %s", queued.pk, type(error).__name__)
        return False
    return True


def run(job_id: UUID, attempt: int, function: Work, *, max_attempts: int, atomic: bool) -> str:
    """Claim, work, settle. Returns the word for what happened: skipped, done, queued (again) or failed."""
    claimed = claim(job_id, attempt, max_attempts=max_attempts)
    if claimed is None:
        return "skipped"
    token = _current.set(claimed.pk)
    try:
        with transaction.atomic() if atomic else nullcontext():
            function(**claimed.payload)
            _settle(claimed, Job.State.DONE)
    except LeaseLost:
        return "skipped"
    except Exception as error:  # noqa: BLE001  the door between our jobs and the queue: whatever it was, the row must say so
        return _after(error, claimed, max_attempts)
    finally:
        _current.reset(token)
    return "done"


def claim(job_id: UUID, attempt: int, *, max_attempts: int) -> Job | None:
    """Take the lease of a queued job, or None: taken, done, cancelled, or the doorbell rang for an attempt already made.

    Attempts are counted and capped here, not when an exception is seen: a job that kills its worker raises none.
    """
    waiting = Job.objects.filter(pk=job_id, state=Job.State.QUEUED, attempts=attempt)
    if attempt >= max_attempts:
        waiting.update(state=Job.State.FAILED, finished_at=timezone.now(), error="TooManyAttempts")
        return None
    lease = _in(settings.OUTBOX_LEASE_SECONDS)
    won = waiting.update(state=Job.State.RUNNING, attempts=F("attempts") + 1, due_at=lease)     # one winner: one row changed
    return Job.objects.get(pk=job_id) if won else None


def sweep(limit: int = 500) -> int:
    """Ring for whatever is overdue: never rung, rung but lost, delayed until now, or running past its lease. Returns a count."""
    overdue = Job.objects.filter(state__in=[Job.State.QUEUED, Job.State.RUNNING], due_at__lte=timezone.now())
    if not overdue.exists():
        return 0                                # no write lock taken on SQLite
    with transaction.atomic():
        late = list(overdue.select_for_update(skip_locked=True).order_by("due_at")[:limit])
        for row in late:
            again = _in(min(settings.OUTBOX_RING_AGAIN_SECONDS * 2**min(row.rings, 10), settings.OUTBOX_LONGEST_RING_SECONDS))
            Job.objects.filter(pk=row.pk).update(state=Job.State.QUEUED, rings=F("rings") + 1, due_at=again)
    for i, row in enumerate(late):
        if not ring(row):                       # the broker is away: no use trying the rest, nor waiting longer each time
            soon = {"rings": F("rings") - 1, "due_at": _in(settings.OUTBOX_RING_AGAIN_SECONDS)}
            Job.objects.filter(pk__in=[other.pk for other in late[i:]], state=Job.State.QUEUED).update(**soon)
            return i
    return len(late)


def start_sweeper() -> Callable[[], None]:
    """Sweep from a daemon thread of this worker; every worker has one, so none is special. Returns what stops it."""
    stopped = threading.Event()

    def keep_sweeping() -> None:
        while not stopped.wait(settings.OUTBOX_SWEEP_SECONDS):
            try:
                sweep()
            except DatabaseError as error:
                log.warning("sweep failed: %s", type(error).__name__)
            finally:
                close_old_connections()

    threading.Thread(target=keep_sweeping, name="outbox-sweeper", daemon=True).start()
    return stopped.set


def _after(error: Exception, claimed: Job, max_attempts: int) -> str:
    """Queue the job again or give it up. Only the exception's class and code are kept: a message could quote a report."""
    code = getattr(error, "code", "")
    said = f"{type(error).__name__} {code}".strip() if isinstance(code, str | int) else type(error).__name__
    log.warning("job %s (%s), attempt %s: %s", claimed.pk, claimed.task, claimed.attempts, said)
    if isinstance(error, Stop) or claimed.attempts >= max_attempts:
        return _settle(claimed, Job.State.FAILED, error=said[:200])
    asked = error.after if isinstance(error, Retry) else None
    wait = back_off(claimed.attempts) if asked is None else asked
    return _settle(claimed, Job.State.QUEUED, error=said[:200], due_at=_in(wait))


def _settle(claimed: Job, state: Job.State, **fields: Any) -> str:
    """Write the outcome, if the lease is still ours; LeaseLost rolls an effect back."""
    if state is Job.State.QUEUED:
        fields["rings"] = 0
    else:
        fields["finished_at"] = timezone.now()
    if state is Job.State.DONE:
        fields["error"] = ""
    ours = Job.objects.filter(pk=claimed.pk, state=Job.State.RUNNING, attempts=claimed.attempts)
    if not ours.update(state=state, **fields):
        if state is Job.State.DONE:
            raise LeaseLost
        return "skipped"
    return state.value


def back_off(attempts: int) -> float:
    """Seconds: doubling from 15 to an hour, spread by a quarter so that a platform that was down is not met by all at once."""
    return float(min(FIRST_WAIT * 2**(attempts - 1), LONGEST_WAIT)) * random.uniform(0.75, 1.25)  # noqa: S311  not a secret


def _in(seconds: float) -> datetime:
    return timezone.now() + timedelta(seconds=seconds)
