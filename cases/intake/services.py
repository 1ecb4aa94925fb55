"""From a finished report to a case: routed, sealed and kept in one transaction."""
import json
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils import timezone

from cases.deadlines import promise
from cases.hashing.fingerprint import AnyFingerprint
from cases.hashing.services import store
from cases.intake import receipts, routing
from cases.models import Case, Consent
from cases.notifications.models import Kind
from cases.notifications.services import keep_address, urgent
from cases.permissions import Staff
from cases.priority import Body, Facts, rate
from cases.services import CaseDraft, give_consent, open_case
from cases.units.models import Unit
from cases.urgency import rules
from cases.vault import custody, envelope
from cases.workflow import Source

SUMMARY_CHARACTERS = 120


@dataclass(frozen=True)
class Agreement:
    """An answer to one act; `assent` are the typed words that give it."""
    act: Consent.Act
    answer: Consent.Answer
    assent: str = field(default="", repr=False)


@dataclass(frozen=True)
class Contact:
    kind: Kind
    value: str = field(repr=False)
    hours: Sequence[Sequence[int]] = ()          # safe hours, local time: [[9, 12], …]; empty = any


@dataclass(frozen=True)
class ReportDraft:
    """A report as the last page hands it over. `answers` is the JSON of version 1, everything that was typed."""
    case: uuid.UUID
    submission: uuid.UUID
    lock: receipts.Lock
    language: str
    facts: Facts
    conflict: Body | None = None
    wants_woman: bool = False
    platforms: Sequence[str] = ()                # slugs
    answers: Mapping[str, Any] = field(default_factory=dict, repr=False)
    fingerprints: Sequence[AnyFingerprint] = field(default=(), repr=False)
    agreements: Sequence[Agreement] = ()
    contact: Contact | None = None
    source: Source = Source.WEB
    by: Staff | None = None                      # who typed it for the reporter


def route(facts: Facts, conflict: Body | None) -> Unit:
    """The unit whose members will read it, by today's table."""
    code = routing.unit_for(facts, conflict, on=timezone.localdate())
    return Unit.objects.select_related("calendar").get(code=code, practice=False)


def promised(unit: Unit, facts: Facts) -> datetime:
    """By when somebody of the unit looks at a report that comes in now."""
    return promise(unit, rate(facts, rules()).level)


@transaction.atomic
def submit_report(*, draft: ReportDraft) -> Case:
    """Open the case. Raises cases.services.AlreadyOpen when it was sent before, and custody.KeyMissing; then nothing is kept."""
    unit = route(draft.facts, draft.conflict)
    key, conversation = envelope.new_key(), envelope.new_key()
    case = open_case(draft=CaseDraft(
        id=draft.case, submission=draft.submission, unit=unit, reporter_public=draft.lock.public,
        key=custody.keep(key, case=draft.case, unit=unit),
        conversation_key=custody.keep(conversation, case=draft.case, unit=unit, reporter=draft.lock.public),
        answers=_sealed_answers(draft, key), summary=_sealed_summary(draft, key), facts=draft.facts,
        language=draft.language, platforms=draft.platforms, wants_woman=draft.wants_woman,
        conflict=draft.conflict.value if draft.conflict else "", source=draft.source), by=draft.by)
    if draft.lock.locator:
        receipts.issue(case=case, lock=draft.lock)
    store(case=case, fingerprints=draft.fingerprints)
    for agreement in draft.agreements:
        _give(case, agreement, conversation, draft.by)
    if draft.contact:
        keep_address(case=case, kind=draft.contact.kind, value=draft.contact.value, hours=draft.contact.hours,
                     by=draft.by)
    urgent(case=case)
    return case


def _sealed_answers(draft: ReportDraft, key: bytes) -> bytes:
    plain = json.dumps({"version": 1, **draft.answers}, ensure_ascii=False).encode()
    return envelope.seal(key, plain, case=draft.case, field="answers", record=draft.case)


def _sealed_summary(draft: ReportDraft, key: bytes) -> bytes:
    plain = " ".join(draft.answers.get("story", "").split())[:SUMMARY_CHARACTERS].encode()
    return envelope.seal(key, plain, case=draft.case, field="summary", record=draft.case)


def _give(case: Case, agreement: Agreement, key: bytes, by: Staff | None) -> None:
    consent_id, assent = uuid.uuid4(), None
    if agreement.assent:
        assent = envelope.seal(key, agreement.assent.encode(), case=case.pk, field="assent", record=consent_id)
    give_consent(case=case, act=agreement.act, answer=agreement.answer, assent=assent, consent_id=consent_id, by=by)
