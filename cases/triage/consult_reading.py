"""Sealing what one unit asks another, and opening it on either side. What the other unit reads has a key of its own."""
import json
import uuid
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field

from cases.audit.services import actor, record_read
from cases.models import Case
from cases.permissions import Staff
from cases.selectors import opened_by
from cases.triage.models import Consult
from cases.triage.reading import Answers, State, Text, opened_text, read_answers, readable, seal_reason, under_glass
from cases.units.models import Unit
from cases.vault import custody, envelope, unseal
from cases.vault.keyring import Keyring
from cases.vault.models import DataKey
from cases.vault.parking import Locked
from cases.vault.unseal import NotHeld, OpenFailed

NOT_LENT = {"safe_to_contact", "relation", "wanted"}        # advice needs what happened, not how to reach them


@dataclass(frozen=True)
class Lent:
    """What the unit that is asked reads. `report` is None where only the question went, or while nothing can be opened."""
    question: Text
    report: Answers | None = field(default=None, repr=False)


# --- the unit that asks -----------------------------------------------------------------------------------------------
def seal_consult(case: Case, unit: Unit, scope: Consult.Scope, text: str, *, keyring: Keyring | None, by: Staff) -> Consult:
    """An unsaved row with everything sealed. To copy the report is to read it, and is logged so. Raises Locked, NotHeld,
    KeyMissing (the other unit has no key that can be trusted)."""
    row, secret = uuid.uuid4(), envelope.new_key()
    own = seal_reason(case, text, name="consult", record=row, keyring=keyring)
    answers = read_answers(case, keyring=keyring, by=by) if scope != Consult.Scope.QUESTION else None
    key = custody.keep(secret, case=case.pk, unit=unit)
    lent = json.dumps({name: value for name, value in asdict(answers).items() if name not in NOT_LENT}) if answers else ""
    return Consult(
        id=row, case=case, unit=unit, scope=scope.value, key=key, own=own,
        question=envelope.seal(secret, text.encode(), case=case.pk, field="consult", record=row),
        report=envelope.seal(secret, lent.encode(), case=case.pk, field="consult_report", record=row) if lent else None)


def read_consults(case: Case, rows: Sequence[Consult], *, keyring: Keyring | None,
                  by: Staff) -> list[tuple[Consult, Text, Text | None]]:
    """Each with what was asked and the answer. One audit row."""
    doors = opened_by(by, [case]) if rows else {}
    key, state = readable(case, case.key, keyring, doors) if rows else (None, State.LOCKED)
    if key is not None:
        record_read("consults_read", subject=case.pk, actor=actor(by), count=len(rows), **under_glass(doors, [case.pk]))
    return [(row, opened_text(case, key, state, row.own, "consult", row.pk), _answer(case, row, keyring, doors)) for row in rows]


def _answer(case: Case, row: Consult, keyring: Keyring | None, doors: dict[uuid.UUID, uuid.UUID | None]) -> Text | None:
    if row.answer_key is None:
        return None
    key, state = readable(case, row.answer_key, keyring, doors)
    return opened_text(case, key, state, row.answer, "consult_answer", row.pk)


# --- the unit that is asked -------------------------------------------------------------------------------------------
def read_lent(consult: Consult, *, keyring: Keyring | None, by: Staff) -> Lent:
    """Of consulting.consults_for. Logged with the case, so that the unit that asked sees who read."""
    key, state = _key(consult, keyring)
    question = opened_text(consult.case, key, state, consult.question, "consult", consult.pk)
    if question.state == State.OPEN:
        record_read("consult_read", subject=consult.case_id, actor=actor(by), consult=consult.pk)
    report = opened_text(consult.case, key, state, consult.report, "consult_report", consult.pk) if consult.report else None
    told = json.loads(report.words) if report and report.state == State.OPEN else None
    return Lent(question, Answers(**{name: tuple(value) if isinstance(value, list) else value for name, value in told.items()})
                if told else None)


def _key(consult: Consult, keyring: Keyring | None) -> tuple[bytes | None, State]:
    if keyring is None:
        return None, State.LOCKED
    if consult.unit_id not in keyring.units:
        return None, State.NO_KEY
    try:
        return unseal.key_for_unit(consult.key, case=consult.case_id, keyring=keyring), State.OPEN
    except OpenFailed:
        return None, State.BROKEN


def seal_consult_answer(consult: Consult, text: str, *, keyring: Keyring | None) -> tuple[DataKey, bytes]:
    """For the unit that asked, and nobody else: whoever answers reads it no more. Raises Locked, NotHeld, KeyMissing."""
    key, state = _key(consult, keyring)
    if key is None:
        raise Locked if state == State.LOCKED else NotHeld
    secret = envelope.new_key()
    kept = custody.keep(secret, case=consult.case_id, unit=consult.case.unit)
    return kept, envelope.seal(secret, text.encode(), case=consult.case_id, field="consult_answer", record=consult.pk)
