"""What the phone sends instead of a picture. It comes from a stranger's browser, so every part is checked. Pure."""
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Self

from cases.hashing.refused import MOST_FILES as MOST_PICTURES, FingerprintRefused, check_bits, check_hex, check_number, check_pdq
from cases.hashing.variants import VARIANTS, tied
from cases.hashing.video import PREFIX, VideoFingerprint

__all__ = ["MOST_PICTURES", "AnyFingerprint", "Fingerprint", "FingerprintRefused", "VideoFingerprint", "parse_all"]
LONGEST = len(VARIANTS) * 65
TEXT = re.compile(rf"([0-9a-f]{{64}}):([0-9]{{1,3}}):([0-9a-f]{{64}}):([0-9a-f]{{32}})(?::([0-9a-f,]{{1,{LONGEST}}}))?", re.ASCII)


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
        check_number(self.number)
        check_hex(self.sha256, 64)
        check_hex(self.md5, 32)
        check_pdq(self.pdq, self.quality)
        if len(self.variants) not in {0, len(VARIANTS)}:
            raise FingerprintRefused("format")
        for value in filter(None, self.variants):
            check_bits(value)

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
        """From "pdq:quality:sha256:md5[:variant,variant,…]", as `hash-worker.mjs` writes it; without variants that cannot be of
        that picture. Raises FingerprintRefused."""
        found = TEXT.fullmatch(text)
        if found is None:
            raise FingerprintRefused("format")
        pdq, quality, sha256, md5, variants = found.groups()
        told = cls(number, pdq, int(quality), sha256, md5, tuple(variants.split(",")) if variants else ())
        return replace(told, variants=tied(pdq, told.variants)) if told.variants else told


AnyFingerprint = Fingerprint | VideoFingerprint


def parse(text: str, number: int) -> AnyFingerprint:
    """Of a picture or of a video. Raises FingerprintRefused."""
    return VideoFingerprint.parse(text, number) if text.startswith(PREFIX) else Fingerprint.parse(text, number)


def parse_all(texts: Sequence[str]) -> list[AnyFingerprint]:
    """The fingerprints of a form, numbered as shown, the same file counted once. Raises FingerprintRefused."""
    if len(texts) > MOST_PICTURES:
        raise FingerprintRefused("too_many")
    once: dict[str, AnyFingerprint] = {}
    for place, text in enumerate(texts):
        try:
            one = parse(text, 1)
        except FingerprintRefused as error:
            error.place = place
            raise
        once.setdefault(one.sha256, one)
    return [replace(one, number=number) for number, one in enumerate(once.values(), 1)]
