"""What was destroyed or locked, written down outside the database, so that a restored backup can be made to forget it again.

One line each: what ("case", "key" or "locked"), a digest, the day. The digest is SHA-256 of a random 122-bit id under a fixed
word: nobody can work the id out of it. A locked file's line also has its key, sealed to the recovery key, which opens for
three of five share-holders. Nothing more is in the file, so it may be copied anywhere. A case's line is written before its
keys go; a key's (an address taken back, say) and a locked file's within a minute after.
"""
import os
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from typing import Literal
from uuid import UUID

from django.conf import settings

from cases.vault import envelope, hpke

What = Literal["case", "key", "locked"]
SEALED = 2 * (1 + hpke.PUBLIC_BYTES + envelope.KEY_BYTES + hpke.TAG_BYTES)      # hex of hpke.seal of a key: a torn one is shorter
LINE = re.compile(r"(case|key|(?P<locked>locked)) ([0-9a-f]{64}) (\d{4}-\d\d-\d\d)"
                  rf"(?(locked) (?P<sealed>[0-9a-f]{{{SEALED}}}))\n")


@dataclass(frozen=True)
class Tombstone:
    what: str
    digest: str         # hex of SHA-256
    day: date
    sealed: str = ""    # of what is locked: hex of its key, sealed to the recovery key


def digest(what: What, gone: UUID) -> str:
    return sha256(b"mehfooz tombstone\0" + what.encode() + b"\0" + gone.bytes).hexdigest()


def append(stones: Iterable[Tombstone]) -> None:
    """Add lines; on the disk when this returns. A line that is there already is written again, which does no harm."""
    text = "".join(" ".join(filter(None, (stone.what, stone.digest, stone.day.isoformat(), stone.sealed))) + "\n"
                   for stone in stones)
    if not text:
        return
    settings.TOMBSTONES.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(settings.TOMBSTONES, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o640)
    with os.fdopen(descriptor, "wb") as file:
        if os.fstat(descriptor).st_size and not _ends_whole():       # a line that a power cut left unfinished
            text = f"\n{text}"
        file.write(text.encode())
        file.flush()
        os.fsync(file.fileno())


def read() -> Iterator[Tombstone]:
    """Every whole line. A torn one is left out: its case was not destroyed yet, and its disposal is begun again."""
    if not settings.TOMBSTONES.exists():
        return
    with settings.TOMBSTONES.open() as file:
        for line in file:
            if whole := LINE.fullmatch(line):
                yield Tombstone(whole[1], whole[3], date.fromisoformat(whole[4]), whole["sealed"] or "")


def _ends_whole() -> bool:
    with settings.TOMBSTONES.open("rb") as file:
        file.seek(-1, os.SEEK_END)
        return file.read(1) == b"\n"
