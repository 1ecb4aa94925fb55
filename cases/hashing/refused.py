"""What is refused of anything that claims to be a fingerprint, of a picture or of a video's frame. Pure."""
import re

from cases.hashing.pdq import FEWEST_BITS, MIN_QUALITY

MOST_FILES = 10                          # of one report
MOST_BITS = 128                          # set bits: no more than half of 256 lie above the median


class FingerprintRefused(ValueError):
    """`code` is format, quality, pattern or too_many: what the reporter is told depends on it. `place`: of several, from 0."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
        self.place: int | None = None


def check_number(number: int) -> None:
    if not 1 <= number <= MOST_FILES:
        raise FingerprintRefused("too_many")


def check_hex(value: str, digits: int) -> None:
    if not re.fullmatch(rf"[0-9a-f]{{{digits}}}", value, re.ASCII):
        raise FingerprintRefused("format")


def check_bits(pdq: str) -> None:
    """64 lower-case hex digits that a picture with something in it can give."""
    check_hex(pdq, 64)
    if not FEWEST_BITS <= int(pdq, 16).bit_count() <= MOST_BITS:
        raise FingerprintRefused("pattern")                      # all zero, or nothing that PDQ can give


def check_pdq(pdq: str, quality: int) -> None:
    check_hex(pdq, 64)
    if not MIN_QUALITY <= quality <= 100:
        raise FingerprintRefused("quality")
    check_bits(pdq)
