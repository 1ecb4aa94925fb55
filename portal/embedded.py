"""The embedded default: a real Celery worker and beat in threads of the web process, over kombu's memory:// transport.

For trying out and for the smallest office. Whatever the process loses when it dies, the outbox table still has.
"""
import threading
from typing import Any

from celery import signals
from celery.beat import EmbeddedService
from celery.worker import WorkController, state

from portal.celery import app
from portal.worker import stop_sweeping

READY_WITHIN = 30       # seconds


class EmbeddedWorker(WorkController):  # type: ignore[misc]   # Celery has no types
    """WorkController, not the command line's Worker: that one takes over signals, standard output and the logger."""

    def __init__(self, *args: Any, **options: Any) -> None:
        self.ready = threading.Event()
        super().__init__(*args, **options)

    def on_consumer_ready(self, consumer: Any) -> None:
        signals.worker_ready.send(sender=consumer)      # starts the sweeper
        self.ready.set()


class Embedded:
    """Starts everything on construction, before the first request: the first publish would race with the queue's creation."""

    def __init__(self) -> None:
        self.worker = EmbeddedWorker(app=app, pool_cls="threads", concurrency=2, hostname="embedded@localhost",
                                     loglevel="WARNING",
                                     without_heartbeat=True, without_mingle=True, without_gossip=True, quiet=True)
        self.thread = threading.Thread(target=self.worker.start, name="celery-worker", daemon=True)
        self.thread.start()
        if not self.worker.ready.wait(READY_WITHIN):
            raise RuntimeError("the embedded worker did not start")
        self.beat = EmbeddedService(app, thread=True, scheduler_cls="celery.beat.Scheduler", max_interval=1)
        self.beat.daemon = True
        self.beat.start()

    def stop(self, *, within: float = 10) -> bool:
        """Let running jobs end; True if they did in time (seconds). What did not comes back when its lease lapses."""
        stop_sweeping()
        self.beat.service.stop(wait=False)
        state.should_stop = 0           # ends the consumer's loop after the jobs in hand
        self.thread.join(within)
        state.should_stop = None
        return not self.thread.is_alive()
