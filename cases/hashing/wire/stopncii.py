"""StopNCII's exchange format, version 1: what `FetchHashes` answers and what `SubmitFeedback` sends. Pure.

The format is known from the client that platforms run (facebook/ThreatExchange, python-threatexchange, exchanges/clients/
stopncii/api.py). It asks of a server: records in ascending order of time; `nextSetTimestamp` that never decreases and never
lies beyond the page's last record; a page token it can hand back. Its times are whole seconds.
"""
import re
from base64 import urlsafe_b64decode, urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any, NoReturn, Self, TypeVar
from uuid import UUID

PAGE_SIZE = 800                      # what the client asks for, and the most it gets
MOST_LINES = 1000                    # records in one submission
E = TypeVar("E", bound=StrEnum)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
HASH = {"ImagePDQ": re.compile(r"[0-9a-f]{64}", re.ASCII), "VideoMD5": re.compile(r"[0-9a-f]{32}", re.ASCII)}


class Malformed(ValueError):
    """The request is not in the format; `code` names the part."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class SignalType(StrEnum):
    IMAGE_PDQ = "ImagePDQ"
    VIDEO_MD5 = "VideoMD5"

    @classmethod
    def parse(cls, text: object) -> Self:
        """Takes "ImagePDQ" and, as the stock client writes it, "StopNCIISignalType.ImagePDQ"."""
        return _member(cls, text, "StopNCIISignalType.", "signalType")


class CaseStatus(StrEnum):
    ACTIVE = "Active"
    WITHDRAWN = "Withdrawn"


class FeedbackValue(StrEnum):
    """What a platform says of a hash. Only BLOCKED and NOT_BLOCKED are verdicts on the picture."""
    UNKNOWN = "Unknown"
    NONE = "None"                         # tags only
    QUALITY_UNKNOWN = "QualityUnknown"
    PENDING_REVIEW = "PendingReview"      # matched, nobody has looked
    BLOCKED = "Blocked"                   # looked at, and removed
    NOT_BLOCKED = "NotBlocked"            # looked at, and left
    WITHDRAWN = "Withdrawn"
    DELETED = "Deleted"

    @classmethod
    def parse(cls, text: object) -> Self:
        return _member(cls, text, "StopNCIICSPFeedbackValue.", "feedbackValue")


def _refuse(code: str) -> NoReturn:
    raise Malformed(code)


def _member(kind: type[E], text: object, prefix: str, code: str) -> E:
    value = text.removeprefix(prefix) if isinstance(text, str) else None
    return next((member for member in kind if member == value), None) or _refuse(code)


# --- paging -----------------------------------------------------------------------------------------------------------

def to_seconds(at: datetime) -> int:
    return (at - EPOCH) // timedelta(seconds=1)


def from_seconds(seconds: int) -> datetime:
    return EPOCH + timedelta(seconds=seconds)


@dataclass(frozen=True)
class PageToken:
    """The last record of a page: the next page starts after it, whatever was added meanwhile. Opaque to the client."""
    at: datetime
    entry: UUID

    def __str__(self) -> str:
        return urlsafe_b64encode(self.as_bytes()).decode()

    def as_bytes(self) -> bytes:
        return _ticks(self.at) + self.entry.bytes

    @classmethod
    def of_bytes(cls, raw: bytes) -> Self:
        """ValueError, OverflowError: these are not of a token."""
        return cls(_moment(raw[:8]), UUID(bytes=raw[8:]))

    @classmethod
    def parse(cls, text: str) -> Self:
        try:
            return cls.of_bytes(urlsafe_b64decode(text.encode("ascii")))
        except (ValueError, OverflowError) as error:
            raise Malformed("nextPageToken") from error


@dataclass(frozen=True)
class PullToken:
    """A pull that goes on: the last record of its page, where the pull began, and the newest record there was at that moment.
    Without the last two nobody could tell what the client had before the pull from what it was shown during it."""
    after: PageToken
    since: datetime
    began: datetime

    def __str__(self) -> str:
        return urlsafe_b64encode(b"".join(_ticks(at) for at in (self.since, self.began)) + self.after.as_bytes()).decode()

    @classmethod
    def parse(cls, text: str) -> Self:
        try:
            raw = urlsafe_b64decode(text.encode("ascii"))
            return cls(PageToken.of_bytes(raw[16:]), _moment(raw[:8]), _moment(raw[8:16]))
        except (ValueError, OverflowError) as error:
            raise Malformed("nextPageToken") from error


def _ticks(at: datetime) -> bytes:
    return ((at - EPOCH) // timedelta(microseconds=1)).to_bytes(8)


def _moment(raw: bytes) -> datetime:
    return EPOCH + timedelta(microseconds=int.from_bytes(raw))


@dataclass(frozen=True)
class FetchRequest:
    """The query of a FetchHashes call. A token, where given, counts instead of `startTimestamp`. `began`: None on a first."""
    since: datetime
    size: int = PAGE_SIZE
    after: PageToken | None = None
    began: datetime | None = None

    @property
    def mark(self) -> datetime:
        """How far the client has come: what an empty page answers, so that its checkpoint never goes back."""
        return self.after.at if self.after else self.since

    @classmethod
    def parse(cls, query: Mapping[str, str]) -> Self:
        since = _whole(query.get("startTimestamp", "0"), "startTimestamp")
        size = _whole(query.get("pageSize", str(PAGE_SIZE)), "pageSize")
        size = max(1, min(size, PAGE_SIZE))
        if not query.get("nextPageToken"):
            return cls(from_seconds(since), size)
        token = PullToken.parse(query["nextPageToken"])
        return cls(token.since, size, token.after, token.began)


def _whole(text: str, code: str) -> int:
    """A count of seconds or records, ASCII digits only, small enough for a date."""
    return int(text) if re.fullmatch(r"[0-9]{1,11}", text, re.ASCII) else _refuse(code)


# --- FetchHashes ------------------------------------------------------------------------------------------------------

@dataclass(frozen=True)
class Feedback:
    """One platform's word on one hash."""
    value: FeedbackValue
    source: str = ""                                # the platform's name; ours to add
    tags: tuple[str, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {"feedbackValue": self.value.value, "source": self.source, "tags": list(self.tags)}


@dataclass(frozen=True)
class HashRecord:
    """One hash as a partner sees it. `numbers` are random per partner and entry and say nothing of our cases."""
    modified_at: datetime
    value: str
    status: CaseStatus
    numbers: tuple[str, ...]
    signal: SignalType = SignalType.IMAGE_PDQ
    feedbacks: tuple[Feedback, ...] = ()

    def as_json(self) -> dict[str, Any]:
        return {
            "lastModtimestamp": to_seconds(self.modified_at),
            "signalType": self.signal.value,
            "hashValue": self.value,
            "hashStatus": self.status.value,
            "caseNumbers": dict.fromkeys(self.numbers, self.status.value),
            "CSPFeedbacks": [feedback.as_json() for feedback in self.feedbacks],
        }


@dataclass(frozen=True)
class FetchResponse:
    """A page of records in ascending order of `modified_at`; `next` is set when there are more."""
    records: tuple[HashRecord, ...]
    mark: datetime                                  # the request's
    next: PullToken | None = None

    def as_json(self) -> dict[str, Any]:
        mark = self.records[-1].modified_at if self.records else self.mark
        return {
            "count": len(self.records),
            "nextPageToken": str(self.next) if self.next else None,
            "nextSetTimestamp": to_seconds(mark),
            "hasMoreRecords": self.next is not None,
            "hashRecords": [record.as_json() for record in self.records],
        }


# --- SubmitFeedback ---------------------------------------------------------------------------------------------------

@dataclass(frozen=True)
class HashFeedback:
    """One line of a SubmitFeedback call. The stock client names no signal type: the length of the hash tells."""
    value: str
    feedback: FeedbackValue
    signal: SignalType
    tags: tuple[str, ...] = field(default=())


@dataclass(frozen=True)
class SubmittedHash:
    """One line of a SubmitHashes call: a hash that a platform found by itself."""
    value: str
    signal: SignalType


def parse_feedback(body: object) -> list[HashFeedback]:
    """The lines of a SubmitFeedback body (parsed JSON). Raises Malformed; never takes half a body."""
    return [_feedback(line) for line in _lines(body, "hashFeedbacks")]


def parse_hashes(body: object) -> list[SubmittedHash]:
    """The lines of a SubmitHashes body (parsed JSON). Raises Malformed; never takes half a body."""
    return [SubmittedHash(*_hash(line)) for line in _lines(body, "hashRecords")]


def _lines(body: object, name: str) -> list[dict[str, Any]]:
    lines = body.get(name) if isinstance(body, dict) else None
    if not isinstance(lines, list) or not all(isinstance(line, dict) for line in lines):
        _refuse(name)
    if len(lines) > MOST_LINES:
        _refuse("count")
    return lines


def _feedback(line: dict[str, Any]) -> HashFeedback:
    value, signal = _hash(line)
    tags = line.get("tags", [])
    if not isinstance(tags, list) or not all(isinstance(tag, str) for tag in tags):
        _refuse("tags")
    return HashFeedback(value, FeedbackValue.parse(line.get("feedbackValue")), signal, tuple(tags))


def _hash(line: dict[str, Any]) -> tuple[str, SignalType]:
    value = line.get("hashValue")
    if not isinstance(value, str):
        _refuse("hashValue")
    value = value.lower()
    signal = SignalType.parse(line["signalType"]) if "signalType" in line else _kind(value)
    if not HASH[signal].fullmatch(value):
        _refuse("hashValue")
    return value, signal


def _kind(value: str) -> SignalType:
    return next((signal for signal in SignalType if HASH[signal].fullmatch(value)), None) or _refuse("hashValue")


# --- somebody else's list ---------------------------------------------------------------------------------------------

@dataclass(frozen=True)
class ForeignPage:
    """A page that we pulled. `mark`: the next startTimestamp; `token`: the next page's, empty on the last."""
    records: tuple[HashRecord, ...]
    mark: int
    token: str


def parse_page(body: object) -> ForeignPage:
    """A FetchHashes answer (parsed JSON). What cannot be read is left out rather than losing the page. Raises Malformed."""
    if not isinstance(body, dict) or not isinstance(body.get("hashRecords"), list):
        raise Malformed("hashRecords")
    mark, more, token = body.get("nextSetTimestamp"), body.get("hasMoreRecords"), body.get("nextPageToken") or ""
    if not isinstance(mark, int) or isinstance(mark, bool) or not 0 <= mark < 10 ** 11:
        raise Malformed("nextSetTimestamp")
    if not isinstance(more, bool) or not isinstance(token, str) or (more and not token):
        raise Malformed("nextPageToken")
    read = [record for line in body["hashRecords"] if isinstance(line, dict) and (record := _theirs(line))]
    return ForeignPage(tuple(read), mark, token if more else "")


def _theirs(line: dict[str, Any]) -> HashRecord | None:
    try:
        value, signal = _hash(line)
        at = line.get("lastModtimestamp")
        gone = line.get("hashStatus") in {"Withdrawn", "Deleted"}
        return HashRecord(from_seconds(at if isinstance(at, int) and 0 <= at < 10 ** 11 else 0), value,
                          CaseStatus.WITHDRAWN if gone else CaseStatus.ACTIVE, (), signal)
    except Malformed:
        return None
