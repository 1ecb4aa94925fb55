"""A notice as JSON to a platform's or partner's own address (docs/notices-by-machine.md), signed by this office.

Sent again, it bears the same idempotency key. Addresses are judged as those of webhooks are: nobody inside is called.
"""
import hashlib
import json
from typing import Any

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from django.conf import settings
from django.utils import timezone
from django.utils.translation import override

from cases.escalation import notices
from cases.escalation.channels import signing
from cases.escalation.channels.base import Outgoing, Proof
from cases.escalation.notices import is_pdq
from cases.notifications import webhook_wire
from cases.outbox.errors import Stop

VERSION = 1


def send(outgoing: Outgoing) -> Proof:
    body = json.dumps(document(outgoing), ensure_ascii=False, separators=(",", ":")).encode()
    return post(outgoing.address, body, key=outgoing.key)


def document(outgoing: Outgoing) -> dict[str, Any]:
    """The canonical notice: all that 47 USC 223a and Art. 16(2) DSA ask for, each under its own name."""
    notice = outgoing.notice
    with override(outgoing.language):
        statements = notices.statements(notice)
    return {
        "version": VERSION, "reference": notice.reference, "language": outgoing.language,
        "sender": {"office": settings.OFFICE[outgoing.language], "contact": outgoing.reply_to or settings.NOTICE_FROM_EMAIL},
        "locations": list(notice.links),
        "fingerprints": {"pdq": [value for value in notice.hashes if is_pdq(value)],
                         "md5": [value for value in notice.hashes if not is_pdq(value)]},
        "kind": notice.harm, "reasons": notice.reasons, "policy": notice.policy, "law": notice.law, "under_18": notice.child,
        "statements": statements, "asked": {"action": "remove", "identical_copies": True, "hours": notice.hours},
        "signature": notice.signature,
        **({"earlier": {"reference": notice.earlier.reference, "on": notice.earlier.on, "as": notice.earlier.step}}
           if notice.earlier else {}),
    }


def post(url: str, body: bytes, *, key: str) -> Proof:
    """Raises Retry and Stop. `key`: the same for the same content."""
    now = timezone.now()
    headers = signing.signed("POST", url, body, {"Content-Type": "application/json", "Idempotency-Key": f'"{key}"'},
                             created=int(now.timestamp()), key=signing_key())
    status = webhook_wire.call(url, body, headers)
    return Proof({"status": str(status), "sha256": hashlib.sha256(body).hexdigest(), "idempotency_key": key,
                  "signature": headers["Signature"]})


def signing_key() -> Ed25519PrivateKey:
    seed = bytes(settings.NOTICE_SIGNING_KEY)
    if not seed:
        raise Stop("no_signing_key")
    return Ed25519PrivateKey.from_private_bytes(seed)
