"""What a body's people read of what was put before it. Each opening is in the log, under the case."""
import json
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from cases.audit.services import actor, record_read
from cases.coordination.models import Shown
from cases.coordination.selectors import READ, still_open
from cases.coordination.services import NotTheirs, Over, content_of
from cases.escalation.notices import Notice
from cases.permissions import Staff
from cases.vault import parking, unseal
from cases.vault.keyring import Keyring
from cases.vault.parking import Locked
from cases.vault.signing import fingerprint, link_of
from cases.vault.unseal import OpenFailed


@dataclass(frozen=True)
class Item:
    """A notice with its language, or a package with the name of its file; of a package that was downloaded neither."""
    notice: Notice | None = field(default=None, repr=False)
    language: str = "en"
    name: str = ""
    package: bytes = field(default=b"", repr=False)


def keyring_of(request: HttpRequest) -> Keyring | None:
    """Of the bodies' keys; None while the vault is locked, or when a new pair was made since."""
    private, member = parking.fetch(request), request.user
    try:
        return unseal.body_keyring(member, private) if private else None       # type: ignore[arg-type]   # signed in
    except OpenFailed:
        return None


def fingerprint_of(keyring: Keyring | None, body: UUID) -> str:
    """Of the body's newest key that is held, computed from its private half, to be read aloud at the ceremony; empty without."""
    held = keyring.units.get(body, {}) if keyring else {}
    if not held:
        return ""
    version = max(held)
    return fingerprint(link_of(held[version], kind="body", recipient=str(body), version=version).message)


def read(shown: Shown, *, keyring: Keyring | None, by: Staff) -> Item:
    """Raises Over, Locked; NotHeld while nobody has handed over the body's key."""
    if not still_open(shown):
        raise Over(shown.reference)
    if keyring is None:
        raise Locked
    if keyring.member != by.pk:
        raise NotTheirs(str(shown.pk))
    item = _opened(shown, keyring)
    record_read(READ, subject=shown.case_id, actor=actor(by), shown=shown.pk)
    return item


def _opened(shown: Shown, keyring: Keyring) -> Item:
    if not shown.content:
        return Item()
    content = content_of(shown, unseal.key_for_body(shown.key, shown=shown.pk, keyring=keyring))
    if shown.referral_id:
        name, _line, package = content.partition(b"\n")
        return Item(name=name.decode(), package=package)
    told: dict[str, Any] = json.loads(content)
    return Item(Notice.from_json(json.dumps(told["notice"]).encode()), told["language"])
