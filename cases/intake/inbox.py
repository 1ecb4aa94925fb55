"""The one place of this door that opens sealed content: a reporter's conversation, with the reporter's own key.

Where the browser has that key, nothing is opened here: the page gets ciphertext and what the browser needs to open it.
What does not open is a state that the page can show, never an error: the status, the history and the answers need no key.
"""
import uuid
from base64 import b64encode
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils.html import format_html
from django.utils.safestring import SafeString

from cases.audit.services import record
from cases.conversation.models import Ask, Opinion, Review
from cases.conversation.reviewing import reviews_of
from cases.conversation.selectors import waiting
from cases.escalation.selectors import names_of
from cases.evidence.selectors import case_takes_files
from cases.intake.evidence_words import File, files_of
from cases.intake.visit import Visit
from cases.models import Case, Consent, Message, StatusChange
from cases.notifications.models import Address
from cases.priority import Body
from cases.public_words import Said, sentence
from cases.services import mark_read
from cases.vault import envelope
from cases.vault.aead import Stored
from cases.vault.unseal import NotHeld, OpenFailed, key_for_reporter
from cases.workflow import Status

REMOVED = {Said.PLATFORM_REMOVED, Said.SEEN_GONE, Said.CLOSED_REMOVED, Said.CLOSED_PARTLY, Said.PART_REMOVED}


@dataclass(frozen=True)
class Told:
    """A sentence of the history."""
    at: datetime
    words: SafeString


@dataclass(frozen=True)
class Letter:
    """A message as the reporter sees it. `words` is None when it does not open."""
    at: datetime
    mine: bool
    new: bool
    words: str | None = field(repr=False)
    id: UUID
    body: str = field(repr=False)                    # sealed, base64; "" where `words` are here
    read_at: datetime | None = None                  # theirs: when we read it


@dataclass(frozen=True)
class SecondLook:
    """What the reporter asked of another unit, and the answer: `words` opened here, or `body` with its own key for a browser."""
    kind: str
    at: datetime
    answered_at: datetime | None
    nobody: bool
    words: str | None = field(repr=False)
    id: UUID
    body: str = field(repr=False)                    # sealed, base64; "" where `words` are here
    key: UUID
    wrap: str                                        # that key, sealed to the reporter


@dataclass(frozen=True)
class Sealed:
    """What a browser that has the code opens the messages with. Bytes in base64."""
    case: UUID
    key: UUID                                        # of the conversation's DataKey
    wrap: str                                        # that key, sealed to the reporter
    locked: str                                      # the reporter's private key, under the code
    salt: int                                        # version of the salt that the code was derived with


@dataclass(frozen=True)
class Inbox:
    case: Case
    history: list[Told]                              # newest first, never empty
    letters: list[Letter] = field(repr=False)        # newest first
    answers: dict[Consent.Act, Consent | None]       # the newest answer to each act that is offered
    told_by: str                                     # Kind of the address that was left, or ""
    sealed_off: bool                                 # the conversation's key does not open: nothing can be read or written
    was_removed: bool                                # said to be gone once, so it may come back
    sealed: Sealed | None                            # the browser opens the letters
    files: list[File]                                # newest first
    takes_files: bool                                # never about pictures of somebody under 18
    asked: Ask | None                                # what staff need to know first
    reviews: list[SecondLook]                        # newest first
    opinion: Opinion | None                          # of a closed report
    asked_platform: str                              # whom they would ask, by name

    @property
    def review_waits(self) -> bool:
        return any(review.answered_at is None for review in self.reviews)

    @property
    def closed(self) -> bool:
        return self.case.status == Status.CLOSED


class SealedOff(Exception):
    """The conversation key does not open with this reporter's key."""


@transaction.atomic
def read(visit: Visit) -> Inbox:
    """All that the reporter may see. Marks our messages as read and leaves an audit row."""
    case = visit.receipt.case
    case.refresh_from_db(fields=["status", "closed_at"])         # the request may just have changed it
    changes = list(StatusChange.objects.filter(case=case).exclude(said="").order_by("-at"))
    key, sealed = _key(visit), _sealed(visit)
    letters = [_letter(case, message, key) for message in Message.objects.filter(case=case).order_by("-at")]
    mark_read(case=case, by=None)
    record("inbox_read", subject=case.pk, actor="reporter", messages=len(letters))
    asked = waiting(case).first() if case.status != Status.CLOSED else None
    return Inbox(case=case, asked=asked, asked_platform=platform_name(asked), opinion=_opinion(case), reviews=_reviews(visit),
                 history=_history(changes), letters=letters,
                 answers=_answers(case, asked),
                 sealed_off=key is None and sealed is None, sealed=sealed, files=files_of(case),
                 takes_files=case_takes_files(case),
                 told_by=Address.objects.filter(case=case).values_list("kind", flat=True).first() or "",
                 was_removed=any(change.said in REMOVED for change in changes))


def _reviews(visit: Visit) -> list[SecondLook]:
    rows = reviews_of(visit.receipt.case).defer("body").select_related("key").prefetch_related("key__wraps")
    return [_second_look(visit, row) for row in rows]


def _second_look(visit: Visit, row: Review) -> SecondLook:
    wrap = next((each for each in row.key.wraps.all() if each.recipient == "reporter"), None)
    words, body = None, ""
    if row.answer is not None and wrap and visit.private is None:
        body = _base64(row.answer)
    elif row.answer is not None and visit.private:
        words = _answer(visit, row, visit.private)
    return SecondLook(row.get_kind_display(), row.at, row.answered_at, row.nobody, words, row.pk, body, row.key_id,
                      _base64(wrap.sealed) if wrap and body else "")


def _answer(visit: Visit, row: Review, private: bytes) -> str | None:
    case = visit.receipt.case_id
    try:
        key = key_for_reporter(row.key, case=case, private=private)
        return envelope.open_blob(key, row.answer or b"", case=case, field="review_answer", record=row.pk).decode()
    except (OpenFailed, NotHeld, UnicodeDecodeError):
        return None


def _opinion(case: Case) -> Opinion | None:
    return Opinion.objects.filter(case=case).first() if case.status == Status.CLOSED else None


def platform_name(asked: Ask | None) -> str:
    return names_of({asked.platform}).get(asked.platform, "") if asked and asked.platform else ""


def _history(changes: Iterable[StatusChange]) -> list[Told]:
    """Newest first, as given; the same words twice in a row are said once, with their first date."""
    rows = list(changes)
    names = names_of({row.platform for row in rows})
    told: list[Told] = []
    for row in rows:
        name = format_html("<bdi>{}</bdi>", names.get(row.platform, row.platform))
        words = sentence(row.said, platform=name, next_check=row.next_check)
        if told and told[-1].words == words:
            told.pop()
        told.append(Told(row.at, words))
    return told


def _key(visit: Visit) -> bytes | None:
    case = visit.receipt.case
    if visit.private is None:
        return None
    try:
        return key_for_reporter(case.conversation_key, case=case.pk, private=visit.private)
    except OpenFailed:
        return None


def _sealed(visit: Visit) -> Sealed | None:
    case = visit.receipt.case
    wrap = case.conversation_key.wraps.filter(recipient="reporter").first() if visit.private is None else None
    if wrap is None:
        return None
    return Sealed(case.pk, case.conversation_key_id, _base64(wrap.sealed), _base64(visit.receipt.locked),
                  visit.receipt.salt_version)


def _letter(case: Case, message: Message, key: bytes | None) -> Letter:
    mine = message.author == Message.Author.REPORTER
    return Letter(message.at, mine, new=not mine and message.read_at is None, words=_words(case, message, key), id=message.pk,
                  body=_base64(message.body) if key is None else "", read_at=message.read_at if mine else None)


def _base64(stored: Stored) -> str:
    return b64encode(stored).decode()


def _words(case: Case, message: Message, key: bytes | None) -> str | None:
    if key is None:
        return None
    try:
        return envelope.open_blob(key, message.body, case=case.pk, field="message", record=message.pk).decode()
    except (OpenFailed, UnicodeDecodeError):
        return None


def _answers(case: Case, asked: Ask | None) -> dict[Consent.Act, Consent | None]:
    """What was asked, and what may be asked of anyone; never a body that the accused works for."""
    newest = {Consent.Act(consent.act): consent for consent in Consent.objects.filter(case=case).order_by("at")}
    offered = {Consent.Act.ASK_PLATFORM: True, Consent.Act.PASS_POLICE: case.conflict not in {Body.POLICE, Body.CYBERCRIME},
               Consent.Act.PASS_PTA: case.conflict != Body.PTA}
    also = {asked.about} if asked and asked.kind == Ask.Kind.CONSENT else set()
    return {act: newest.get(act) for act in Consent.Act if act in newest or act in also or offered.get(act, False)}


def seal(visit: Visit, text: str, *, name: str, row: UUID) -> bytes:
    """What the reporter typed, for the unit and the reporter. `name` is "message" or "assent". Raises SealedOff."""
    key = _key(visit)
    if key is None:
        raise SealedOff
    return envelope.seal(key, text.encode(), case=visit.receipt.case.pk, field=name, record=row)


def message_id(visit: Visit, text: str) -> UUID:
    """The same text from the same page is the same message, however often it is sent; another text is another message.

    No trace of the text: `once` is random and known to the page alone.
    """
    return uuid.uuid5(visit.once, text)
