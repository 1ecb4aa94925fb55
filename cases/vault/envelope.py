"""Sealed fields: AES-256-GCM under a data key, padded, bound to case, field and record. Pure. Format: docs/envelope.md."""
import secrets
from uuid import UUID

from cases.vault import aead
from cases.vault.aead import KEY_BYTES, OpenFailed, Stored

__all__ = ["KEY_BYTES", "LONGEST", "OpenFailed", "TooLong", "new_key", "open_blob", "seal"]

SIZES = (256, 1024, 4096, 16384, 65536)     # bytes after padding: five lengths tell an onlooker almost nothing
LENGTH_BYTES = 4
LONGEST = SIZES[-1] - LENGTH_BYTES


class TooLong(ValueError):
    """More than LONGEST bytes. The caller limits what may be typed; evidence pages are cut before they are sealed."""


def new_key() -> bytes:
    """A random 256-bit data key."""
    return secrets.token_bytes(KEY_BYTES)


def seal(key: bytes, plain: bytes, *, case: UUID, field: str, record: UUID) -> bytes:
    """Seal one field. `record` is the UUID of the row that will hold it, made by whoever seals; `field` its column."""
    return aead.seal(key, pad(plain), belongs=belongs(case, field, record))


def open_blob(key: bytes, blob: Stored, *, case: UUID, field: str, record: UUID) -> bytes:
    """The plain bytes of seal(), or OpenFailed."""
    return unpad(aead.open_blob(key, blob, belongs=belongs(case, field, record)))


def belongs(case: UUID, field: str, record: UUID) -> bytes:
    """The associated data: version, case, field, record."""
    return aead.framed(bytes([aead.VERSION]), case.bytes, field.encode(), record.bytes)


def pad(plain: bytes) -> bytes:
    """True length (4 bytes, big-endian) ‖ plain ‖ zeros, up to the next of SIZES."""
    if len(plain) > LONGEST:
        raise TooLong(f"{len(plain)} bytes; at most {LONGEST}")
    size = next(size for size in SIZES if size >= LENGTH_BYTES + len(plain))
    return (len(plain).to_bytes(LENGTH_BYTES, "big") + plain).ljust(size, b"\0")


def unpad(padded: bytes) -> bytes:
    length = int.from_bytes(padded[:LENGTH_BYTES], "big")
    plain = padded[LENGTH_BYTES:LENGTH_BYTES + length]
    if length > LONGEST or pad(plain) != padded:     # a sealer that pads otherwise is not ours
        raise OpenFailed
    return plain
