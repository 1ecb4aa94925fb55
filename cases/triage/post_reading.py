"""Opening the mails that came in about a notice, and the notice's key for sending it again."""
import json
from collections.abc import Iterable
from dataclasses import dataclass, field
from uuid import UUID

from cases.audit.services import actor, record_read
from cases.escalation import replying
from cases.escalation.models import Answer, Escalation
from cases.models import Case
from cases.permissions import Staff
from cases.selectors import opened_by
from cases.triage.reading import State, opened_text, readable, under_glass
from cases.vault.keyring import Keyring, NotHeld
from cases.vault.parking import Locked


@dataclass(frozen=True)
class Mail:
    """One mail as staff read it: plain text, whatever it was."""
    state: State
    sender: str = field(default="", repr=False)
    subject: str = field(default="", repr=False)
    text: str = field(default="", repr=False)


def read_mails(rows: Iterable[Answer], *, case: Case, keyring: Keyring | None, by: Staff) -> dict[UUID, Mail]:
    """By their row; a typed answer has no words. One audit row. Prefetch `key__wraps`."""
    doors, found = opened_by(by, [case]), dict[UUID, Mail]()
    for row in rows:
        if row.key is not None:
            key, state = readable(case, row.key, keyring, doors)
            found[row.pk] = mail_of(opened_text(case, key, state, row.body, "answer", row.pk).words, state)
    if any(mail.state == State.OPEN for mail in found.values()):
        record_read("answers_to_notice_read", subject=case.pk, actor=actor(by), count=len(found), **under_glass(doors, [case.pk]))
    return found


def mail_of(words: str, state: State) -> Mail:
    if state != State.OPEN or not words:
        return Mail(State.BROKEN if state == State.OPEN else state)
    told = json.loads(words)
    return Mail(state, told["from"], told["subject"], told["text"])


def secret_of(escalation: Escalation, *, case: Case, keyring: Keyring | None, by: Staff) -> bytes:
    """The notice's key. Raises Locked, NotHeld."""
    if keyring is None:
        raise Locked
    key, _state = readable(case, escalation.notice_key, keyring, opened_by(by, [case]))
    if key is None:
        raise NotHeld
    return key


def reply_address(escalation: Escalation, *, case: Case, keyring: Keyring | None, by: Staff) -> str:
    """Where its answer comes in, for who fills in a form by hand; empty while the vault is locked."""
    try:
        return replying.address(secret_of(escalation, case=case, keyring=keyring, by=by), escalation)
    except (Locked, NotHeld):
        return ""
