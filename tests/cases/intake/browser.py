"""A reporter's browser in Python: seals a report as static/js/report/seal.mjs does, and posts the one body."""
import json
import uuid
from base64 import b64encode
from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse
from django.test import Client

from cases.intake import receipts
from cases.intake.receipts import Lock
from cases.models import Consent
from cases.units.models import Unit
from cases.vault import custody, envelope, hpke, receipt as codes
from cases.vault.models import UnitKey, WorkerKey

STORY = "وہ میری تصویریں پھیلانے کی دھمکی دے رہا ہے۔"
ANSWERS: dict[str, Any] = {
    "version": 1, "relation": "me", "age_now": 24, "age_then": None, "story": STORY, "links": ["https://example.com/post/1"],
    "handles": ["@someone"], "platform_other": "", "wanted": ["remove"], "who_does_it": "", "safe_to_contact": ""}
ASKED = {Consent.Act.ASK_PLATFORM: "yes", Consent.Act.PASS_POLICE: "no", Consent.Act.PASS_PTA: "ask_first"}


def text(raw: bytes) -> str:
    return b64encode(raw).decode()


class Browser:
    """`body` is what Send posts; a test may change it before `send`."""

    def __init__(self, unit: Unit, lock: Lock, *, plain: bytes | None = None, **facts: object) -> None:
        self.unit, self.lock, self.case = unit, lock, uuid.uuid4()
        self.key, self.talk = envelope.new_key(), envelope.new_key()
        self.body: dict[str, Any] = {
            "submission": str(uuid.uuid4()), "case": str(self.case), "unit": str(unit.pk), "platforms": [], "fingerprints": [],
            "facts": {"harm": "sextortion", "age_now": "adult", "age_then": "unknown", "dangers": [], "conflict": "",
                      "wants_woman": False} | facts,
            "receipt": {"locator": text(lock.locator), "public": text(lock.public), "locked": text(lock.locked),
                        "salt_version": lock.salt_version},
            "answers": self.field(self.key, plain if plain is not None else json.dumps(ANSWERS).encode(), "answers", self.case),
            "summary": self.field(self.key, STORY[:120].encode(), "summary", self.case),
            "consents": [self.consent(act, answer) for act, answer in ASKED.items()], "contact": None}
        self.seal_keys()

    def field(self, key: bytes, plain: bytes, name: str, record: uuid.UUID) -> str:
        return text(envelope.seal(key, plain, case=self.case, field=name, record=record))

    def consent(self, act: Consent.Act, answer: str) -> dict[str, Any]:
        row = uuid.uuid4()
        given = act == Consent.Act.ASK_PLATFORM and answer == "yes"
        return {"id": str(row), "act": act.value, "answer": answer,
                "assent": self.field(self.talk, b"I agree", "assent", row) if given else None}

    def seal_keys(self, version: int = 0) -> None:
        """To the unit's newest key, or to that version."""
        keys = UnitKey.objects.filter(unit=self.unit)
        key = keys.get(version=version) if version else custody.current_unit_key(self.unit)
        to_unit = ("unit", str(self.unit.pk), key.version, bytes(key.public))
        to_reporter = ("reporter", str(self.case), 1, self.lock.public)
        self.body |= {"key": self.wrapped(self.key, to_unit), "conversation": self.wrapped(self.talk, to_unit, to_reporter)}

    def wrapped(self, secret: bytes, *readers: tuple[str, str, int, bytes]) -> dict[str, Any]:
        row = uuid.uuid4()
        return {"id": str(row), "wraps": {kind: {"version": version, "sealed": text(hpke.seal(
            public, secret, info=hpke.context("data-key", scope=self.case, key=row, kind=kind, recipient=recipient,
                                              version=version)))} for kind, recipient, version, public in readers}}

    def leave_address(self, address: bytes = b"noor@example.net", kind: str = "email") -> None:
        row, secret, key = uuid.uuid4(), envelope.new_key(), WorkerKey.objects.latest("version")
        self.body["contact"] = {"id": str(row), "kind": kind, "hours": ["9-12"],
                                "sealed": self.field(secret, address, "address", row),
                                "key": self.wrapped(secret, ("worker", "worker", key.version, bytes(key.public)))}

    def send(self, body: object = None, *, language: str = "ur", raw: bytes | None = None,
             content_type: str = "application/json", headers: Mapping[str, str] | None = None) -> HttpResponse:
        told = raw if raw is not None else json.dumps(self.body if body is None else body).encode()
        return Client().post(f"/{language}/report/send/", told, content_type=content_type, headers=dict(headers or {}))


def unused_lock() -> Lock:
    """A lock of no code in particular."""
    private, public = hpke.new_pair()
    return receipts.Lock(uuid.uuid4().bytes * 2, public, codes.lock(bytes(32), private))


def another_lock(lock: Lock) -> Lock:
    """The same code under another locator: what a second report would bring, without the work."""
    return receipts.Lock(uuid.uuid4().bytes * 2, lock.public, lock.locked, lock.salt_version)
