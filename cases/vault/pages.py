"""Files too long for one field, in sealed pages that only open together and in order. Pure. Format: docs/envelope.md.

Each page is bound to its case, its file, its number and whether it is the last, so that a page that is missing, twice there,
swapped, taken from another file or cut off at the end is noticed (as in STREAM: Hoang, Reyhanitabar, Rogaway, Vizár 2015).
"""
from collections.abc import Iterable
from uuid import UUID

from cases.vault import aead
from cases.vault.aead import OpenFailed, Stored
from cases.vault.envelope import pad, unpad

__all__ = ["PIECE", "OpenFailed", "join", "split"]

PIECE = 60 * 1024           # bytes in a page; the last one has fewer


def split(key: bytes, content: bytes, *, case: UUID, record: UUID) -> list[bytes]:
    """`content` as sealed pages, at least one. `record` is the id of the row to which the pages belong."""
    pieces = [content[at:at + PIECE] for at in range(0, len(content), PIECE)] or [b""]
    return [aead.seal(key, pad(piece), belongs=_belongs(case, record, number, last=number == len(pieces) - 1))
            for number, piece in enumerate(pieces)]


def join(key: bytes, blobs: Iterable[Stored], *, case: UUID, record: UUID) -> bytes:
    """The content of split(), or OpenFailed. `blobs` are all pages, in order."""
    sealed = list(blobs)
    if not sealed:
        raise OpenFailed
    return b"".join(unpad(aead.open_blob(key, blob, belongs=_belongs(case, record, number, last=number == len(sealed) - 1)))
                    for number, blob in enumerate(sealed))


def _belongs(case: UUID, record: UUID, number: int, *, last: bool) -> bytes:
    """The associated data: version, case, "page", record, number (4 bytes), 1 for the last."""
    return aead.framed(bytes([aead.VERSION]), case.bytes, b"page", record.bytes, number.to_bytes(4, "big"), bytes([last]))
