"""NCMEC's hash-sharing format, version 2: what `entries` answers and what a feedback says. Pure.

The format is known from the client that platforms run (python-threatexchange, exchanges/clients/ncmec/hash_api.py). It asks of a
server: tags in lower case; `maxTimestamp` on a list that is not empty, to the whole second; only image, video, deletedImage and
deletedVideo below the lists; `next` relative to the base, with start, size and max. Its times bear a Z and are meant as UTC.
"""
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Self
from urllib.parse import urlencode
from xml.etree.ElementTree import Element, ParseError
from xml.sax.saxutils import escape, quoteattr

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from cases.hashing.wire.stopncii import EPOCH, HASH, FeedbackValue, Malformed, PageToken, SignalType

NAMESPACE = "https://hashsharing.ncmec.org/hashsharing/v2"
PAGE_SIZE = 1000
AHEAD = timedelta(seconds=60)            # how far a `to` may lie in the future; a clock in local time lies hours
TIMES = ("%Y-%m-%dT%H:%M:%SZ", "%Y-%m-%dT%H:%M:%S.%fZ")
REASONS = {"2b7a5f0e-4f0c-4a55-9a43-6c1f5f3a1d01": "Not an intimate picture",
           "2b7a5f0e-4f0c-4a55-9a43-6c1f5f3a1d02": "Shared with consent",
           "2b7a5f0e-4f0c-4a55-9a43-6c1f5f3a1d03": "Another picture than meant"}
FINGERPRINTS = {"PDQ": "pdq", "MD5": "md5"}        # as feedback names them → as entries do
PATTERNS = {"pdq": HASH["ImagePDQ"], "md5": HASH["VideoMD5"]}
KINDS = {("image", "pdq"): SignalType.IMAGE_PDQ, ("video", "md5"): SignalType.VIDEO_MD5}


class Medium(StrEnum):
    IMAGE = "image"
    VIDEO = "video"


@dataclass(frozen=True)
class Member:
    number: int
    name: str

    def __str__(self) -> str:
        return f'<member id="{self.number}">{escape(self.name)}</member>'


@dataclass(frozen=True)
class Entry:
    """`fingerprints`: "pdq" or "md5" → hex. Without any it is a tombstone: what was known by this id is to be forgotten."""
    medium: Medium
    member: Member
    number: str
    at: datetime
    classification: str = ""
    fingerprints: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        tag = self.medium.value if self.fingerprints else f"deleted{self.medium.value.capitalize()}"
        inside = f"{self.member}<timestamp>{stamp(self.at)}</timestamp><id>{escape(self.number)}</id>"
        if self.fingerprints:
            hashes = "".join(f"<{kind}>{value}</{kind}>" for kind, value in self.fingerprints.items())
            inside += f"<classification>{escape(self.classification)}</classification><fingerprints>{hashes}</fingerprints>"
        return f"<{tag}>{inside}</{tag}>"


@dataclass(frozen=True)
class Page:
    """`next`: where the following page is, relative to the base; empty on the last."""
    entries: tuple[Entry, ...]
    next: str = ""

    def __str__(self) -> str:
        lists = "".join(_list(medium, [entry for entry in self.entries if entry.medium == medium]) for medium in Medium)
        paging = f"<paging><next>{escape(self.next)}</next></paging>" if self.next else ""
        return document("queryResult", lists + paging)


def _list(medium: Medium, entries: list[Entry]) -> str:
    newest = f' maxTimestamp="{stamp(max(entry.at for entry in entries))}"' if entries else ""
    return f'<{medium}s count="{len(entries)}"{newest}>{"".join(map(str, entries))}</{medium}s>'


def stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime(TIMES[0])


def document(root: str, inside: str) -> str:
    return f'<?xml version="1.0" encoding="UTF-8" standalone="yes"?><{root} xmlns="{NAMESPACE}">{inside}</{root}>'


def status(member: Member) -> str:
    return document("status", f"<ipAddress/><username>{escape(member.name)}</username>{member}")


def members(rows: Iterable[Member]) -> str:
    return document("members", "".join(map(str, rows)))


def reasons(fingerprint: str) -> str:
    """Nested as the stock client looks for it: `availableFeedbackReasons` is a child."""
    rows = "".join(f"<reason guid={quoteattr(guid)} name={quoteattr(name)} type={quoteattr(fingerprint.capitalize())}/>"
                   for guid, name in REASONS.items())
    return document("feedbackReasons", f"<availableFeedbackReasons>{rows}</availableFeedbackReasons>")


def error(code: str, message: str) -> str:
    return document("error", f"<code>{escape(code)}</code><message>{escape(message)}</message>")


# --- what a client asks -----------------------------------------------------------------------------------------------
@dataclass(frozen=True)
class EntriesRequest:
    """Changes in [since, to). `after`: the last row of the page before, and `most` how many there were at the first."""
    since: datetime
    to: datetime
    start: int = 1
    size: int = PAGE_SIZE
    most: int = 0
    after: PageToken | None = None

    @classmethod
    def parse(cls, query: Mapping[str, str], now: datetime) -> Self:
        """Raises Malformed; its code is "future" for a `to` that has not come: the client's clock or time zone is wrong, and
        what changes until then would be lost to it without a word."""
        since, to = moment(query.get("from", stamp(EPOCH)), "from"), moment(query.get("to", stamp(now)), "to")
        if max(since, to) > now + AHEAD:
            raise Malformed("future")
        start, size, most = (whole(query.get(name, default), name) for name, default in
                             (("start", "1"), ("size", str(PAGE_SIZE)), ("max", "0")))
        after = PageToken.parse(query["after"]) if query.get("after") else None
        return cls(max(since, EPOCH), to, start, max(1, min(size, PAGE_SIZE)), most, after)

    def following(self, last: PageToken, most: int, endpoint: str) -> str:
        query = {"from": stamp(self.since), "to": stamp(self.to), "start": self.start + self.size, "size": self.size, "max": most,
                 "after": str(last)}
        return f"/v2/{endpoint}?{urlencode(query)}"


def moment(text: str, code: str) -> datetime:
    for form in TIMES:
        try:
            return datetime.strptime(text, form).replace(tzinfo=UTC)
        except ValueError:
            continue
    raise Malformed(code)


def whole(text: str, code: str) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 11):
        raise Malformed(code)
    return int(text)


# --- what comes as XML: from partners, and from lists that we pull ----------------------------------------------------
def tree(body: bytes) -> Element:
    """The document without namespaces. Raises Malformed("xml"), also for entities and document types: nobody needs them here."""
    try:
        root: Element = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise Malformed("xml") from error
    for element in root.iter():
        element.tag = element.tag.rpartition("}")[2]
    return root


def parse_vote(body: bytes) -> FeedbackValue:
    """A feedback's verdict: affirmative means blocked, negative (with a reason of ours, or none) not blocked."""
    root = tree(body)
    votes = [child.tag for child in root if child.tag in {"affirmative", "negative"}]
    if root.tag != "feedbackSubmission" or len(votes) != 1:
        raise Malformed("feedbackSubmission")
    guids = {(element.text or "").strip() for element in root.iter("guid")}
    if guids - set(REASONS):
        raise Malformed("reasonIds")
    return FeedbackValue.BLOCKED if votes == ["affirmative"] else FeedbackValue.NOT_BLOCKED


def parse_page(body: bytes) -> Page:
    """A page of somebody else's list. An entry that cannot be read is left out rather than losing the page."""
    root = tree(body)
    if root.tag != "queryResult":
        raise Malformed("queryResult")
    found = [entry for name in ("images", "videos") for each in root.findall(name) for child in each if (entry := _entry(child))]
    return Page(tuple(found), text(root, "paging/next"))


def _entry(element: Element) -> Entry | None:
    deleted, tag = element.tag.startswith("deleted"), element.tag.removeprefix("deleted").lower()
    member, number, at = element.find("member"), text(element, "id"), text(element, "timestamp")
    if tag not in {*Medium} or member is None or not number:
        return None
    try:
        whose = Member(whole(member.get("id", ""), "member"), (member.text or "").strip())
        hashes = {} if deleted else _fingerprints(element, tag)
        return Entry(Medium(tag), whose, number, moment(at, "timestamp"), text(element, "classification"),
                     hashes) if deleted or hashes else None
    except Malformed:
        return None


def text(element: Element, path: str) -> str:
    return (element.findtext(path) or "").strip()


def _fingerprints(element: Element, tag: str) -> dict[str, str]:
    found = {child.tag.lower(): (child.text or "").strip().lower() for child in element.iterfind("fingerprints/*")}
    return {kind: value for kind, value in found.items() if (tag, kind) in KINDS and PATTERNS[kind].fullmatch(value)}
