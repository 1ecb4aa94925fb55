"""What the phone sends instead of a picture. It comes from a stranger's browser, so every part is checked. Pure."""
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from cases.hashing.pdq import MIN_QUALITY

MOST_PICTURES = 10
FEWEST_BITS, MOST_BITS = 64, 128         # set bits: half of 256 lie above the median, fewer only where many are equal
TEXT = re.compile(r"([0-9a-f]{64}):([0-9]{1,3}):([0-9a-f]{64}):([0-9a-f]{32})", re.ASCII)
HEX = {"pdq": 64, "sha256": 64, "md5": 32}


class FingerprintRefused(ValueError):
    """`code` is format, quality, pattern or too_many: what the reporter is told depends on it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Fingerprint:
    """One picture: its number on the reporter's page, PDQ of what it shows, SHA-256 and MD5 of the file. Hex is lower-case."""
    number: int
    pdq: str
    quality: int
    sha256: str
    md5: str

    def __post_init__(self) -> None:
        if not 1 <= self.number <= MOST_PICTURES:
            raise FingerprintRefused("too_many")
        if not all(re.fullmatch(rf"[0-9a-f]{{{digits}}}", getattr(self, part), re.ASCII) for part, digits in HEX.items()):
            raise FingerprintRefused("format")
        if not MIN_QUALITY <= self.quality <= 100:
            raise FingerprintRefused("quality")
        if not FEWEST_BITS <= int(self.pdq, 16).bit_count() <= MOST_BITS:
            raise FingerprintRefused("pattern")                  # all zero, or nothing that PDQ can give

    def __str__(self) -> str:
        return f"{self.pdq}:{self.quality}:{self.sha256}:{self.md5}"

    @classmethod
    def parse(cls, text: str, number: int) -> Self:
        """From "pdq:quality:sha256:md5", as `static/js/pictures.mjs` writes it. Raises FingerprintRefused."""
        found = TEXT.fullmatch(text)
        if found is None:
            raise FingerprintRefused("format")
        pdq, quality, sha256, md5 = found.groups()
        return cls(number, pdq, int(quality), sha256, md5)


def parse_all(texts: Sequence[str]) -> list[Fingerprint]:
    """The fingerprints of a form, numbered as shown, the same file counted once. Raises FingerprintRefused."""
    if len(texts) > MOST_PICTURES:
        raise FingerprintRefused("too_many")
    once: dict[str, str] = {}
    for text in texts:
        once.setdefault(Fingerprint.parse(text, 1).sha256, text)
    return [Fingerprint.parse(text, number) for number, text in enumerate(once.values(), 1)]
