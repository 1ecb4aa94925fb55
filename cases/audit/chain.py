"""The arithmetic of the chain: what exactly is hashed and signed. An outside witness can redo it with this page alone."""
import json
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any
from uuid import UUID

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

GENESIS = bytes(32)                     # stands before the first entry
PURPOSE = "mehfooz-audit-checkpoint-1"  # so that a signature made for anything else never fits


def canonical(*, id: UUID, at: datetime, event: str, subject: str, actor: str, details: dict[str, Any]) -> bytes:
    """One entry as bytes: JSON with sorted keys, no spaces, ASCII only; `at` in UTC with microseconds."""
    return json.dumps({"id": str(id), "at": instant(at), "event": event, "subject": subject, "actor": actor, "details": details},
                      sort_keys=True, separators=(",", ":"), ensure_ascii=True, allow_nan=False).encode()


def next_hash(previous: bytes, entry: bytes) -> bytes:
    """SHA-256(previous hash ‖ canonical entry); the previous hash has a fixed length, so the two cannot be confused."""
    return sha256(previous + entry).digest()


def checkpoint_text(position: int, at: datetime, head: bytes) -> bytes:
    """What an hourly checkpoint signs."""
    return f"{PURPOSE}\n{position}\n{instant(at)}\n{head.hex()}\n".encode()


def instant(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="microseconds")


def verifies(key: Ed25519PublicKey, signature: bytes, text: bytes) -> bool:
    try:
        key.verify(signature, text)
    except InvalidSignature:
        return False
    return True
