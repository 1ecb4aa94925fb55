"""How many costly key derivations a process runs at once: each takes 64 MiB, so a crowd must queue or be turned away."""
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from cases.vault import receipt


class Busy(Exception):
    """Everyone is served and the queue is full. Answer: please try again in a moment."""


class Turnstile:
    """Lets `at_once` through and `waiting` more queue; whoever comes then gets Busy."""

    def __init__(self, *, at_once: int, waiting: int) -> None:
        self._inside = threading.Semaphore(at_once)
        self._present = threading.Semaphore(at_once + waiting)

    @contextmanager
    def turn(self) -> Iterator[None]:
        if not self._present.acquire(blocking=False):
            raise Busy
        try:
            with self._inside:
                yield
        finally:
            self._present.release()


ARGON2ID = Turnstile(at_once=2, waiting=8)


def derive(code: str, salt: bytes) -> receipt.Derived:
    """`receipt.derive` for servers: raises Busy when ten are already present."""
    digits = receipt.normalise(code)            # a malformed code takes no turn
    with ARGON2ID.turn():
        return receipt.derive(digits, salt)
