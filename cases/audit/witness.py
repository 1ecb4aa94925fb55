"""What leaves the house: signed heads of the chain, a line each, for somebody outside who keeps them (docs/how-to/witness.md).

A line is `position time hash signature`, the last two in hex; the signature (Ed25519, RFC 8032) is over `chain.checkpoint_text`.
"""
from collections.abc import Iterable
from datetime import datetime

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from cases.audit import chain
from cases.audit.models import Checkpoint


class NotAWitness(Exception):
    """A line is no checkpoint, or was not signed with this key. The message says which line."""


def line(point: Checkpoint) -> str:
    return f"{point.position} {chain.instant(point.at)} {bytes(point.hash).hex()} {bytes(point.signature).hex()}"


def read(lines: Iterable[str], *keys: bytes) -> dict[int, bytes]:
    """Position → hash, each signed with one of the keys. Lines of mail around them (blank, quoted, or without four words) are
    passed over. Raises NotAWitness."""
    public, seen = [Ed25519PublicKey.from_public_bytes(key) for key in keys], dict[int, bytes]()
    for number, text in enumerate(lines, 1):
        words = text.removeprefix(">").split()
        if len(words) == 4 and words[0].isascii() and words[0].isdecimal():
            position, digest = _checked(words, public, number)
            if seen.setdefault(position, digest) != digest:
                raise NotAWitness(f"line {number}: another hash for position {position} than before: two logs were signed")
    return seen


def _checked(words: list[str], keys: list[Ed25519PublicKey], number: int) -> tuple[int, bytes]:
    try:
        position, at, digest = int(words[0]), datetime.fromisoformat(words[1]), bytes.fromhex(words[2])
        text, signature = chain.checkpoint_text(position, at, digest), bytes.fromhex(words[3])
    except ValueError as error:
        raise NotAWitness(f"line {number} is not signed with this key") from error
    if not any(chain.verifies(key, signature, text) for key in keys):
        raise NotAWitness(f"line {number} is not signed with this key")
    return position, digest
