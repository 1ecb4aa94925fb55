"""What was answered so far, travelling sealed in the form itself: no session, no cookie, no row before Send.

AES-256-GCM under settings.DRAFT_KEYS (the current key and the ones before), bound to the form's version, good for two
hours. Not compressed: the length of compressed text tells of its content, and these pages are small anyway.
"""
import base64
import binascii
import json
import time
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings

from cases.vault import aead
from cases.vault.receipt import new_code

FORM_VERSION = 1                        # raise it when old drafts cannot be read any more
LIFETIME = 2 * 3600                     # seconds since the page was made
LONGEST = 144 * 1024                    # characters of the sealed text: ten videos (64) and all that may be typed, in any script
CLOCK_SKEW = 60                         # seconds by which two of our servers may differ
BELONGS = aead.framed(b"report-draft", bytes([FORM_VERSION]))
Answers = dict[str, dict[str, list[str]]]     # step → field → what was typed


class Lost(Exception):
    """The sealed text does not open: expired, forged, or of another version of the form."""


class TooLarge(ValueError):
    """More was typed than a form may carry."""


@dataclass
class Draft:
    """A report in the making. The ids and the receipt code are made with it, so that sending twice is sending once."""
    submission: UUID = field(default_factory=uuid4)
    case: UUID = field(default_factory=uuid4)
    code: str = field(default_factory=new_code, repr=False)
    answers: Answers = field(default_factory=dict, repr=False)
    reviewed: bool = False               # the answers were shown once: a change leads back there
    unit: str = ""                       # code, fixed by routing before anything is typed
    key_version: int = 0                 # the unit's key then
    sent: bool = False                   # the last page may be shown
    files: bool = False                  # and offers to add screenshots: settled at Send, by what was kept


def seal(draft: Draft) -> str:
    """Raises TooLarge."""
    return seal_record({"submission": draft.submission.hex, "case": draft.case.hex, "code": draft.code, "answers": draft.answers,
                        "reviewed": draft.reviewed, "unit": draft.unit, "key_version": draft.key_version,
                        "sent": draft.sent, "files": draft.files}, belongs=BELONGS)


def open_draft(sealed: str) -> Draft:
    """Raises Lost. A replayed draft opens like the first time: its submission id opens one case only."""
    record = open_record(sealed, belongs=BELONGS, lifetime=LIFETIME)
    return Draft(UUID(record["submission"]), UUID(record["case"]), record["code"], record["answers"], record["reviewed"],
                 record["unit"], record["key_version"], record["sent"], record.get("files", False))


def seal_record(record: dict[str, Any], *, belongs: bytes) -> str:
    """JSON values as sealed text for a form, dated now; `belongs` names its purpose. Raises TooLarge."""
    plain = json.dumps({"at": int(time.time()), **record}, ensure_ascii=False, separators=(",", ":")).encode()
    sealed = base64.urlsafe_b64encode(aead.seal(settings.DRAFT_KEYS[0], plain, belongs=belongs)).decode()
    if len(sealed) > LONGEST:
        raise TooLarge
    return sealed


def open_record(sealed: str, *, belongs: bytes, lifetime: int) -> dict[str, Any]:
    """What seal_record sealed at most `lifetime` seconds ago. Raises Lost."""
    record = _opened(sealed, belongs)
    if not -CLOCK_SKEW <= time.time() - record["at"] <= lifetime:
        raise Lost
    return record


def _opened(sealed: str, belongs: bytes) -> dict[str, Any]:
    try:
        blob = base64.b64decode(sealed[:LONGEST].encode("ascii"), altchars=b"-_", validate=True)
    except (binascii.Error, ValueError) as error:
        raise Lost from error
    for key in settings.DRAFT_KEYS:
        try:
            return json.loads(aead.open_blob(key, blob, belongs=belongs))
        except aead.OpenFailed:
            continue
    raise Lost
