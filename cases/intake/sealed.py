"""A report that the reporter's browser sealed, taken apart.

Nobody here can look into a ciphertext. All else is checked: shapes and lengths (docs/envelope.md), points on the curve, ids, and
that the plain part is what the form's own questions can lead to. What does not hold is Malformed, and opens nothing.
"""
import base64
import binascii
import json
import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import Any, TypeVar
from uuid import UUID

from django.conf import settings

from cases.hashing.fingerprint import MOST_PICTURES, AnyFingerprint, FingerprintRefused, parse_all
from cases.intake.fields import spans
from cases.intake.forms import HOURS, PICTURE_HARMS, Known
from cases.intake.receipts import Lock
from cases.models import Consent
from cases.notifications.models import Kind
from cases.priority import AgeBand, Body, Danger, Facts, Harm
from cases.vault import aead, envelope, hpke
from cases.vault.custody import Wrap

LONGEST_BODY = 256 * 1024                       # bytes; answers at their longest take 87 KB of it
SEALED = tuple(1 + aead.NONCE_BYTES + size + hpke.TAG_BYTES for size in envelope.SIZES)      # lengths of a sealed field
SHORT = SEALED[:2]                              # the summary, an assent, an address: none has more than 1 KB to say
LOCKED = (1 + aead.NONCE_BYTES + hpke.PRIVATE_BYTES + hpke.TAG_BYTES,)
WRAPPED = (1 + hpke.PUBLIC_BYTES + aead.KEY_BYTES + hpke.TAG_BYTES,)
SLUG = re.compile(r"[a-z0-9_-]{1,30}", re.ASCII)
MOST_PLATFORMS = 40
E = TypeVar("E", bound=Enum)


class Malformed(ValueError):
    """Not what our page sends. The message names the part, never what was in it."""


class BadFingerprint(Malformed):
    """Of the fingerprints the one at `place`, from 0: the reporter can leave that file out."""

    def __init__(self, place: int) -> None:
        super().__init__("fingerprints")
        self.place = place


@dataclass(frozen=True)
class SealedKey:
    """A data key: its id, and recipient kind → what was sealed to it."""
    id: UUID
    wraps: Mapping[str, Wrap]


@dataclass(frozen=True)
class SealedConsent:
    id: UUID
    act: Consent.Act
    answer: Consent.Answer
    assent: bytes | None = field(repr=False)


@dataclass(frozen=True)
class SealedContact:
    id: UUID
    kind: Kind
    hours: Sequence[Sequence[int]]
    key: SealedKey
    sealed: bytes = field(repr=False)


@dataclass(frozen=True)
class SealedReport:
    """As it came. `unit` is whom the browser sealed to; whether that is right is routing's to say."""
    submission: UUID
    case: UUID
    unit: UUID
    facts: Facts
    conflict: Body | None
    wants_woman: bool
    platforms: Sequence[str]
    lock: Lock
    key: SealedKey
    conversation: SealedKey
    answers: bytes = field(repr=False)
    summary: bytes = field(repr=False)
    consents: Sequence[SealedConsent]
    fingerprints: Sequence[AnyFingerprint]
    contact: SealedContact | None

    @property
    def known(self) -> Known:
        """What the form knew when it asked."""
        return Known(age_now=self.facts.age_now, age_then=self.facts.age_then, dangers=self.facts.dangers, harm=self.facts.harm,
                     conflict=self.conflict, pictures=len(self.fingerprints))


def parse(body: bytes) -> SealedReport:
    """The body of Send. Raises Malformed."""
    if len(body) > LONGEST_BODY:
        raise Malformed("body: too long")
    try:
        told = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Malformed("body: not JSON") from error
    report = _report(Part("body", told, "submission case unit facts platforms receipt key conversation answers summary consents "
                                        "fingerprints contact"))
    _check_whole(report)
    return report


def _report(part: "Part") -> SealedReport:
    facts = part.part("facts", "harm age_now age_then dangers conflict wants_woman")
    contact = part.value["contact"]
    return SealedReport(
        submission=part.uuid("submission"), case=part.uuid("case"), unit=part.uuid("unit"),
        facts=Facts(facts.one_of("harm", Harm), facts.one_of("age_now", AgeBand), facts.one_of("age_then", AgeBand),
                    frozenset(facts.some_of("dangers", Danger))),
        conflict=facts.one_of("conflict", Body) if facts.value["conflict"] != "" else None,
        wants_woman=facts.flag("wants_woman"), platforms=_platforms(part), lock=_lock(part),
        key=_key(part, "key", "unit"), conversation=_key(part, "conversation", "unit reporter"),
        answers=part.blob("answers", SEALED), summary=part.blob("summary", SHORT),
        consents=[_consent(each) for each in part.many("consents", len(Consent.Act))], fingerprints=_fingerprints(part),
        contact=_contact(part) if contact is not None else None)


def _check_whole(report: SealedReport) -> None:
    """What no part can tell alone."""
    acts = [consent.act for consent in report.consents]
    if sorted(acts) != sorted(report.known.acts):           # a child's fingerprints are offered to nobody, whatever is posted
        raise Malformed("consents: not those that were asked")
    if report.fingerprints and report.facts.harm not in PICTURE_HARMS:
        raise Malformed("fingerprints: not asked")
    keys = [report.key, report.conversation, *([report.contact.key] if report.contact else [])]
    if len({key.id for key in keys}) != len(keys):          # one key for both would let a receipt code open the answers
        raise Malformed("keys: one id twice")


def _platforms(part: "Part") -> list[str]:
    slugs = part.many("platforms", MOST_PLATFORMS)
    if not all(isinstance(slug, str) and SLUG.fullmatch(slug) for slug in slugs):
        raise Malformed("platforms")
    return list(dict.fromkeys(slugs))


def _lock(part: "Part") -> Lock:
    receipt = part.part("receipt", "locator public locked salt_version")
    public, version = receipt.blob("public", (hpke.PUBLIC_BYTES,)), receipt.whole("salt_version")
    if not hpke.is_public(public) or version not in settings.RECEIPT_SALTS:
        raise Malformed("receipt: public key or salt")
    return Lock(receipt.blob("locator", (32,)), public, receipt.blob("locked", LOCKED), version)


def _key(part: "Part", name: str, recipients: str) -> SealedKey:
    key = part.part(name, "id wraps")
    wraps = key.part("wraps", recipients)
    each = {recipient: wraps.part(recipient, "version sealed") for recipient in recipients.split()}
    return SealedKey(key.uuid("id"), {recipient: Wrap(one.whole("version"), one.blob("sealed", WRAPPED))
                                      for recipient, one in each.items()})


def _consent(told: object) -> SealedConsent:
    part = Part("consents", told, "id act answer assent")
    act, answer = part.one_of("act", Consent.Act), part.one_of("answer", Consent.Answer)
    given = act == Consent.Act.ASK_PLATFORM and answer == Consent.Answer.YES
    if given != (part.value["assent"] is not None):
        raise Malformed("consents: words of assent with a yes, and only with it")
    return SealedConsent(part.uuid("id"), act, answer, part.blob("assent", SHORT) if given else None)


def _fingerprints(part: "Part") -> list[AnyFingerprint]:
    texts = part.many("fingerprints", MOST_PICTURES)
    if not all(isinstance(text, str) for text in texts):
        raise Malformed("fingerprints")
    try:
        return parse_all(texts)
    except FingerprintRefused as error:
        raise (Malformed("fingerprints") if error.place is None else BadFingerprint(error.place)) from error


def _contact(part: "Part") -> SealedContact:
    contact = part.part("contact", "id kind hours key sealed")
    hours = contact.many("hours", len(HOURS))
    if not all(isinstance(hour, str) and hour in dict(HOURS) for hour in hours):
        raise Malformed("contact: hours")
    return SealedContact(contact.uuid("id"), contact.one_of("kind", Kind), spans(hours), _key(contact, "key", "worker"),
                         contact.blob("sealed", SHORT))


class Part:
    """One object of the JSON: every name must be there, and nothing else. Each reader raises Malformed."""

    def __init__(self, at: str, value: object, names: str) -> None:
        if not isinstance(value, dict) or set(value) != set(names.split()):
            raise Malformed(f"{at}: names")
        self.at, self.value = at, value

    def part(self, name: str, names: str) -> "Part":
        return Part(f"{self.at}.{name}", self.value[name], names)

    def uuid(self, name: str) -> UUID:
        value = self.value[name]
        try:
            found = UUID(value) if isinstance(value, str) else None
        except ValueError:
            found = None
        if found is None or str(found) != value or found.version != 4:
            raise self.refused(name)
        return found

    def blob(self, name: str, lengths: Collection[int]) -> bytes:
        """Base64 of bytes in one of these lengths."""
        value = self.value[name]
        try:
            found = base64.b64decode(value, validate=True) if isinstance(value, str) else b""
        except (binascii.Error, ValueError) as error:
            raise self.refused(name) from error
        if len(found) not in lengths:
            raise self.refused(name)
        return found

    def one_of(self, name: str, kind: type[E]) -> E:
        return self._one_of(self.value[name], kind, name)

    def some_of(self, name: str, kind: type[E]) -> list[E]:
        return [self._one_of(value, kind, name) for value in self.many(name, len(kind))]

    def whole(self, name: str) -> int:
        """A version: 1 … 32767."""
        value = self.value[name]
        if type(value) is not int or not 0 < value < 2 ** 15:
            raise self.refused(name)
        return value

    def flag(self, name: str) -> bool:
        if type(self.value[name]) is not bool:
            raise self.refused(name)
        return bool(self.value[name])

    def many(self, name: str, most: int) -> list[Any]:
        value = self.value[name]
        if not isinstance(value, list) or len(value) > most:
            raise self.refused(name)
        return value

    def refused(self, name: str) -> Malformed:
        return Malformed(f"{self.at}: {name}")

    def _one_of(self, value: object, kind: type[E], name: str) -> E:
        if not isinstance(value, str):
            raise self.refused(name)
        try:
            return kind(value)
        except ValueError as error:
            raise self.refused(name) from error
