"""A member's private key, locked under what a passkey's PRF extension gives (WebAuthn Level 3, "prf"; CTAP2 hmac-secret). Pure.

The authenticator answers 32 bytes for a salt of ours, the same each time, and only after its owner has shown fingerprint or PIN.
"""
import hashlib
from uuid import UUID

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from cases.vault import aead
from cases.vault.aead import OpenFailed, Stored

OUTPUT_BYTES = 32
PURPOSE = b"mehfooz vault by passkey"


def salt(credential: UUID) -> bytes:
    """What this passkey is asked with each time (32 bytes). No secret: the answer depends on a key that stays in the device."""
    return hashlib.sha256(aead.framed(PURPOSE, credential.bytes)).digest()


def lock(output: bytes, private: bytes, *, member: UUID, credential: UUID, public: Stored) -> bytes:
    """The private key, locked under `output` (32 bytes); ValueError for another length."""
    if len(output) != OUTPUT_BYTES:
        raise ValueError("a PRF output is 32 bytes")
    return aead.seal(_key(output), private, belongs=_belongs(member, credential, public))


def unlock(output: bytes, locked: Stored, *, member: UUID, credential: UUID, public: Stored) -> bytes:
    """The private key (32 bytes), or OpenFailed."""
    if len(output) != OUTPUT_BYTES:
        raise OpenFailed
    return aead.open_blob(_key(output), locked, belongs=_belongs(member, credential, public))


def _key(output: bytes) -> bytes:
    # Uniform bytes already, so no Argon2id; HKDF keeps them apart from any other use of the same passkey.
    return HKDF(SHA256(), aead.KEY_BYTES, salt=None, info=PURPOSE).derive(output)


def _belongs(member: UUID, credential: UUID, public: Stored) -> bytes:
    """The public half is bound too: after a new pair of keys no old lock opens anything."""
    return aead.framed(b"staff-private-passkey", member.bytes, credential.bytes, bytes(public))
