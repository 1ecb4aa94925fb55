"""How quickly notices leave by mail: against a bare loop over smtplib, and with a million finished ones in the tables.

    python -m bench.throughput [--rows 1000000] [--notices 150] [--rounds 3]

The bare loop sends the same bytes to the same sink by as many threads as the worker has children, one connection a message. In
the comparison with it the sink takes a quarter of a second for a mail, as mail servers do; for the growth it takes none, so that
nothing hides behind it. The pace that production keeps (NOTICES_PER_MINUTE) is off. The last line printed is JSON.
"""
import argparse
import itertools
import json
import os
import signal
import smtplib
import statistics
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager

import bench.stage as stage

# isort: split
from django.core.management import call_command
from django.db import connection

from bench.faults import leave
from bench.finished import finish
from bench.sinks import Mailbox, mail_server
from bench.torture import A_CASE, people_and_cases
from cases.escalation import services
from cases.escalation.models import Channel, Escalation, Platform
from cases.escalation.notices import Notice
from cases.models import Case
from portal.accounts.models import User
from tests.fixtures.jobs import Worker
from tests.fixtures.roles import apply_grants
from tests.services import SERVICES

TAKES, CHILDREN = 0.25, 2           # seconds that the sink needs for a mail; of the worker (tests.fixtures.jobs)
CASES = 30                          # that notices take turns among
SMALL, LARGE = "small", "large"     # databases


def measure(rows: int, notices: int, rounds: int) -> dict[str, float]:
    with mail_server() as (mailbox, port):
        os.environ.update({"DJANGO_SETTINGS_MODULE": "bench.mail_settings", "EMAIL_HOST": "127.0.0.1", "EMAIL_PORT": str(port)})
        prepare(rows)
        mailbox.takes = TAKES
        ours = per_second(SMALL, mailbox, notices)
        bare = bare_loop(mailbox, port, notices)
        mailbox.takes = 0.0
        rates: dict[str, list[float]] = {SMALL: [], LARGE: []}
        for _ in range(rounds):                     # in turns, so that what else the machine does falls on both
            for database, seen in rates.items():
                seen.append(per_second(database, mailbox, notices))
                say(f"{database}: {seen[-1]:.1f} a second")
        small, large = (statistics.median(seen) for seen in rates.values())
        return {"ours": ours, "bare": bare, "small": small, "large": large}


def prepare(rows: int) -> None:
    """Two databases that differ in what is finished."""
    SERVICES.postgresql(None, "autovacuum=on", "shared_buffers=512MB")
    SERVICES.redis()
    SERVICES.create(SMALL)
    with using(SMALL):
        call_command("migrate", interactive=False, verbosity=0)
        apply_grants()
        people_and_cases(CASES * A_CASE)
        Channel.objects.create(platform=Platform.objects.get(slug="tiktok"), kind="email", address="abuse@platform.example",
                               label="Bench")
    SERVICES.create(LARGE, SMALL)
    with using(LARGE):
        apply_grants()
        began = time.monotonic()
        finish(rows, ask(1))
        say(f"{rows:,} finished notices took {time.monotonic() - began:.0f} s to make")


@contextmanager
def using(database: str) -> Iterator[None]:
    connection.close()
    connection.settings_dict["NAME"] = database
    yield
    connection.close()


def per_second(database: str, mailbox: Mailbox, notices: int) -> float:
    """Of so many that wait when the worker comes, from the first arrival to the last."""
    worker = Worker(ring_again_seconds=60)
    with using(database):
        ask(notices)
        before = len(mailbox.times)
        worker.start()
        try:
            stage.wait_for(lambda: len(mailbox.times) - before >= notices, 600)
            stage.wait_for(lambda: not Escalation.objects.filter(state=Escalation.State.REQUESTED).exists(), 60)
        finally:
            worker.stop()
    return rate(mailbox.times[before:])


def ask(notices: int) -> Escalation:
    """They wait in Redis: no worker runs yet. Returns the last."""
    cases, channel = Case.objects.order_by("-opened_at")[:CASES], Channel.objects.get(label="Bench")
    for number, case in zip(range(notices), itertools.cycle(cases)):
        notice = Notice(reference=services.new_reference(), links=(f"https://tiktok.example/v/{number}",), hashes=(),
                        reasons="Published without consent.", policy="", law="", child=False, signature="A. Khan, Ministry")
        last = services.request(case=case, channel=channel, notice=notice, by=User.objects.get(name="Ayesha Khan"))
    return last


def bare_loop(mailbox: Mailbox, port: int, notices: int) -> float:
    """The same bytes as came last, without a portal: each in a connection of its own."""
    [content], before = mailbox.content, len(mailbox.times)

    def leave(_number: int) -> None:
        with smtplib.SMTP("127.0.0.1", port, timeout=30) as server:
            server.sendmail("takedown@example.org", ["abuse@platform.example"], content)

    with ThreadPoolExecutor(CHILDREN) as threads:
        list(threads.map(leave, range(notices)))
    return rate(mailbox.times[before:])


def rate(times: list[float]) -> float:
    return round((len(times) - 1) / (times[-1] - times[0]), 2)


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--rows", type=int, default=1_000_000)
    options.add_argument("--notices", type=int, default=150)
    options.add_argument("--rounds", type=int, default=3)
    given = options.parse_args()
    signal.signal(signal.SIGTERM, leave)
    print(json.dumps(measure(given.rows, given.notices, given.rounds)))


if __name__ == "__main__":
    main()
