"""The file of a backup. Written and read as a stream: what is inside never lies on a disk in the clear.

    magic (5) ‖ header length (4) ‖ header (JSON) ‖ chunks, each: length (4) ‖ AES-256-GCM ciphertext and tag

All numbers big-endian. A chunk's nonce is its number (11 bytes) ‖ 1 for the last and 0 for the others, so that none can be left
out, moved or cut off (STREAM: Hoang, Reyhanitabar, Rogaway, Vizár, 2015); the header is associated data of each. The key is used
for this one file:

    key = HKDF-SHA256(half ‖ day secret, info = "mehfooz backup" ‖ header's id)

`half` is random and stands in the header, sealed (HPKE) to the ministry's backup key, whose private half is offline; the day
secret is a file (day_keys.py) that is destroyed after 35 days. Either alone opens nothing.
"""
import json
import os
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import BinaryIO
from uuid import UUID, uuid4

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from cases.vault import hpke
from cases.vault.aead import framed

MAGIC = b"MZBK\x01"
CHUNK = 1 << 20                 # bytes of plain text
MOST_HEADER = 4096
HALF_BYTES = 32


class Unreadable(Exception):
    """Not a backup of ours, damaged, cut short, or a half of its key is missing or another. Never says which half."""


@dataclass(frozen=True)
class Header:
    id: str                     # UUID
    day: str                    # which day's secret, ISO
    what: str                   # "postgresql", "sqlite" or "media"
    made_at: str                # ISO
    half: str                   # hex: sealed to the backup key

    def raw(self) -> bytes:
        return json.dumps(asdict(self), sort_keys=True).encode()


def context(backup: UUID, day: str) -> bytes:
    """HPKE `info` of the sealed half."""
    return framed(b"backup", backup.bytes, day.encode())


def new_header(*, public: bytes, day: str, what: str, made_at: str) -> tuple[Header, bytes]:
    """A header and its half of the key, which is to be forgotten after writing."""
    backup, half = uuid4(), os.urandom(HALF_BYTES)
    return Header(str(backup), day, what, made_at, hpke.seal(public, half, info=context(backup, day)).hex()), half


def file_key(header: Header, half: bytes, day_secret: bytes) -> bytes:
    info = b"mehfooz backup" + UUID(header.id).bytes
    return HKDF(SHA256(), length=32, salt=None, info=info).derive(half + day_secret)


def open_half(header: Header, private: bytes) -> bytes:
    """With the offline private key. Raises Unreadable."""
    try:
        return hpke.open_blob(private, bytes.fromhex(header.half), info=context(UUID(header.id), header.day))
    except (hpke.OpenFailed, ValueError) as error:
        raise Unreadable from error


class Writer:
    """A file to write plain bytes to; `close` seals the last chunk. Without it the file does not open."""

    def __init__(self, target: BinaryIO, header: Header, key: bytes) -> None:
        self.target, self.header, self.cipher = target, header.raw(), AESGCM(key)
        self.waiting, self.number = bytearray(), 0
        target.write(MAGIC + len(self.header).to_bytes(4, "big") + self.header)

    def write(self, plain: bytes) -> int:
        self.waiting += plain
        while len(self.waiting) > CHUNK:            # one byte more than a chunk: so the last is never empty but for an empty file
            self._put(bytes(self.waiting[:CHUNK]), last=False)
            del self.waiting[:CHUNK]
        return len(plain)

    def close(self) -> None:
        self._put(bytes(self.waiting), last=True)
        self.waiting.clear()

    def _put(self, plain: bytes, *, last: bool) -> None:
        sealed = self.cipher.encrypt(_nonce(self.number, last=last), plain, self.header)
        self.target.write(len(sealed).to_bytes(4, "big") + sealed)
        self.number += 1


def read_header(source: BinaryIO) -> Header:
    """What may be read without any key. Raises Unreadable."""
    if source.read(len(MAGIC)) != MAGIC:
        raise Unreadable
    length = int.from_bytes(source.read(4), "big")
    try:
        found = json.loads(source.read(length)) if length <= MOST_HEADER else {}
        header = Header(**found)
        UUID(header.id)
    except (ValueError, TypeError) as error:
        raise Unreadable from error
    return header


def chunks(source: BinaryIO, header: Header, key: bytes) -> Iterator[bytes]:
    """The plain bytes after the header, each chunk proved before it is given out. Raises Unreadable, at the latest at the end."""
    cipher, raw, number = AESGCM(key), header.raw(), 0
    size = source.read(4)
    while size:
        sealed = source.read(int.from_bytes(size, "big")) if int.from_bytes(size, "big") <= CHUNK + 16 else b""
        size = source.read(4)
        try:
            yield cipher.decrypt(_nonce(number, last=not size), sealed, raw)
        except (InvalidTag, ValueError) as error:
            raise Unreadable from error
        number += 1
    if not number:
        raise Unreadable


class Reader:
    """The chunks as a file to read from, for tarfile."""

    def __init__(self, source: Iterator[bytes]) -> None:
        self.source, self.waiting = source, bytearray()

    def read(self, size: int) -> bytes:
        while len(self.waiting) < size:
            more = next(self.source, b"")
            if not more:
                break
            self.waiting += more
        given = bytes(self.waiting[:size])
        del self.waiting[:size]
        return given


def _nonce(number: int, *, last: bool) -> bytes:
    return number.to_bytes(11, "big") + bytes([last])
