"""Every worker, in a process of its own or inside the demo's web process, sweeps the outbox while it works."""
from collections.abc import Callable
from typing import Any

from celery.signals import worker_ready, worker_shutting_down

from cases.outbox.services import start_sweeper

_stop_sweeping: list[Callable[[], None]] = []


@worker_ready.connect
def sweep_from_here(**_: Any) -> None:
    stop_sweeping()
    _stop_sweeping.append(start_sweeper())


@worker_shutting_down.connect
def stop_sweeping(**_: Any) -> None:
    while _stop_sweeping:
        _stop_sweeping.pop()()
