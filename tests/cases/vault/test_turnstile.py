import threading

import pytest

from cases.vault.receipt import CodeMalformed
from cases.vault.turnstile import ARGON2ID, Busy, Turnstile, derive


def test_two_at_once_the_rest_wait_and_the_next_is_turned_away():
    turnstile, hold = Turnstile(at_once=2, waiting=3), threading.Event()
    inside, most, guard, arrived = 0, 0, threading.Lock(), threading.Semaphore(0)

    def visit() -> None:
        nonlocal inside, most
        with turnstile.turn():
            with guard:
                inside += 1
                most = max(most, inside)
            arrived.release()
            hold.wait(10)
            with guard:
                inside -= 1

    visitors = [threading.Thread(target=visit, daemon=True) for _ in range(5)]
    for visitor in visitors:
        visitor.start()
    assert all(arrived.acquire(timeout=10) for _ in range(2))
    while turnstile._present._value:            # until the three who wait have come in
        threading.Event().wait(0.01)
    with pytest.raises(Busy), turnstile.turn():
        pass
    hold.set()
    for visitor in visitors:
        visitor.join(10)
    assert most == 2
    with turnstile.turn():                      # and the places are free again
        pass


def test_a_failure_inside_gives_the_place_back():
    turnstile = Turnstile(at_once=1, waiting=0)
    for _ in range(3):
        with pytest.raises(ZeroDivisionError), turnstile.turn():
            raise ZeroDivisionError


def test_a_malformed_code_takes_no_turn():
    with ARGON2ID.turn(), pytest.raises(CodeMalformed):
        derive("12", b"s" * 32)
