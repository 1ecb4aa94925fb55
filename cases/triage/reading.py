"""The one place of this door that opens sealed content, and seals what staff write. Every reading leaves an audit row.

Text that cannot be shown is a state, never an exception: the case must stay workable with what is known in the clear.
"""
import json
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any
from uuid import UUID

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest

from cases.audit.services import actor, record_read
from cases.conversation.models import Ask
from cases.escalation.models import Escalation
from cases.escalation.notices import Notice
from cases.merging.models import Merging
from cases.models import BreakGlass, Case, Consent, Exclusion, Message
from cases.permissions import Staff
from cases.selectors import opened_by
from cases.triage.models import Correction, Note, Question, Reveal, Task
from cases.vault import blind, custody, envelope, parking, unseal
from cases.vault.models import DataKey
from cases.vault.parking import Locked
from cases.vault.unseal import Keyring, NotHeld, OpenFailed

SHORTEST_HANDLE = 3         # shorter ones, and links without a path, would tie strangers together


class State(StrEnum):
    OPEN = "open"
    LOCKED = "locked"       # the member's vault is locked
    NO_KEY = "no_key"       # open, but nobody has granted the member this unit's key
    WITHHELD = "withheld"   # kept for whoever has it, or for the women of the unit (cases.selectors.opened_by)
    BROKEN = "broken"       # does not open: ask the reporter


@dataclass(frozen=True)
class Text:
    state: State
    words: str = field(default="", repr=False)


@dataclass(frozen=True)
class Answers:
    """The typed answers, version 1 of the sealed JSON. Ages in whole years, None when not told."""
    relation: str = ""
    age_now: int | None = None
    age_then: int | None = None
    story: str = field(default="", repr=False)
    links: tuple[str, ...] = field(default=(), repr=False)
    handles: tuple[str, ...] = field(default=(), repr=False)
    platform_other: str = field(default="", repr=False)
    wanted: tuple[str, ...] = ()
    who_does_it: str = field(default="", repr=False)
    safe_to_contact: str = field(default="", repr=False)


@dataclass(frozen=True)
class Opened:
    """One case as far as the member may read it now. Texts by the id of their row."""
    state: State
    answers: Answers
    messages: dict[UUID, Text]
    notes: dict[UUID, Text]
    assents: dict[UUID, Text]
    opinion: Text | None                # the reporter's words to it
    corrections: dict[UUID, Text]       # why the priority or the facts were changed
    asks: dict[UUID, Text]              # answers to what was asked for, but where the reporter can be reached
    tasks: dict[UUID, Text] = field(default_factory=dict)

    @property
    def broken(self) -> bool:
        texts = [*self.messages.values(), *self.notes.values(), *self.assents.values(), *self.tasks.values()]
        return self.state == State.BROKEN or any(text.state == State.BROKEN for text in texts)


Doors = Mapping[UUID, UUID | None]      # cases.selectors.opened_by


def keyring_of(request: HttpRequest) -> Keyring | None:
    """The member's open unit keys, opened once a request; None while locked."""
    if not hasattr(request, "keyring"):
        request.keyring = _open_keyring(request)            # type: ignore[attr-defined]   # kept on the request itself
    return request.keyring                                  # type: ignore[attr-defined,no-any-return]   # put there above


def _open_keyring(request: HttpRequest) -> Keyring | None:
    private = parking.fetch(request)
    try:
        return unseal.keyring(request.user, private) if private else None       # type: ignore[arg-type]   # a member
    except OpenFailed:                                      # a new pair was made since: this one opens nothing any more
        return None


# --- reading ----------------------------------------------------------------------------------------------------------
def summaries(cases: Sequence[Case], *, keyring: Keyring | None, by: Staff) -> dict[UUID, Text]:
    """The first line of each case on a queue page. One audit row lists the cases. Prefetch `key__wraps`."""
    doors = opened_by(by, cases)
    texts = {case.pk: _summary(case, keyring, doors) for case in cases}
    read = [pk for pk, text in texts.items() if text.state == State.OPEN]
    if read:
        record_read("queue_read", subject="queue", actor=actor(by), cases=read, **under_glass(doors, read))
    return texts


def _summary(case: Case, keyring: Keyring | None, doors: Doors) -> Text:
    key, state = readable(case, case.key, keyring, doors)
    return opened_text(case, key, state, case.summary, "summary", case.pk)


def read_case(case: Case, *, keyring: Keyring | None, by: Staff, messages: Iterable[Message] = (), notes: Iterable[Note] = (),
              tasks: Iterable[Task] = (), corrections: Iterable[Correction] = ()) -> Opened:
    """What is sealed of one case and shown: the answers, the assents, and of the rest these rows. One audit row, unless nothing
    could be opened."""
    doors = opened_by(by, [case])
    key, key_state = readable(case, case.key, keyring, doors)
    talk_key, talk_state = readable(case, case.conversation_key, keyring, doors)
    answers, state = opened_answers(case, key, key_state)
    opened = Opened(
        state, answers,
        messages=_texts(case, talk_key, talk_state, "message", ((row.pk, row.body) for row in messages)),
        notes=_texts(case, key, key_state, "note", ((row.pk, row.body) for row in notes)),
        corrections=_texts(case, key, key_state, "correction", ((row.pk, row.reason) for row in corrections)),
        assents=_texts(case, talk_key, talk_state, "assent",
                       Consent.objects.filter(case=case, assent__isnull=False).values_list("pk", "assent")),
        opinion=_opinion(case, talk_key, talk_state),
        asks=_texts(case, talk_key, talk_state, "ask", _told(case).values_list("pk", "answer")),
        tasks=_texts(case, key, key_state, "task", ((task.pk, task.words) for task in tasks)))
    if key is not None or talk_key is not None:
        record_read("case_read", subject=case.pk, actor=actor(by), messages=len(opened.messages), notes=len(opened.notes),
                    **under_glass(doors, [case.pk]))
    return opened


def _opinion(case: Case, key: bytes | None, state: State) -> Text | None:
    found = getattr(case, "opinion", None)
    return opened_text(case, key, state, found.words, "opinion", found.pk) if found and found.words is not None else None


def _told(case: Case) -> QuerySet[Ask]:
    return Ask.objects.filter(case=case, answer__isnull=False).exclude(kind=Ask.Kind.CONTACT.value)


def read_contact(case: Case, ask: Ask, *, keyring: Keyring | None, by: Staff) -> Text:
    """Where the reporter can be reached: called by contacts.reveal alone, after the reason was kept."""
    doors = opened_by(by, [case])
    key, state = readable(case, case.conversation_key, keyring, doors)
    text = opened_text(case, key, state, ask.answer, "ask", ask.pk)
    if text.state == State.OPEN:
        record_read("contact_read", subject=case.pk, actor=actor(by), ask=ask.pk, **under_glass(doors, [case.pk]))
    return text


def read_reveals(case: Case, rows: Iterable[Reveal], *, keyring: Keyring | None, by: Staff) -> dict[UUID, Text]:
    """Why members looked; for the supervisors who answer for it."""
    key, state = _key(case, case.key, keyring)
    texts = _texts(case, key, state, "reveal", ((row.pk, row.reason) for row in rows))
    if texts and key is not None:
        record_read("reasons_read", subject=case.pk, actor=actor(by), count=len(texts))
    return texts


def read_links(case: Case, *, keyring: Keyring | None, by: Staff, untagged: bool = False) -> dict[UUID, Text]:
    """The links that the reporter sent since the report, by their row; `untagged`: those that nobody has worked with yet."""
    links = _told(case).filter(kind=Ask.Kind.LINKS.value).order_by("answered_at")
    rows = list(links.filter(tagged_at=None) if untagged else links)
    doors = opened_by(by, [case]) if rows else {}
    key, state = readable(case, case.conversation_key, keyring, doors)
    texts = _texts(case, key, state, "ask", [(row.pk, row.answer) for row in rows])
    if rows and key is not None:
        record_read("links_read", subject=case.pk, actor=actor(by), count=len(rows), **under_glass(doors, [case.pk]))
    return texts


def read_talks(cases: Sequence[Case], newest: int, *, keyring: Keyring | None, by: Staff) -> dict[UUID, Text]:
    """The `newest` messages of merged cases, for the page of their leading one. One audit row a case, and none for what is
    shut. Prefetch `conversation_key__wraps`."""
    doors, texts = opened_by(by, cases), {}
    bodies: dict[UUID, list[tuple[UUID, Any]]] = {case.pk: [] for case in cases}
    rows = Message.objects.filter(case__in=cases).order_by("-at")[:newest]
    for pk, case_id, body in rows.values_list("pk", "case_id", "body"):
        bodies[case_id].append((pk, body))
    for case in cases:
        key, state = readable(case, case.conversation_key, keyring, doors)
        texts |= _texts(case, key, state, "message", bodies[case.pk])
        if key is not None and bodies[case.pk]:
            record_read("conversation_read", subject=case.pk, actor=actor(by), messages=len(bodies[case.pk]),
                        **under_glass(doors, [case.pk]))
    return texts


def read_merge_reasons(case: Case, rows: Iterable[Merging], *, keyring: Keyring | None,
                       by: Staff) -> dict[tuple[UUID, str], Text]:
    """Why the case was merged ("merge_reason") and taken out again ("undo_reason"). Read with the case, in its audit row."""
    key, state = readable(case, case.key, keyring, opened_by(by, [case]))
    blobs = {(row.pk, "merge_reason"): row.reason for row in rows} | {(row.pk, "undo_reason"): row.undo_reason for row in rows}
    return {each: opened_text(case, key, state, blob, each[1], each[0]) for each, blob in blobs.items() if blob}


def read_answers(case: Case, *, keyring: Keyring | None, by: Staff) -> Answers:
    """The typed answers alone; empty when they cannot be opened."""
    doors = opened_by(by, [case])
    key, state = readable(case, case.key, keyring, doors)
    answers, state = opened_answers(case, key, state)
    if state == State.OPEN:
        record_read("answers_read", subject=case.pk, actor=actor(by), **under_glass(doors, [case.pk]))
    return answers


def under_glass(doors: Doors, read: Iterable[UUID]) -> dict[str, list[UUID]]:
    """For the audit row: the broken glass that some of these cases were read under."""
    glass = [pane for pk in read if (pane := doors[pk])]
    return {"glass": glass} if glass else {}


def readable(case: Case, data_key: DataKey, keyring: Keyring | None, doors: Doors) -> tuple[bytes | None, State]:
    """The key, for whom the case is open; to hold the unit's key is not enough."""
    return _key(case, data_key, keyring) if case.pk in doors else (None, State.WITHHELD)


def _key(case: Case, data_key: DataKey, keyring: Keyring | None) -> tuple[bytes | None, State]:
    if keyring is None:
        return None, State.LOCKED
    if case.unit_id not in keyring.units:
        return None, State.NO_KEY
    try:
        return unseal.key_for_unit(data_key, case=case.pk, keyring=keyring), State.OPEN
    except OpenFailed:
        return None, State.BROKEN


def _texts(case: Case, key: bytes | None, state: State, name: str, rows: Iterable[tuple[UUID, Any]]) -> dict[UUID, Text]:
    return {pk: opened_text(case, key, state, blob, name, pk) for pk, blob in rows}


def opened_text(case: Case, key: bytes | None, state: State, blob: Any, name: str, row: UUID) -> Text:
    if key is None:
        return Text(state)
    try:
        return Text(State.OPEN, envelope.open_blob(key, blob, case=case.pk, field=name, record=row).decode())
    except (OpenFailed, UnicodeDecodeError):
        return Text(State.BROKEN)


def opened_answers(case: Case, key: bytes | None, state: State) -> tuple[Answers, State]:
    text = opened_text(case, key, state, case.answers, "answers", case.pk)
    if text.state != State.OPEN:
        return Answers(), text.state
    try:
        return _parsed(json.loads(text.words)), State.OPEN
    except (ValueError, TypeError, AttributeError, OverflowError, RecursionError):  # sealed by a browser; not our JSON
        return Answers(), State.BROKEN


def _parsed(typed: dict[str, Any]) -> Answers:
    def text(name: str) -> str:
        return writable(typed.get(name) or "")

    def texts(name: str) -> tuple[str, ...]:
        return tuple(writable(item) for item in typed.get(name) or () if item)

    def age(name: str) -> int | None:
        return int(typed[name]) if typed.get(name) is not None else None

    return Answers(relation=text("relation"), age_now=age("age_now"), age_then=age("age_then"), story=text("story"),
                   links=texts("links"), handles=texts("handles"), platform_other=text("platform_other"), wanted=texts("wanted"),
                   who_does_it=text("who_does_it"), safe_to_contact=text("safe_to_contact"))


def writable(value: object) -> str:
    """As text that any page can hold: JSON may spell halves of characters (lone surrogates) and NUL, which no answer can."""
    return str(value).replace("\0", "").encode("utf-8", "replace").decode()


@dataclass(frozen=True)
class OpenedNotice:
    """A frozen notice and what the platform's form gave back; None and empty while they cannot be opened."""
    notice: Notice | None = None
    their_reference: str = field(default="", repr=False)


def read_notice(escalation: Escalation, *, case: Case, keyring: Keyring | None, by: Staff) -> OpenedNotice:
    doors = opened_by(by, [case])
    key, _state = readable(case, escalation.notice_key, keyring, doors)
    notice = opened_text(case, key, State.LOCKED, escalation.notice, "notice", escalation.pk)
    if notice.state != State.OPEN:
        return OpenedNotice()
    record_read("notice_read", subject=case.pk, actor=actor(by), escalation=escalation.pk, **under_glass(doors, [case.pk]))
    theirs = escalation.their_reference
    given = opened_text(case, key, State.LOCKED, theirs, "their_reference", escalation.pk).words if theirs else ""
    return OpenedNotice(Notice.from_json(notice.words.encode()), given)


def read_question(question: Question, *, keyring: Keyring | None, by: Staff) -> Text:
    """Why another unit asks about a case of this one."""
    about = question.about
    doors = opened_by(by, [about])
    key, state = readable(about, question.key, keyring, doors)
    text = opened_text(about, key, state, question.reason, "question", question.pk)
    if text.state == State.OPEN:
        record_read("question_read", subject=about.pk, actor=actor(by), question=question.pk, **under_glass(doors, [about.pk]))
    return text


def read_reasons(case: Case, *, keyring: Keyring | None, by: Staff) -> dict[UUID, Text]:
    """The typed reasons of broken glass and lifted walls, by row; for the supervisors who answer for them."""
    key, state = _key(case, case.key, keyring)
    glass = _texts(case, key, state, "glass", BreakGlass.objects.filter(case=case).values_list("pk", "reason"))
    lifted = Exclusion.objects.filter(case=case, lift_reason__isnull=False).exclude(lift_reason=b"").values_list(
        "pk", "lift_reason")
    texts = glass | _texts(case, key, state, "lift_reason", lifted)
    if texts and key is not None:
        record_read("reasons_read", subject=case.pk, actor=actor(by), count=len(texts))
    return texts


# --- writing ----------------------------------------------------------------------------------------------------------
def seal_note(case: Case, text: str, *, keyring: Keyring | None, row: UUID | None = None) -> tuple[UUID, bytes]:
    """Id (`row` if given) and body of a note that no receipt code opens. Raises Locked, NotHeld."""
    return sealed_row(case, case.key, text, "note", keyring, row)


def seal_message(case: Case, text: str, *, keyring: Keyring | None, row: UUID | None = None) -> tuple[UUID, bytes]:
    """Id (`row` if given) and body of a message that unit and reporter can read. Raises Locked, NotHeld."""
    return sealed_row(case, case.conversation_key, text, "message", keyring, row)


def seal_reason(case: Case, text: str, *, name: str, record: UUID, keyring: Keyring | None) -> bytes:
    """Why a wall was lifted ("lift_reason"), glass broken ("glass"), the case merged ("merge_reason") or taken out again
    ("undo_reason"), a child's not closed ("closing_answer"), something put right ("correction"), to come back ("reminder"), or a
    contact shown ("reveal"), for its own row. Raises Locked, NotHeld."""
    key = _writing_key(case, case.key, keyring)
    return envelope.seal(key, text.encode(), case=case.pk, field=name, record=record)


def seal_question(about: Case, text: str) -> tuple[UUID, DataKey, bytes]:
    """Id, key and reason of a question about a case of another unit: sealed to that unit, so whoever asks needs no key and cannot
    read it again. Raises KeyMissing."""
    row, key = uuid.uuid4(), envelope.new_key()
    kept = custody.keep(key, case=about.pk, unit=about.unit)
    return row, kept, envelope.seal(key, text.encode(), case=about.pk, field="question", record=row)


def seal_reference(escalation: Escalation, *, case: Case, text: str, keyring: Keyring | None) -> bytes:
    """What a platform's form gave back, for the escalation's own row. Raises Locked, NotHeld."""
    key = _writing_key(case, escalation.notice_key, keyring)
    return envelope.seal(key, text.encode(), case=case.pk, field="their_reference", record=escalation.pk)


def sealed_row(case: Case, data_key: DataKey, text: str, name: str, keyring: Keyring | None,
            row: UUID | None = None) -> tuple[UUID, bytes]:
    key, row = _writing_key(case, data_key, keyring), row or uuid.uuid4()
    return row, envelope.seal(key, text.encode(), case=case.pk, field=name, record=row)


def _writing_key(case: Case, data_key: DataKey, keyring: Keyring | None) -> bytes:
    key, state = _key(case, data_key, keyring)
    if key is None:
        raise Locked if state == State.LOCKED else NotHeld
    return key


# --- equality ---------------------------------------------------------------------------------------------------------
def tags(answers: Answers, *, also: Iterable[str] = ()) -> dict[tuple[str, str], str]:
    """(kind, as typed) → blind-index tag, for the links and handles that say enough to tie cases together. `also`: links that
    came later."""
    found = {("url", link): blind.normalise_url(link) for link in (*answers.links, *also)}
    found |= {("handle", handle): blind.normalise_handle(handle) for handle in answers.handles}
    return {kind: blind.tag(settings.BLIND_INDEX_KEY, kind[0], value) for kind, value in found.items() if telling(kind[0], value)}


def telling(kind: str, value: str) -> bool:
    if kind == "url":
        return "/" in value or "?" in value
    return len(value) >= SHORTEST_HANDLE
