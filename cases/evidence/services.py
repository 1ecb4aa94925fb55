"""Files that a reporter adds: taken in, opened by the unit, and ended. What happens in between is the worker's: processing."""
from dataclasses import dataclass, field
from datetime import timedelta
from enum import StrEnum
from uuid import UUID, uuid4

from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils import timezone

from cases.audit.services import actor, record, record_read
from cases.evidence.ending import letter, lock, pages_of, preserve, settle
from cases.evidence.instruction import Order
from cases.evidence.models import MOST_FILES, Evidence, Exposure, Page
from cases.evidence.selectors import called_intimate, has_seen, instruction
from cases.models import Case
from cases.notifications.models import Occasion
from cases.notifications.services import tell_reporter, tell_supervisors
from cases.outbox.services import enqueue
from cases.permissions import Permission, Staff, may
from cases.selectors import cases_for, opened_by
from cases.vault import custody, envelope, pages
from cases.vault.unseal import Keyring, key_for_unit

MOST_BYTES = 10 * 1024 * 1024
MOST_AN_HOUR = 10                        # files that a member calls intimate, before supervisors are told
HOUR = timedelta(hours=1)
MEDIA_TYPE = "image/webp"
TAKEN = ("evidence_number_once", "cases_evidence_evidence.ticket")       # what databases call the place in a ticket
State, Why, Kind = Evidence.State, Evidence.Why, Evidence.Kind


class Refusal(StrEnum):
    """Why a file was not taken in."""
    EMPTY = "empty"
    TOO_BIG = "too_big"                  # more than MOST_BYTES
    NOT_A_PICTURE = "not_a_picture"      # neither PNG nor JPEG nor WebP, by its first bytes
    NUMBER = "number"                    # a ticket is for files 1 … MOST_FILES
    AGAIN = "again"                      # this number of this ticket is here already: perhaps the same file, sent twice
    GONE = "gone"                        # the case was erased meanwhile
    AWAY = "away"                        # the worker has no key yet, so nobody could look at it


class Refused(Exception):
    """Nothing was taken in; `code` says why."""

    def __init__(self, code: Refusal) -> None:
        super().__init__(code.value)
        self.code = code


class NotForYou(Exception):
    """The case does not exist for this member, is kept for others, or they may not do this."""


class NotSeen(Exception):
    """The member has not opened the file, not even blurred: they cannot say what it is."""


class NotNow(Exception):
    """There is nothing to open: it is on its way, destroyed or locked. `state` says which."""

    def __init__(self, state: Evidence.State) -> None:
        super().__init__(state.value)
        self.state = state


@dataclass(frozen=True)
class Picture:
    content: bytes = field(repr=False)
    media_type: str = MEDIA_TYPE


# --- taking in, by the public process ---------------------------------------------------------------------------------
def receive(*, case_id: UUID, ticket: UUID, number: int, content: bytes) -> Evidence:
    """Seal a file to the worker and ask it to look. In memory only. Raises Refused.

    Knows of the case no more than the id, which the caller has from a sealed ticket.
    """
    kind = kind_of(content)
    if not 1 <= number <= MOST_FILES:
        raise Refused(Refusal.NUMBER)
    try:
        with transaction.atomic():
            return _take_in(case_id, ticket, number, kind, content)
    except IntegrityError as error:     # the public's database role may insert and not look, so we try
        raise Refused(Refusal.AGAIN if any(name in str(error) for name in TAKEN) else Refusal.GONE) from error
    except custody.KeyMissing as error:
        raise Refused(Refusal.AWAY) from error


def kind_of(content: bytes) -> Evidence.Kind:
    """By the first bytes alone: names and types that a browser sends are anybody's. Raises Refused."""
    if not content:
        raise Refused(Refusal.EMPTY)
    if len(content) > MOST_BYTES:
        raise Refused(Refusal.TOO_BIG)
    if content.startswith(b"\x89PNG\r\n\x1a\n"):
        return Kind.PNG
    if content.startswith(b"\xff\xd8\xff"):
        return Kind.JPEG
    if content[:4] == b"RIFF" and content[8:12] == b"WEBP":
        return Kind.WEBP
    raise Refused(Refusal.NOT_A_PICTURE)


def _take_in(case_id: UUID, ticket: UUID, number: int, kind: Evidence.Kind, content: bytes) -> Evidence:
    evidence_id, secret = uuid4(), envelope.new_key()
    key = custody.keep(secret, case=case_id, unit=None, worker=True)
    evidence = Evidence.objects.create(id=evidence_id, case_id=case_id, ticket=ticket, number=number, kind=kind.value, key=key,
                                       arrived_at=timezone.now())
    sealed = pages.split(secret, content, case=case_id, record=evidence_id)
    Page.objects.bulk_create(Page(evidence=evidence, number=n, blob=blob) for n, blob in enumerate(sealed))
    record("evidence_arrived", subject=case_id, actor="reporter", evidence=evidence_id)
    enqueue("evidence.process", evidence_id=str(evidence_id))
    return evidence


# --- at the desk ------------------------------------------------------------------------------------------------------
@transaction.atomic
def look(*, evidence: Evidence, by: Staff, keyring: Keyring, blurred: bool = False) -> Picture:
    """The picture, for a member who wants to see it; logged, and counted unless the caller blurs it before it is shown.

    Raises NotForYou, NotNow, NotHeld, OpenFailed.
    """
    glass = _door(evidence, by, Permission.READ_CASES)
    fresh = Evidence.objects.select_related("key").filter(pk=evidence.pk).first()
    if fresh is None or fresh.state != State.KEPT or fresh.key is None:
        raise NotNow(State(fresh.state) if fresh else State.DESTROYED)
    secret = key_for_unit(fresh.key, case=fresh.case_id, keyring=keyring)
    content = pages.join(secret, pages_of(fresh), case=fresh.case_id, record=fresh.pk)
    if not blurred:
        _expose(by, opened=1)
        Evidence.objects.filter(pk=evidence.pk, looked_at=None).update(looked_at=timezone.now())
    record_read("evidence_read", subject=evidence.case_id, actor=actor(by), evidence=evidence.pk, **glass,
                **({"blurred": True} if blurred else {}))
    return Picture(content)


@transaction.atomic
def pack(*, evidence: Evidence, by: Staff, keyring: Keyring) -> bytes:
    """The picture, for a package that leaves: shown to nobody here, so it counts as no look, and only when somebody has looked
    before and called it nothing worse. Logged. Raises NotForYou, NotSeen, NotNow, NotHeld, OpenFailed."""
    glass = _door(evidence, by, Permission.ESCALATE)
    fresh = Evidence.objects.select_related("key").filter(pk=evidence.pk).first()
    if fresh is None or fresh.state != State.KEPT or fresh.key is None:
        raise NotNow(State(fresh.state) if fresh else State.DESTROYED)
    if fresh.looked_at is None:
        raise NotSeen
    content = pages.join(key_for_unit(fresh.key, case=fresh.case_id, keyring=keyring), pages_of(fresh), case=fresh.case_id,
                         record=fresh.pk)
    record_read("evidence_read", subject=evidence.case_id, actor=actor(by), evidence=evidence.pk, packed=True, **glass)
    return content


@transaction.atomic
def call_intimate(*, evidence: Evidence, by: Staff, keyring: Keyring) -> Evidence:
    """ "This is intimate": the picture is destroyed at once; its hashes and the log stay. The reporter is told that a message
    waits, and supervisors when there are many in an hour: whoever sits at a stolen session could end all files of a unit.

    Takes the vault open, and that the member has seen it, blurred at least. Raises NotForYou, NotSeen, NotNow, NotHeld.
    """
    _door(evidence, by, Permission.WORK_CASES)
    fresh = lock(evidence.pk)
    if fresh is None or fresh.key is None or fresh.state != State.KEPT:
        raise NotNow(State(fresh.state) if fresh else State.DESTROYED)
    key_for_unit(fresh.key, case=fresh.case_id, keyring=keyring)
    if not has_seen(fresh, by):
        raise NotSeen
    _expose(by, intimate=1)                                  # its row lets the member's acts in one by one, so none is miscounted
    settle(fresh, State.DESTROYED, Why.INTIMATE, by=by)
    tell_reporter(case=fresh.case)
    _warn_of_many(fresh.case, by)
    return fresh


def _warn_of_many(case: Case, by: Staff) -> None:
    """At the eleventh in an hour, the twenty-first, and so on."""
    many = called_intimate(by, since=timezone.now() - HOUR)
    if many > MOST_AN_HOUR and many % MOST_AN_HOUR == 1:
        tell_supervisors(case=case, occasion=Occasion.MANY, count=many)


@transaction.atomic
def suspect_child(*, evidence: Evidence, by: Staff, keyring: Keyring | None = None) -> Evidence:
    """Somebody may be under 18 in it: from now on nobody opens it. What then becomes of it the ministry's written order says:
    destroyed, or its key sealed to the recovery key and to nobody else (`keyring` is needed for that). Supervisors are told, also
    where a colleague called it intimate a moment before and it is gone.

    Raises NotForYou, NotNow; to preserve also NotHeld, OpenFailed.
    """
    _door(evidence, by, Permission.WORK_CASES)
    fresh = lock(evidence.pk)
    if fresh is not None and fresh.why == Why.INTIMATE:
        settle(fresh, State.DESTROYED, Why.INTIMATE_CHILD, by=by)
    elif fresh is None or fresh.state != State.KEPT:
        raise NotNow(State(fresh.state) if fresh else State.DESTROYED)
    elif instruction().order == Order.PRESERVE:
        _preserve(fresh, by, keyring)
    else:
        settle(fresh, State.DESTROYED, Why.CHILD, by=by, letter=letter())
    _expose(by, intimate=1)
    tell_supervisors(case=fresh.case, occasion=Occasion.LOCKED)
    return fresh


def _preserve(evidence: Evidence, by: Staff, keyring: Keyring | None) -> None:
    if evidence.key is None or keyring is None:
        raise custody.KeyMissing("to preserve a file takes an open vault")
    preserve(evidence, key_for_unit(evidence.key, case=evidence.case_id, keyring=keyring), Why.CHILD, by=by)


def _door(evidence: Evidence, by: Staff, permission: Permission) -> dict[str, list[UUID]]:
    """For the audit row: the broken glass, if the case is open to the member only by that. Raises NotForYou."""
    case = cases_for(by).filter(pk=evidence.case_id).first()
    if case is None or not may(by, permission) or case.pk not in (doors := opened_by(by, [case])):
        raise NotForYou
    glass = doors[case.pk]
    return {"glass": [glass]} if glass else {}


def _expose(by: Staff, **counts: int) -> None:
    row, _new = Exposure.objects.get_or_create(member_id=by.pk, day=timezone.localdate())
    Exposure.objects.filter(pk=row.pk).update(**{name: F(name) + n for name, n in counts.items()})
