"""The audit log: what happened, and who read what. Rows are written beside the fact and never changed afterwards."""
import re
from collections.abc import Iterable
from datetime import date
from typing import Any, Protocol
from uuid import UUID

from django.utils import timezone

from cases.audit.models import Entry

EVENT = re.compile(r"[a-z][a-z_]{2,39}")
CODE = re.compile(r"[a-z][a-z0-9_.-]{0,39}")    # lower case, no space, no @, no leading digit: no sentence, address or receipt code
ACTOR = re.compile(r"reporter|system|(partner:)?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}")
MOST_ITEMS = 200                                # ids on one queue page
MOST = 10 ** 9                                  # a larger number is no count: perhaps a telephone number


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
    if isinstance(value, str) and (CODE.fullmatch(value) or _is_uuid(value)):
        return str(value)                       # also a StrEnum
    raise WouldLeak(name)


def _is_uuid(value: str) -> bool:
    return len(value) == 36 and bool(ACTOR.fullmatch(value))
