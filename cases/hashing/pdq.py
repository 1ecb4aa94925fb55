"""PDQ, the 256-bit perceptual hash that platforms exchange for pictures. Pure: numpy and Pillow, no framework.

The algorithm is published (facebook/ThreatExchange, pdq/): luma, two passes of a box blur, 64 × 64 samples, the low 16 × 16
of their cosine transform, one bit per coefficient above the median. Sums are single precision and in the reference's
order, so equal pixels give equal hashes here, in `static/js/pdq.mjs` and in every platform's own copy.
"""
import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageOps

MATCH_DISTANCE = 31      # bits; at most this = the same picture
MIN_QUALITY = 50         # 0 … 100; flatter pictures hash alike
FEWEST_BITS = 64         # set, of 256: half lie above the median, fewer where many coefficients are equal, as in plain stripes
SMALLEST = 5             # pixels a side; below, there is nothing to hash

Floats = NDArray[np.float32]
SCALE = float(np.float32(math.sqrt(2 / 64)))
DCT = np.array([[SCALE * math.cos(math.pi / 2 / 64 * (i + 1) * (2 * j + 1)) for j in range(64)]      # rows 1 … 16 of 64:
                for i in range(16)], dtype=np.float32)                                              # row 0 is the mean


@dataclass(frozen=True)
class Pdq:
    hex: str             # 64 lower-case digits, highest coefficient first
    quality: int         # 0 … 100

    @property
    def usable(self) -> bool:
        """Whether the picture can be told from others by it."""
        return self.quality >= MIN_QUALITY and int(self.hex, 16).bit_count() >= FEWEST_BITS


def distance(a: str, b: str) -> int:
    """Bits in which two 64-digit hex hashes differ."""
    return (int(a, 16) ^ int(b, 16)).bit_count()


def from_image(image: Image.Image) -> Pdq:
    """Hash a decoded picture as the phone does."""
    return compute(pixels(image))


def pixels(image: Image.Image) -> NDArray[np.uint8]:
    """Of shape (rows, columns, 3): turned upright, colour profile ignored, see-through parts on white."""
    upright = ImageOps.exif_transpose(image)
    if upright.has_transparency_data:
        upright = Image.alpha_composite(Image.new("RGBA", upright.size, "white"), upright.convert("RGBA"))
    return np.asarray(upright.convert("RGB"))


def compute(rgb: NDArray[np.uint8]) -> Pdq:
    """Hash pixels of shape (rows, columns, 3)."""
    if min(rgb.shape[:2]) < SMALLEST:
        return Pdq("0" * 64, 0)
    return from_samples(_samples(luma(rgb)))


def from_samples(samples: Floats) -> Pdq:
    """Of the 64 × 64 samples of a blurred picture."""
    return Pdq(_bits(_cosines(samples)), _quality(samples))


def luma(rgb: NDArray[np.uint8]) -> Floats:
    """Brightness, worked out in double precision and rounded once."""
    bright: NDArray[np.float64] = rgb[..., 0] * 0.299 + rgb[..., 1] * 0.587 + rgb[..., 2] * 0.114
    return bright.astype(np.float32)


def _samples(grey: Floats) -> Floats:
    """64 × 64 samples at the centres of a grid laid over the blurred picture."""
    rows, cols = grey.shape
    if (rows, cols) == (64, 64):
        return grey
    blurred = np.ascontiguousarray(grey.T)
    for _ in range(2):
        across = np.ascontiguousarray(_blur(blurred, (cols + 127) // 128).T)
        blurred = np.ascontiguousarray(_blur(across, (rows + 127) // 128).T)
    centres = np.arange(64) + 0.5
    return blurred.T[np.ix_((centres * rows / 64).astype(int), (centres * cols / 64).astype(int))]


def _blur(lines: Floats, window: int) -> Floats:
    """Mean over `window` lines around each, along the first axis. A running sum, because rounding must match the reference."""
    count, ahead = len(lines), (window + 2) // 2
    total, blurred = np.zeros_like(lines[0]), np.empty_like(lines)
    for i in range(min(ahead - 1, count)):
        total += lines[i]
    for i in range(count):
        first, last = i + ahead - 1 - window, i + ahead - 1
        if last < count:
            total += lines[last]
        if first >= 0:
            total -= lines[first]
        np.divide(total, np.float32(min(last, count - 1) - max(first, -1)), out=blurred[i])
    return blurred


def _cosines(samples: Floats) -> Floats:
    """The 16 × 16 lowest frequencies, each sum taken term by term as the reference does."""
    across, both = np.zeros((16, 64), np.float32), np.zeros((16, 16), np.float32)
    for k in range(64):
        across += DCT[:, k, None] * samples[k]
    for k in range(64):
        both += across[:, k, None] * DCT[:, k]
    return both


def _bits(cosines: Floats) -> str:
    flat = cosines.ravel()
    above = flat > np.sort(flat)[127]                                     # the lower median
    return np.packbits(above[::-1]).tobytes().hex()


def _quality(samples: Floats) -> int:
    """How much the samples differ from their neighbours, 0 … 100; near 0 for a flat picture."""
    steps = (samples[:-1] - samples[1:], samples[:, :-1] - samples[:, 1:])
    total = sum(int(np.abs((step * np.float32(100) / np.float32(255)).astype(np.int32)).sum()) for step in steps)
    return min(100, total // 90)
