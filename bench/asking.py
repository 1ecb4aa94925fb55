"""The web process of a torture run: asks for notices, one after the other, as a caseworker's press on Send does, and is killed.

    python -m bench.asking PLAN CONFIRMED

PLAN: a JSON line for each notice: its number, case, channel and who asks, and the second at which its turn comes. What was
committed is written to CONFIRMED, a JSON line each, and only that counts: whoever was killed between the two has told nobody.
Plain Celery is asked for the same notice right after.
"""
import json
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

if __name__ == "__main__":
    import django
    django.setup()
else:
    import bench.stage  # noqa: F401   configures Django for whoever only asks what is in here

from django.db import InterfaceError, OperationalError, connection
from kombu.exceptions import KombuError, OperationalError as BrokerError

from bench import plain
from cases.escalation import services
from cases.escalation.models import Channel, Escalation
from cases.escalation.notices import Notice
from cases.models import Case
from portal.accounts.models import User

AGAIN = 0.3             # seconds after which somebody presses once more


def main(plan: Path, confirmed: Path) -> None:
    output = os.open(confirmed, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    done = {line["number"] for line in told(confirmed)}
    for each in map(json.loads, plan.read_text().splitlines()):
        if each["number"] not in done:
            time.sleep(max(0.0, each["at"] - time.time()))
            escalation = pressed_until_it_works(each)
            tell(output, number=each["number"], ours=escalation.pk.hex, reference=escalation.reference, kind=each["kind"])
            ask_plainly(output, each, escalation.reference)


def told(confirmed: Path) -> Iterator[dict[str, Any]]:
    """The lines; one that a killed process left half written is none."""
    for line in confirmed.read_text().splitlines() if confirmed.exists() else []:
        try:
            yield json.loads(line)
        except json.JSONDecodeError:
            continue


def tell(output: int, **line: object) -> None:
    os.write(output, f"{json.dumps(line)}\n".encode())


def pressed_until_it_works(each: dict[str, Any]) -> Escalation:
    while True:
        try:
            return ask(each)
        except (OperationalError, InterfaceError):
            connection.close()
            time.sleep(AGAIN)


def ask(each: dict[str, Any]) -> Escalation:
    notice = Notice(reference=services.new_reference(), links=(f"https://tiktok.example/v/{each['number']}",), hashes=(),
                    reasons="Published without consent.", policy="", law="", child=False, signature="A. Khan, Ministry")
    return services.request(case=Case.objects.get(pk=each["case"]), channel=Channel.objects.get(pk=each["channel"]),
                            notice=notice, by=User.objects.get(pk=each["by"]))


def ask_plainly(output: int, each: dict[str, Any], reference: str) -> None:
    key = uuid4().hex
    try:
        plain.send.delay(key, f"{reference} plainly", each["address"])
    except (BrokerError, KombuError, OSError):
        return                          # whoever pressed was shown an error, so nothing was promised
    tell(output, number=each["number"], plain=key, kind=each["kind"])


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
