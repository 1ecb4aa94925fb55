"""The audit log: what happened, and who read what. Rows are written beside the fact and never changed afterwards."""
import re
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Protocol
from uuid import UUID

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from cases.audit import chain
from cases.audit.models import AuditLink, Checkpoint, Entry

EVENT = re.compile(r"[a-z][a-z_]{2,39}")
# lower case, no space, no @, no leading digit: no sentence, address or receipt code
CODE = re.compile(r"[a-z][a-z0-9_.-]{0,39}")
ACTOR = re.compile(r"reporter|system|(partner:)?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
MOST_ITEMS = 200                                # ids on one queue page
MOST = 10 ** 9                                  # a larger number is no count: perhaps a telephone number
BATCH = 500                                     # entries linked in one transaction
LINKER = 0x6D65_6866_6F6F_7A                    # the advisory lock of the one linker; the letters spell the product's name


class WouldLeak(Exception):
    """A detail is not an id, a code, a date or a count. The message names the detail, never its value."""


class Person(Protocol):
    pk: UUID


def actor(staff: Person | None) -> str:
    """How a member of staff is named in the log; None is the portal itself."""
    return "system" if staff is None else str(staff.pk)


def record(event: str, *, subject: str | UUID, actor: str, **details: Any) -> Entry:
    """Append one fact, in the caller's transaction.

    `subject` is the UUID of a case, key or unit, or a list's name as a code; `actor` is from `actor()`, or "reporter",
    "system" or "partner:UUID". Details may be ids, codes, dates, counts, booleans, None, and flat collections of these;
    anything else raises WouldLeak, because this log is readable by people who may read no case.
    """
    if not EVENT.fullmatch(event):
        raise ValueError("an event is a lower-case name of at most 40 letters")
    if not ACTOR.fullmatch(actor):
        raise WouldLeak("actor")
    return Entry.objects.create(at=timezone.now(), event=event, subject=_plain("subject", subject), actor=actor,
                                details={name: _detail(name, value) for name, value in details.items()})


def record_read(event: str, *, subject: str | UUID, actor: str, **details: Any) -> Entry:
    """Like `record`, for the read of sealed content: the one thing a GET may write. Its name ends in `_read`."""
    if not event.endswith("_read"):
        raise ValueError("the name of a read ends in _read")
    return record(event, subject=subject, actor=actor, **details)


def _detail(name: str, value: Any) -> Any:
    if isinstance(value, (list, tuple, set, frozenset)):
        if len(value) > MOST_ITEMS:
            raise WouldLeak(name)
        return [_plain(name, item) for item in _in_order(value)]
    return _plain(name, value)


def _in_order(values: Iterable[Any]) -> Iterable[Any]:
    return sorted(values, key=str) if isinstance(values, (set, frozenset)) else values


def _plain(name: str, value: Any) -> Any:
    """The value as JSON keeps it, or WouldLeak."""
    if value is None or isinstance(value, bool):
        return value
    if isinstance(value, int) and abs(value) < MOST:
        return int(value)                       # also an IntEnum
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, date):                 # also a datetime
        return value.isoformat()
    if isinstance(value, str) and (not value or CODE.fullmatch(value) or _is_uuid(value)):
        return str(value)                       # also a StrEnum
    raise WouldLeak(name)


def _is_uuid(value: str) -> bool:
    return len(value) == 36 and bool(ACTOR.fullmatch(value))


# --- the chain --------------------------------------------------------------------------------------------------------

def link(*, since: datetime | None = None) -> int:
    """Link every entry that is not linked yet; returns how many. Never "what came after the last": a transaction may
    commit after a later one, and would be passed over. Two linkers at once are one after the other.

    `since` leaves older entries to a later call without it: looking through the whole log takes seconds once it is long.
    """
    linked = 0
    while unlinked(since).exists():
        linked += _link_batch(since)
    return linked


def checkpoint() -> Checkpoint | None:
    """Link, then sign the head. None if nothing was added since the last one."""
    link()
    head = AuditLink.objects.last()
    if head is None or Checkpoint.objects.filter(position=head.position).exists():
        return None
    at = timezone.now()
    signature = _signing_key().sign(chain.checkpoint_text(head.position, at, bytes(head.hash)))
    return Checkpoint.objects.create(position=head.position, at=at, hash=head.hash, signature=signature)


def signing_public_key() -> bytes:
    """The 32 bytes (Ed25519, RFC 8032) that an outside witness needs to check our checkpoints."""
    return _signing_key().public_key().public_bytes_raw()


def _signing_key() -> Ed25519PrivateKey:
    return Ed25519PrivateKey.from_private_bytes(bytes(settings.AUDIT_SIGNING_KEY))


def unlinked(since: datetime | None = None) -> QuerySet[Entry]:
    """Entries (of `since` or later) that the chain does not vouch for yet, oldest first."""
    linked = AuditLink.objects.filter(entry=OuterRef("pk"))
    entries = Entry.objects.filter(at__gte=since) if since else Entry.objects.all()
    return entries.filter(~Exists(linked)).order_by("at", "pk")


def newest_linked() -> datetime | None:
    """The date of the entry that was linked last; None before the first."""
    last = AuditLink.objects.last()
    return Entry.objects.filter(pk=last.entry).values_list("at", flat=True).first() if last else None


@transaction.atomic
def _link_batch(since: datetime | None) -> int:
    """On SQLite the transaction is IMMEDIATE (settings), so it is the only writer; PostgreSQL needs the lock."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LINKER])
    last = AuditLink.objects.last()
    position, head = (last.position, bytes(last.hash)) if last else (0, chain.GENESIS)
    links = []
    for entry in unlinked(since)[:BATCH]:
        position, head = position + 1, chain.next_hash(head, _canonical(entry))
        links.append(AuditLink(position=position, entry=entry.pk, hash=head))
    AuditLink.objects.bulk_create(links)
    return len(links)


def _canonical(entry: Entry) -> bytes:
    return chain.canonical(id=entry.pk, at=entry.at, event=entry.event, subject=entry.subject, actor=entry.actor,
                           details=entry.details)
