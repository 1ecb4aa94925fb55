"""What the phone sends instead of a picture. It comes from a stranger's browser, so every part is checked. Pure."""
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Self

from cases.hashing.pdq import MIN_QUALITY
from cases.hashing.variants import VARIANTS

MOST_PICTURES = 10
FEWEST_BITS, MOST_BITS = 64, 128         # set bits: half of 256 lie above the median, fewer only where many are equal
LONGEST = len(VARIANTS) * 65
TEXT = re.compile(rf"([0-9a-f]{{64}}):([0-9]{{1,3}}):([0-9a-f]{{64}}):([0-9a-f]{{32}})(?::([0-9a-f,]{{1,{LONGEST}}}))?", re.ASCII)
HASH = re.compile(r"[0-9a-f]{64}", re.ASCII)
HEX = {"pdq": 64, "sha256": 64, "md5": 32}


class FingerprintRefused(ValueError):
    """`code` is format, quality, pattern or too_many: what the reporter is told depends on it."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True)
class Fingerprint:
    """One picture: its number on the reporter's page, PDQ of what it shows, SHA-256 and MD5 of the file. Hex is lower-case.

    `variants`: PDQ of crops and mirrors of it, in the order of VARIANTS, "" where there is none; or none at all.
    """
    number: int
    pdq: str
    quality: int
    sha256: str
    md5: str
    variants: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        if not 1 <= self.number <= MOST_PICTURES:
            raise FingerprintRefused("too_many")
        if not all(re.fullmatch(rf"[0-9a-f]{{{digits}}}", getattr(self, part), re.ASCII) for part, digits in HEX.items()):
            raise FingerprintRefused("format")
        if not MIN_QUALITY <= self.quality <= 100:
            raise FingerprintRefused("quality")
        if len(self.variants) not in {0, len(VARIANTS)} or not all(map(HASH.fullmatch, filter(None, self.variants))):
            raise FingerprintRefused("format")
        if not all(FEWEST_BITS <= int(value, 16).bit_count() <= MOST_BITS for value in (self.pdq, *filter(None, self.variants))):
            raise FingerprintRefused("pattern")                  # all zero, or nothing that PDQ can give

    def __str__(self) -> str:
        own = f"{self.pdq}:{self.quality}:{self.sha256}:{self.md5}"
        return f"{own}:{','.join(self.variants)}" if self.variants else own

    def named(self) -> Iterator[tuple[str, str]]:
        """Name and PDQ of each variant that says something new: a picture may be its own mirror image."""
        seen = {self.pdq, ""}
        for name, value in zip(VARIANTS, self.variants, strict=False):
            if value not in seen:
                seen.add(value)
                yield name, value

    @classmethod
    def parse(cls, text: str, number: int) -> Self:
        """From "pdq:quality:sha256:md5[:variant,variant,…]", as `hash-worker.mjs` writes it. Raises FingerprintRefused."""
        found = TEXT.fullmatch(text)
        if found is None:
            raise FingerprintRefused("format")
        pdq, quality, sha256, md5, variants = found.groups()
        return cls(number, pdq, int(quality), sha256, md5, tuple(variants.split(",")) if variants else ())


def parse_all(texts: Sequence[str]) -> list[Fingerprint]:
    """The fingerprints of a form, numbered as shown, the same file counted once. Raises FingerprintRefused."""
    if len(texts) > MOST_PICTURES:
        raise FingerprintRefused("too_many")
    once: dict[str, Fingerprint] = {}
    for text in texts:
        one = Fingerprint.parse(text, 1)
        once.setdefault(one.sha256, one)
    return [replace(one, number=number) for number, one in enumerate(once.values(), 1)]
