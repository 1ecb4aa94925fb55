"""What lets somebody hand in screenshots after Send: a ticket, sealed in the page. It opens no report and reads nothing.

It names a case and is worth five files within half an hour. What was sent with it travels in it, as the public process can insert
evidence and not look at any: so a page knows what arrived, and a file chosen twice is sent once.
"""
import hashlib
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from uuid import UUID

from django.core.cache import cache

from cases.evidence.models import MOST_FILES
from cases.intake import state
from cases.vault import aead

LIFETIME = 30 * 60                       # seconds since the ticket was made; what is sent with it does not lengthen it
BELONGS = aead.framed(b"evidence-ticket", bytes([1]))
DIGEST = 16                              # hex digits: enough to know a file again within one ticket
UNKNOWN = ""                             # in the place of a digest: something is there, and this page did not send it


@dataclass(frozen=True)
class Ticket:
    """`sent`: number → the beginning of the file's SHA-256."""
    case: UUID
    id: UUID = field(default_factory=uuid.uuid4)
    sent: Mapping[int, str] = field(default_factory=dict)
    at: int | None = None                # when it was made; None: now

    @property
    def free(self) -> list[int]:
        return [number for number in range(1, MOST_FILES + 1) if number not in self.sent]

    def number_of(self, content: bytes) -> int | None:
        """Under which this file was sent, if it was."""
        return next((number for number, seen in self.sent.items() if seen == digest(content)), None)

    def holding(self, number: int, seen: str = UNKNOWN) -> "Ticket":
        """With one file more."""
        return replace(self, sent={**self.sent, number: seen})


def after(submission: UUID, case: UUID) -> Ticket:
    """The ticket of a report that was just sent. Its id follows from the submission, so that showing the last page again makes no
    other."""
    return Ticket(case, uuid.uuid5(submission, "evidence"))


def seal(ticket: Ticket) -> str:
    record = {"case": ticket.case.hex, "id": ticket.id.hex, "sent": {str(number): seen for number, seen in ticket.sent.items()}}
    return state.seal_record(record if ticket.at is None else {**record, "at": ticket.at}, belongs=BELONGS)


def resume(sealed: str) -> Ticket:
    """Raises state.Lost: too old, forged, or another purpose's."""
    record = state.open_record(sealed, belongs=BELONGS, lifetime=LIFETIME)
    sent = {int(number): seen for number, seen in record["sent"].items()}
    return Ticket(UUID(record["case"]), UUID(record["id"]), sent, record["at"])


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:DIGEST]


def claim(ticket: Ticket, number: int, seen: str) -> bool:
    """Before a file is taken in under this number: False if the number is another file's, of a second tab or an old page.

    In the cache, which reaches no disk (throttle.py), for the lifetime of the ticket. While it is away the answer is yes, because
    most of what is sent twice is the same, after an answer that was lost.
    """
    place = _place(ticket, number)
    return bool(cache.add(place, seen, LIFETIME) or cache.get(place, seen) == seen)


def unclaim(ticket: Ticket, number: int) -> None:
    """The file was refused: another may have its number."""
    cache.delete(_place(ticket, number))


def _place(ticket: Ticket, number: int) -> str:
    return f"evidence:{ticket.id.hex}:{number}"
