"""Every worker, in a process of its own or inside the demo's web process, sweeps the outbox while it works."""
import sys
from collections.abc import Callable
from typing import Any

from celery.signals import worker_init, worker_ready, worker_shutting_down

from cases.outbox.services import start_sweeper
from portal.restored import NotReplayed, refuse

_stop_sweeping: list[Callable[[], None]] = []


@worker_init.connect
def look_before_working(**_: Any) -> None:
    try:
        refuse()
    except NotReplayed as error:        # Celery would log any other exception of a signal and go on
        sys.exit(f"mehfooz: {error}")


@worker_ready.connect
def sweep_from_here(**_: Any) -> None:
    stop_sweeping()
    _stop_sweeping.append(start_sweeper())


@worker_shutting_down.connect
def stop_sweeping(**_: Any) -> None:
    while _stop_sweeping:
        _stop_sweeping.pop()()
