"""Everything that can break, broken at random while notices leave, with plain Celery beside it.

    python -m bench.torture [--seconds 45] [--notices 150] [--dump FILE] [--seed N]

Notices are asked for by a web process and sent by a worker to ten mailboxes and five APIs. A deck of faults (bench/faults.py) is
dealt until the seconds are over and all are asked for; then all is mended and what was promised is counted:

    lost        acknowledged, never arrived, and no dead letter
    duplicates  acted on twice by an API that knows a repeated request
    stuck       acknowledged, and after the settling time neither sent nor a dead letter

The last line printed is JSON. `--dump`: a migrated database as SQL, which saves half a minute.
"""
import argparse
import json
import os
import random
import sys
import time
from collections import Counter
from contextlib import ExitStack
from dataclasses import asdict, dataclass
from pathlib import Path

import bench.stage as stage

# isort: split
from django.core.management import call_command
from django.db import DatabaseError, connection, connections

from bench.asking import told
from bench.faults import FAULTS, SAFE, Clock, Disk, House, Process, suffer
from bench.sinks import Mailbox, Partner, mail_server, partner_api
from cases.escalation import registry
from cases.escalation.models import Channel, DeadLetter, Escalation, Platform
from cases.models import Case, Consent
from cases.services import change_status
from cases.units.models import Unit
from cases.units.services import set_up_units
from cases.vault import custody
from cases.workflow import Status
from portal.accounts.models import User
from portal.dbroles.sql import login_of
from tests.factories.cases import make_case, make_member, reporter_consents
from tests.fixtures.roles import OWNER, apply_grants
from tests.services import SERVICES

MAILBOXES, APIS, A_CASE = 10, 5, 10         # channels of each kind; notices of one case
LASTS, QUIET = (0.6, 2.5), (0.2, 1.2)       # seconds of a fault, and between two
SETTLES = 90.0                              # seconds without anything new, after which what waits is stuck
FEW = 500                                   # notices; with more, ringing for each again every three seconds is most of the work
PLAIN_SETTLES = 15.0                        # the same for plain Celery: longer than its visibility time-out
STARVES = 120.0                             # seconds without a single notice asked for: the run itself is broken
DATABASE = "torture"


@dataclass
class Told:
    """What a run came to. `repeated_mails`: taken more often than once; mail servers cannot know a repeated one."""
    notices: int
    faults: int
    seconds: float
    settled_in: float
    lost: int
    duplicates: int
    stuck: int
    dead_letters: int
    repeated_mails: int
    repeated_calls: int
    plain_notices: int
    plain_lost: int
    plain_repeated_mails: int
    left_out: list[str]


def torture(seconds: float, notices: int, *, dump: Path | None = None, logs: Path = stage.DATA) -> Told:
    folder = stage.DATA
    with ExitStack() as held:
        disk = Disk()
        held.callback(disk.unmount)
        mailbox, port = held.enter_context(mail_server(takes=0.05))
        partner = held.enter_context(partner_api(folder))
        servers(disk, dump)
        plan, confirmed = folder / "plan", folder / "confirmed"
        began = time.time()
        write_plan(plan, people_and_cases(notices), channels(partner.url), notices, seconds)
        say(f"{notices} notices are planned; getting there took {time.time() - began:.0f} s")
        house = furnish(disk, mailbox, partner, port, [str(plan), str(confirmed)], logs, notices)
        held.callback(lambda: [process.kill() for process in (house.web, *house.workers)])
        house.mend()
        began = time.monotonic()
        break_things(house, confirmed, seconds, notices)
        broke_for = time.monotonic() - began
        settled_in = settle(confirmed, house)
        return count(confirmed, house, broke_for, settled_in)


# --- before -----------------------------------------------------------------------------------------------------------
def servers(disk: Disk, dump: Path | None) -> None:
    SERVICES.postgresql(disk.data, *SAFE)
    SERVICES.redis()
    SERVICES.create(DATABASE)
    connection.settings_dict["NAME"] = DATABASE
    if dump:
        SERVICES.restore(dump, DATABASE)
    else:
        call_command("migrate", interactive=False, verbosity=0)
    apply_grants()


def people_and_cases(notices: int) -> tuple[User, list[Case]]:
    """As many cases as A_CASE notices each need, in review, their reporters agreeing."""
    custody.new_worker_key()
    registry.seed()
    units = set_up_units()
    by = make_member("Ayesha Khan", *units.values())
    return by, [agreed(units["adults"], by) for _ in range(-(-notices // A_CASE))]


def agreed(unit: Unit, by: User) -> Case:
    case = make_case(unit, platforms=("tiktok",))
    reporter_consents(case, Consent.Act.ASK_PLATFORM)
    return change_status(case=case, to=Status.IN_REVIEW, by=by)


def channels(url: str) -> list[Channel]:
    tiktok = Platform.objects.get(slug="tiktok")
    ways = [("email", f"abuse{number}@platform.example") for number in range(MAILBOXES)]
    ways += [("webhook", f"{url}/{number}") for number in range(APIS)]
    return [Channel.objects.create(platform=tiktok, kind=kind, address=address, label="Bench") for kind, address in ways]


def write_plan(plan: Path, made: tuple[User, list[Case]], ways: list[Channel], notices: int, seconds: float) -> None:
    """Notices take turns among cases and channels, evenly over the time in which things break."""
    (by, cases), start = made, time.time() + 3
    lines = ({"number": number, "case": str(cases[number % len(cases)].pk), "channel": way.pk, "kind": way.kind,
              "address": way.address, "by": str(by.pk), "at": start + number * seconds * 0.9 / notices}
             for number, way in ((number, ways[number % len(ways)]) for number in range(notices)))
    plan.write_text("".join(f"{json.dumps(line)}\n" for line in lines))


def furnish(disk: Disk, mailbox: Mailbox, partner: Partner, port: int, asking: list[str], logs: Path,
            notices: int) -> House:
    clock, ring_again = Clock(stage.DATA), 3 if notices <= FEW else 15
    common = {
        **os.environ, "DJANGO_SETTINGS_MODULE": "bench.mail_settings", "DATABASE_NAME": DATABASE, "EMAIL_HOST": "127.0.0.1",
        "EMAIL_PORT": str(port), "WEBHOOK_NETWORKS": "127.0.0.0/8", "WEBHOOK_CA_FILE": str(partner.certificate),
        "C_FORCE_ROOT": "true",
        "OUTBOX_SWEEP_SECONDS": "1", "OUTBOX_RING_AGAIN_SECONDS": str(ring_again), "LOG_LEVEL": "WARNING",
        "LONGEST_RING_SECONDS": str(4 * ring_again),
    }
    working, celery = common | clock.environ, [sys.executable, "-m", "celery", "-A"]
    plainly = {name: value for name, value in working.items() if name != "DJANGO_SETTINGS_MODULE"}   # else it sweeps our outbox
    options = ["worker", "--concurrency=2", "--without-gossip", "--without-mingle", "--without-heartbeat", "--loglevel=INFO"]
    return House(
        web=Process([sys.executable, "-m", "bench.asking", *asking], common | {"DATABASE_USER": login_of("desk", OWNER)},
                    logs / "asking.log"),
        workers=[Process([*celery, "portal.celery", *options], working | {"DATABASE_USER": login_of("worker", OWNER)},
                         logs / "worker.log"),
                 Process([*celery, "bench.plain", *options], plainly, logs / "plain.log")],
        mailbox=mailbox, partner=partner, disk=disk, clock=clock)


def left_out(house: House) -> list[str]:
    """Faults that this machine does not allow."""
    return [*(["disk full"] if house.disk.path is None else []), *([] if house.clock.environ else ["clock ahead", "clock back"])]


# --- while it breaks --------------------------------------------------------------------------------------------------
def break_things(house: House, confirmed: Path, seconds: float, notices: int) -> None:
    """Each fault of the deck once, in any order, and again, until the time is over and all are asked for."""
    began, deck, progress = time.monotonic(), list[str](), (0, 0.0)
    names = [name for name in FAULTS if name not in left_out(house)]
    while (passed := time.monotonic() - began) < seconds or progress[0] < notices:
        deck = deck or random.sample(names, len(names))
        ours = asked_for(confirmed, "ours")
        progress = max(progress, (len(ours), -passed))
        assert passed + progress[1] < STARVES, "nothing is asked for any more: see asking.log"
        say(f"{passed:5.0f} s  {len(ours):5} asked for  {len(ours & arrived(house)):5} arrived  {deck[-1]}")
        suffer(house, deck.pop(), random.uniform(*LASTS))               # noqa: S311   not a secret
        time.sleep(random.uniform(*QUIET))                              # noqa: S311


# --- afterwards -------------------------------------------------------------------------------------------------------
def settle(confirmed: Path, house: House) -> float:
    """Seconds until nothing waits, or until for SETTLES of them nothing moved. Plain Celery has its visibility time-out."""
    began = moved = plain_moved = time.monotonic()
    before, plain_before = -1, -1
    while (left := waits(confirmed)) and time.monotonic() - moved < SETTLES or time.monotonic() - plain_moved < PLAIN_SETTLES:
        now = len(arrived(house) & asked_for(confirmed, "plain"))
        if left != before:
            before, moved = left, time.monotonic()
            say(f"{moved - began:5.0f} s after the last fault  {left} wait")
        if now != plain_before:
            plain_before, plain_moved = now, time.monotonic()
        house.mend()
        time.sleep(1)
    return moved - began


def arrived(house: House) -> set[str]:
    return set(house.mailbox.arrived) | set(house.partner.keys)


def asked_for(confirmed: Path, whom: str) -> set[str]:
    """Keys of what was promised to "ours" or "plain"."""
    return {line[whom] for line in told(confirmed) if whom in line}


def waits(confirmed: Path) -> int:
    pending = Escalation.objects.filter(state=Escalation.State.REQUESTED).values_list("pk", flat=True)
    ours = asked_for(confirmed, "ours")
    try:
        return sum(each.hex in ours for each in pending)
    except DatabaseError:
        connections.close_all()
        return len(ours)


def count(confirmed: Path, house: House, broke_for: float, settled_in: float) -> Told:
    ours, plains, there = asked_for(confirmed, "ours"), asked_for(confirmed, "plain"), arrived(house)
    refused = house.mailbox.refused | house.partner.refused
    dead = {each.hex for each in DeadLetter.objects.values_list("escalation_id", flat=True)}
    pending = {each.hex for each in Escalation.objects.filter(state=Escalation.State.REQUESTED).values_list("pk", flat=True)}
    references = {line["reference"] for line in told(confirmed) if "ours" in line}
    again = Counter({key: times - 1 for key, times in house.mailbox.arrived.items() if times > 1})
    return Told(
        notices=len(ours), faults=len(house.done), seconds=round(broke_for), settled_in=round(settled_in),
        lost=len(ours - there - dead), stuck=len(ours & pending), dead_letters=len(ours & dead),
        duplicates=len(references & set(house.partner.twice())), repeated_calls=house.partner.repeated,
        repeated_mails=sum(again[key] for key in ours), plain_repeated_mails=sum(again[key] for key in plains),
        plain_notices=len(plains), plain_lost=len(plains - there - refused), left_out=left_out(house))


def say(line: str) -> None:
    print(line, file=sys.stderr, flush=True)


def main() -> None:
    options = argparse.ArgumentParser()
    options.add_argument("--seconds", type=float, default=300)
    options.add_argument("--notices", type=int, default=5000)
    options.add_argument("--dump", type=Path)
    options.add_argument("--seed", type=int, default=None, help="the same faults in the same order")
    options.add_argument("--logs", type=Path, default=stage.DATA, help="a directory for what the processes write")
    given = options.parse_args()
    random.seed(given.seed)
    print(json.dumps(asdict(torture(given.seconds, given.notices, dump=given.dump, logs=given.logs))))


if __name__ == "__main__":
    main()
