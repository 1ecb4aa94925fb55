"""A member's private key, locked under the vault passphrase. Pure, but costly: 64 MiB and 0.2 s, through the turnstile."""
import os
import unicodedata
from uuid import UUID

from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

from cases.vault import aead
from cases.vault.aead import Stored
from cases.vault.turnstile import ARGON2ID

SALT_BYTES = 16


def lock(passphrase: str, private: bytes, *, member: UUID, public: Stored) -> tuple[bytes, bytes]:
    """(salt, locked) for the staff row."""
    salt = os.urandom(SALT_BYTES)
    return salt, aead.seal(_key(passphrase, salt), private, belongs=_belongs(member, public))


def unlock(passphrase: str, salt: Stored, locked: Stored, *, member: UUID, public: Stored) -> bytes:
    """The private key (32 bytes), or OpenFailed."""
    return aead.open_blob(_key(passphrase, bytes(salt)), locked, belongs=_belongs(member, public))


def _key(passphrase: str, salt: bytes) -> bytes:
    # NFC as RFC 8265 asks: two Urdu keyboards may spell the same letter in two ways.
    typed = unicodedata.normalize("NFC", passphrase).encode()
    with ARGON2ID.turn():
        return Argon2id(salt=salt, length=aead.KEY_BYTES, iterations=3, lanes=1, memory_cost=64 * 1024).derive(typed)


def _belongs(member: UUID, public: Stored) -> bytes:
    return aead.framed(b"staff-private", member.bytes, bytes(public))
