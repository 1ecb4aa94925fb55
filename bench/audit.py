"""How fast a log of a million entries is checked, and in how much memory: `verify_audit` on PostgreSQL, rows made in bulk.

Then one entry in the middle is altered and another removed, as somebody with every right on the database could; the measurement
fails unless both are found, and where. (Exchanged and cut off entries: tests/cases/audit/test_verification.py.)
"""
import json
import subprocess
import sys
from datetime import timedelta
from typing import Any
from uuid import uuid4

from bench import Figure
from bench.stage import ROOT, prepare

# isort: split
from django.utils import timezone

from cases.audit import chain, verification
from cases.audit.models import AuditLink, Entry
from cases.audit.services import link
from tests.cases.audit.intruder import intruder

NAME = "audit"
FIGURES = ("verify_audit_rows_s", "verify_audit_mb")
ROWS, AT_ONCE = 1_000_000, 5_000
ALTERED, REMOVED = ROWS // 2, ROWS // 2 + 7        # positions
PROBE = """
import django; django.setup()
import json, resource, time
from cases.audit.verification import verify
began = time.monotonic()
found = verify()
print(json.dumps({"sound": found.sound, "links": found.links, "broken": found.broken_at, "missing": found.missing,
                  "seconds": time.monotonic() - began,
                  "mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024}))
"""


def run() -> dict[str, Figure]:
    """In a process of its own, so that its memory is its own."""
    prepare()
    link()
    fill(ROWS - AuditLink.objects.count())
    told = verified()
    assert told["sound"], told
    assert told["links"] == ROWS, told
    tamper()
    found = verified()
    assert (found["broken"], found["missing"]) == (ALTERED, [REMOVED]), found
    speed = round(told["links"] / told["seconds"])
    return {"verify_audit_rows_s": Figure(speed, "rows/s", f"{ROWS:,} rows, PostgreSQL, one process"),
            "verify_audit_mb": Figure(round(told["mb"]), "MB", "the most it held, Python and Django included")}


def verified() -> dict[str, Any]:
    out = subprocess.run([sys.executable, "-c", PROBE], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    told: dict[str, Any] = json.loads(out)
    return told


def tamper() -> None:
    with intruder():
        Entry.objects.filter(pk=AuditLink.objects.get(position=ALTERED).entry).update(actor=str(uuid4()))
        Entry.objects.filter(pk=AuditLink.objects.get(position=REMOVED).entry).delete()


def fill(count: int) -> None:
    """Entries like those of a busy desk, with their links, as the linker would have made them."""
    last = AuditLink.objects.last()
    position, head = (last.position, bytes(last.hash)) if last else (0, chain.GENESIS)
    start = timezone.now()
    for first in range(0, count, AT_ONCE):
        entries = [Entry(at=start + timedelta(microseconds=first + n), event="case_read", subject=str(uuid4()),
                         actor=str(uuid4()), details={"messages": 3, "notes": 1}) for n in range(min(AT_ONCE, count - first))]
        links = list[AuditLink]()
        for entry in entries:
            row = (entry.pk, entry.at, entry.event, entry.subject, entry.actor, entry.details)
            position, head = position + 1, chain.next_hash(head, verification.canonical(row))
            links.append(AuditLink(position=position, entry=entry.pk, hash=head))
        Entry.objects.bulk_create(entries)
        AuditLink.objects.bulk_create(links)
