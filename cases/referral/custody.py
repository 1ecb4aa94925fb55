"""The chain of custody of what a package holds: who had it when, from the audit log, with the hashes that tie each entry to it.

Ids and codes only. Nothing of another case, of what the reporter answered about other bodies, or of other referrals.
"""
import json
from collections.abc import Iterable
from typing import Any
from uuid import UUID

from django.db.models import Q

from cases.audit import chain, presenters, witness
from cases.audit.models import AuditLink, Checkpoint, Entry

EVENTS = ("case_opened", "report_taken", "case_read", "answers_read", "links_read", "case_transferred", "case_printed",
          "evidence_arrived", "evidence_kept", "evidence_read", "evidence_destroyed", "evidence_locked")


def entries(case: UUID, *, referral: UUID, act: str) -> list[Entry]:
    """Oldest first. `act`: the consent that this body needs."""
    own = Q(event__startswith="referral_", details__referral=str(referral))
    consent = Q(event="consent_given", details__act=act)
    return list(Entry.objects.filter(Q(event__in=EVENTS) | own | consent, subject=str(case)).order_by("at", "pk"))


def as_json(found: Iterable[Entry]) -> bytes:
    """What `verify` checks: of each entry that the log has linked, the hash before it and its own."""
    rows = list(found)
    links = {link.entry: link for link in AuditLink.objects.filter(entry__in=[row.pk for row in rows])}
    before = {link.position + 1: link for link in AuditLink.objects.filter(
        position__in=[link.position - 1 for link in links.values()])}
    point = Checkpoint.objects.order_by("-position").first()
    told = {"about": "Each entry: SHA-256(hash before it, the entry as JSON with sorted keys). One without a hash was too new.",
            "checkpoint": witness.line(point) if point else "",
            "entries": [row_of(row, links.get(row.pk), before) for row in rows]}
    return json.dumps(told, indent=1, ensure_ascii=True).encode() + b"\n"


def row_of(entry: Entry, link: AuditLink | None, before: dict[int, AuditLink]) -> dict[str, Any]:
    row = {"id": str(entry.pk), "at": chain.instant(entry.at), "event": entry.event, "subject": entry.subject,
           "actor": entry.actor, "details": entry.details}
    if link is None:
        return row
    previous = before.get(link.position)
    return row | {"position": link.position, "before": (bytes(previous.hash) if previous else chain.GENESIS).hex(),
                  "hash": bytes(link.hash).hex()}


def words(entry: Entry) -> str:
    """For the paper, in the language of the moment."""
    return presenters.sentence(entry)
