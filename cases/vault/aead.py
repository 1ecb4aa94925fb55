"""AES-256-GCM as the whole vault uses it: a version byte, a random nonce, a ciphertext bound to where it belongs. Pure."""
import os

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

VERSION = 1
NONCE_BYTES = 12
KEY_BYTES = 32
Stored = bytes | memoryview      # what database drivers hand out


class OpenFailed(Exception):
    """A blob does not open: another key, another place, another version or damage. Never says which: that would help a thief."""


def framed(*parts: bytes) -> bytes:
    """Join `parts` so that no two different lists give the same bytes: each behind its length (2 bytes, big-endian)."""
    return b"".join(len(part).to_bytes(2, "big") + part for part in parts)


def seal(key: bytes, plain: bytes, *, belongs: bytes) -> bytes:
    """version ‖ nonce (12) ‖ ciphertext and tag (len(plain) + 16). `belongs` is the associated data: framed() context."""
    # A random 96-bit nonce is safe for 2^32 messages under one key (NIST SP 800-38D, 8.3); a case has some hundreds.
    nonce = os.urandom(NONCE_BYTES)
    return bytes([VERSION]) + nonce + AESGCM(key).encrypt(nonce, plain, belongs)


def open_blob(key: bytes, blob: Stored, *, belongs: bytes) -> bytes:
    """The plain bytes of seal(), or OpenFailed."""
    blob = bytes(blob)
    if not blob or blob[0] != VERSION:
        raise OpenFailed
    try:
        return AESGCM(key).decrypt(blob[1:1 + NONCE_BYTES], blob[1 + NONCE_BYTES:], belongs)
    except (InvalidTag, ValueError) as error:   # ValueError: a blob or key of impossible length
        raise OpenFailed from error
