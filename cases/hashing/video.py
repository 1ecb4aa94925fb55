"""What the phone sends instead of a video: the file's own codes, and PDQ of pictures out of it with their times. Pure.

A list of frames is vPDQ's list (ThreatExchange, vpdq/README.md: quality, hash, timestamp), with two differences: at most 60, and
only those good enough to be compared, which vPDQ leaves out when it compares.
"""
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Self

from cases.hashing.refused import FingerprintRefused, check_hex, check_number, check_pdq

PREFIX = "video:"
MOST_FRAMES = 60
LATEST = 24 * 3600 * 1000                # milliseconds: nobody's video is longer than a day
FRAME = re.compile(r"([0-9]{1,8})\.([0-9]{1,3})\.([0-9a-f]{64})", re.ASCII)
TEXT = re.compile(r"video:([0-9a-f]{64}):([0-9a-f]{32}):([0-9a-f.,]*)", re.ASCII)
SAME_SHARE = 80
"""Two videos are one when so many of a hundred frames of either are found in the other, as python-threatexchange compares two
vPDQ lists (video_vpdq.py, VPDQ_CONFIDENT_MATCH_THRESHOLD, of the higher share). Saved again a video keeps 96 and more, eight
seconds cut out of one 88; what two videos have in common because an app put its card at the end of both stays far below."""


@dataclass(frozen=True)
class FrameHash:
    """A picture out of a video: when it is shown, in milliseconds, and its PDQ and quality."""
    at_ms: int
    pdq: str
    quality: int

    def __post_init__(self) -> None:
        if not 0 <= self.at_ms <= LATEST:
            raise FingerprintRefused("format")
        check_pdq(self.pdq, self.quality)

    def __str__(self) -> str:
        return f"{self.at_ms}.{self.quality}.{self.pdq}"

    @classmethod
    def parse(cls, text: str) -> Self:
        """From "milliseconds.quality.pdq". Raises FingerprintRefused."""
        found = FRAME.fullmatch(text)
        if found is None:
            raise FingerprintRefused("format")
        at_ms, quality, pdq = found.groups()
        return cls(int(at_ms), pdq, int(quality))


@dataclass(frozen=True)
class VideoFingerprint:
    """One video: its number on the reporter's page, SHA-256 and MD5 of the file, and frames in the order of time; none, where
    the browser could not show it."""
    number: int
    sha256: str
    md5: str
    frames: tuple[FrameHash, ...] = ()

    def __post_init__(self) -> None:
        check_number(self.number)
        check_hex(self.sha256, 64)
        check_hex(self.md5, 32)
        times = [frame.at_ms for frame in self.frames]
        if len(times) > MOST_FRAMES or times != sorted(set(times)):
            raise FingerprintRefused("format")

    def __str__(self) -> str:
        return f"{PREFIX}{self.sha256}:{self.md5}:{','.join(map(str, self.frames))}"

    @classmethod
    def parse(cls, text: str, number: int) -> Self:
        """From "video:sha256:md5:frame,frame…", as `static/js/video.mjs` writes it. Raises FingerprintRefused."""
        found = TEXT.fullmatch(text)
        if found is None:
            raise FingerprintRefused("format")
        sha256, md5, listed = found.groups()
        texts = listed.split(",") if listed else []
        if len(texts) > MOST_FRAMES:
            raise FingerprintRefused("format")
        return cls(number, sha256, md5, tuple(FrameHash.parse(each) for each in texts))


def as_vpdq(frames: Sequence[FrameHash]) -> str:
    """The list as python-threatexchange reads it (extensions/vpdq/vpdq_util.py): JSON of texts "hash,quality,seconds", which need
    no number of the frame in the video: a browser does not tell it."""
    return json.dumps([f"{frame.pdq},{frame.quality},{frame.at_ms / 1000:.3f}" for frame in frames])


def share(found: int, of: int) -> int:
    """How many of a hundred frames were found, rounded down."""
    return 100 * found // of if of else 0
