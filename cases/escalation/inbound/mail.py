"""One mail as it came in, read as plain words: who, what, whether a machine wrote it, whether it says that ours did not arrive.

The bytes are a stranger's. They are read by Python's own parser with its limits and ours; nothing of them is ever shown but
plain text, HTML is stripped to its words, attachments are counted and thrown away. Plain Python, no Django.
"""
import email
import hashlib
import re
import unicodedata
from dataclasses import dataclass, field
from email import policy
from email.message import EmailMessage
from email.utils import getaddresses
from html.parser import HTMLParser

MOST_BYTES = 1_000_000           # of a mail; larger ones are not looked at
MOST_PARTS = 100
LONGEST = 20_000                 # characters of text that are kept: six times what a support desk writes
LONGEST_LINE = 200               # of a header that is shown
RECIPIENTS = ("delivered-to", "x-original-to", "envelope-to", "to", "cc", "x-envelope-to")
SILENT = {"script", "style", "head", "title", "template", "noscript"}
BREAKS = {"p", "div", "br", "tr", "li", "h1", "h2", "h3", "h4", "table", "blockquote", "ul", "ol", "hr", "pre"}
BLANKS = re.compile(r"\n{3,}")
AUTOMATIC_SUBJECTS = re.compile(r"^\s*(auto(matic)?[ -]?(reply|response|answer)|out of (the )?office|abwesen)", re.IGNORECASE)


class Unreadable(ValueError):
    """Too large, or no mail at all."""


@dataclass(frozen=True)
class Report:
    """What a mail server says of our notice (RFC 3464): `action` failed, delayed, delivered, relayed or expanded."""
    action: str
    status: str                  # "5.1.1", or empty


@dataclass(frozen=True)
class Mail:
    message: str                 # SHA-256 of its Message-ID, hex: the same mail twice is one
    recipients: list[str]
    sender: str = field(repr=False)
    subject: str = field(repr=False)
    text: str = field(repr=False)
    automatic: bool = False
    postmaster: bool = False
    report: Report | None = None
    left_out: int = 0


def read(raw: bytes) -> Mail:
    """Raises Unreadable."""
    if len(raw) > MOST_BYTES:
        raise Unreadable("size")
    try:
        parsed = email.message_from_bytes(raw, policy=policy.default)
        parts = [part for part in parsed.walk() if not part.is_multipart()][:MOST_PARTS] if parsed.keys() else []
        if not parts:
            raise Unreadable("no mail")
        report, name = report_of(parsed), str(parsed.get("message-id", ""))
        text, left_out = words_of(parts)
        return Mail(
            message=hashlib.sha256(name.strip().encode("utf-8", "replace") or raw).hexdigest(), recipients=recipients_of(parsed),
            sender=line(parsed.get("from", "")), subject=line(parsed.get("subject", "")), text=text,
            automatic=is_automatic(parsed), postmaster=from_postmaster(parsed), report=report, left_out=left_out)
    except (ValueError, LookupError, AttributeError, TypeError, RecursionError) as error:     # the parser, of what is no mail
        raise Unreadable(type(error).__name__) from error


def recipients_of(parsed: EmailMessage) -> list[str]:
    values = [str(value) for name in RECIPIENTS for value in parsed.get_all(name, [])]
    return [address for _name, address in getaddresses(values[:MOST_PARTS]) if address]


def line(value: object) -> str:
    return clean(" ".join(str(value).split()))[:LONGEST_LINE]


def clean(text: str) -> str:
    """Without characters that are nothing to read: controls, and what turns the direction of a whole page."""
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    kept = "".join(char for char in text if char in "\n\t" or unicodedata.category(char) not in {"Cc", "Cs", "Co", "Cn"})
    return kept.translate(dict.fromkeys([*range(0x202A, 0x202F), *range(0x2066, 0x206A)]))


# --- words ------------------------------------------------------------------------------------------------------------
def words_of(parts: list[EmailMessage]) -> tuple[str, int]:
    """The plain text; where there is none, the words of the HTML. And how many other parts were thrown away."""
    plain, marked, left_out = list[str](), list[str](), 0
    for part in parts:
        kind = part.get_content_type()
        if part.get_content_disposition() == "attachment" and kind != "text/plain":
            left_out += 1
        elif kind == "text/plain":
            plain.append(content(part))
        elif kind == "text/html":
            marked.append(stripped(content(part)))
        elif kind not in {"message/delivery-status", "text/rfc822-headers", "message/rfc822"}:
            left_out += 1
    text = "\n\n".join(plain) if any(each.strip() for each in plain) else "\n\n".join(marked)
    return BLANKS.sub("\n\n", clean(text)).strip()[:LONGEST], left_out


def content(part: EmailMessage) -> str:
    """Whatever it says its alphabet is."""
    data = part.get_payload(decode=True)
    found = data if isinstance(data, bytes) else str(part.get_payload()).encode("utf-8", "replace")
    try:
        return found.decode(part.get_content_charset() or "utf-8", "replace")
    except LookupError:
        return found.decode("utf-8", "replace")


class Words(HTMLParser):
    """The words of HTML, and nothing else of it."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.found, self.silent = list[str](), 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.silent += tag in SILENT
        if tag in BREAKS:
            self.found.append("\n")

    def handle_endtag(self, tag: str) -> None:
        self.silent = max(0, self.silent - (tag in SILENT))
        if tag in BREAKS:
            self.found.append("\n")

    def handle_data(self, data: str) -> None:
        if not self.silent:
            self.found.append(data)


def stripped(marked: str) -> str:
    words = Words()
    words.feed(marked[:LONGEST * 10])
    words.close()
    return "\n".join(" ".join(each.split()) for each in "".join(words.found).split("\n"))


# --- machines ---------------------------------------------------------------------------------------------------------
def is_automatic(parsed: EmailMessage) -> bool:
    """RFC 3834, and what mail systems did before it."""
    submitted = str(parsed.get("auto-submitted", "no")).split(";")[0].strip().lower()
    precedence = str(parsed.get("precedence", "")).strip().lower()
    suppress = str(parsed.get("x-auto-response-suppress", ""))
    return (submitted not in {"no", ""} or precedence in {"auto_reply", "bulk", "junk"} or bool(suppress)
            or any(name in parsed for name in ("x-autoreply", "x-autorespond", "x-autoresponse", "x-auto-reply-from"))
            or str(parsed.get("return-path", "")).strip() == "<>" or from_postmaster(parsed)
            or bool(AUTOMATIC_SUBJECTS.match(str(parsed.get("subject", "")))))


def from_postmaster(parsed: EmailMessage) -> bool:
    """A mail server's own word, in whatever form: nobody at the platform has seen anything."""
    _name, address = next(iter(getaddresses([str(parsed.get("from", ""))])), ("", ""))
    return address.lower().partition("@")[0] in {"mailer-daemon", "postmaster", "mail-daemon", ""}


def report_of(parsed: EmailMessage) -> Report | None:
    """RFC 3464: a part "message/delivery-status" whose second and later blocks tell of one recipient each."""
    for part in parsed.walk():
        if part.get_content_type() == "message/delivery-status":
            payload = part.get_payload()
            blocks = [block for block in payload if hasattr(block, "get")] if isinstance(payload, list) else []
            found = [Report(str(block.get("action")).strip().lower(), status_of(str(block.get("status", ""))))
                     for block in blocks if block.get("action")]
            return max(found, key=lambda each: each.action == "failed", default=None)
    return None


def status_of(text: str) -> str:
    found = re.search(r"\b[245]\.\d{1,3}\.\d{1,3}\b", text)
    return found[0] if found else ""
