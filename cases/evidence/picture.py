"""What is done to one hostile file: decoded, hashed, and painted anew without anything but its pixels; and how a picture is
covered for the desk. Pure: Pillow and numpy.

Runs inside the sandbox only (inside.py). Whatever a file carries besides pixels (EXIF, GPS, ICC, text, thumbnails, another
format glued to its end, further frames) is left behind, because only pixels are copied.
"""
import io
from dataclasses import dataclass, field

import imagehash
import numpy as np
from PIL import Image, ImageFilter, ImageOps

from cases.hashing import pdq, variants

FORMATS = ("PNG", "JPEG", "WEBP")
MOST_PIXELS = 50_000_000         # the largest photographs of phones
LONGEST_SIDE = 32_000            # pixels; scrolled screenshots are long
SMALLEST_SIDE = 32               # below, there is nothing to see
HASHED_PIXELS = 12_000_000       # more are first averaged in whole blocks, or memory decides
KEPT_WIDTH = 1_600               # of the shorter side: text of 1,080 pixels wide screenshots stays as it is
KEPT_LENGTH = 12_000             # of the longer side; WebP ends at 16,383
QUALITY = 80
LEFT = 20                        # of a blurred one, pixels of the longer side that are left: a chat can be told from a photograph
SHOWN = 480                      # of the longer side, blown up again
SOFT = 12                        # radius in pixels, so that no blocks stand out
DEVELOP, BLUR, GREY = b"d", b"b", b"g"       # what a sandbox's child is asked for


class Unreadable(Exception):
    """Nothing to keep. `why`: "unreadable" or "too_large" (Evidence.Why)."""

    def __init__(self, why: str = "unreadable") -> None:
        super().__init__(why)
        self.why = why


@dataclass(frozen=True)
class Developed:
    """`width`, `height`: of what arrived, upright. `content`: WebP. Hashes as lower-case hex.

    `inside`: PDQ of what bars or a frame surround, to be compared and not kept: a picture as a phone's gallery shows it. Else "".
    """
    width: int
    height: int
    pdq: str
    quality: int
    phash: str
    dhash: str
    inside: str = ""
    content: bytes = field(repr=False, default=b"")


def develop(content: bytes) -> Developed:
    """Raises Unreadable; and, being fed by strangers, whatever Pillow and the machine's limits raise."""
    try:
        with Image.open(io.BytesIO(content), formats=FORMATS) as opened:
            check_size(*opened.size)
            picture = pixels(opened)
    except Image.DecompressionBombError as error:
        raise Unreadable("too_large") from error
    hashed = reduced(picture)
    rgb = np.asarray(hashed)
    signal = pdq.compute(rgb)
    kept = shrunk(picture)
    return Developed(*picture.size, pdq=signal.hex, quality=signal.quality, phash=str(imagehash.phash(hashed)),
                     dhash=str(imagehash.dhash(hashed)), inside=variants.of_inside(rgb), content=painted(kept))


def blurred(content: bytes) -> bytes:
    """JPEG of a few coloured clouds. Nothing sharper can be got out of it, as nothing else is in it."""
    few = reopened(content).convert("RGB")
    few.thumbnail((LEFT, LEFT), Image.Resampling.BOX, reducing_gap=None)
    scale = SHOWN / max(few.size)
    large = few.resize((round(few.width * scale), round(few.height * scale)), Image.Resampling.BICUBIC)
    return written(large.filter(ImageFilter.GaussianBlur(SOFT)), "JPEG")


def grey(content: bytes) -> bytes:
    """WebP without colour: less of it gets under the skin."""
    return written(ImageOps.grayscale(reopened(content)), "WEBP")


def reopened(content: bytes) -> Image.Image:
    """What was kept: the child that painted it may have been taken over, so nothing is believed of it either."""
    picture = Image.open(io.BytesIO(content), formats=("WEBP",))
    if picture.width * picture.height > MOST_PIXELS:
        raise Unreadable("too_large")
    return picture


def written(picture: Image.Image, kind: str) -> bytes:
    out = io.BytesIO()
    picture.save(out, kind, quality=QUALITY)
    return out.getvalue()


def check_size(width: int, height: int) -> None:
    """By what the header claims, before anything is decoded."""
    if max(width, height) > LONGEST_SIDE or width * height > MOST_PIXELS:
        raise Unreadable("too_large")
    if min(width, height) < SMALLEST_SIDE:
        raise Unreadable


def pixels(opened: Image.Image) -> Image.Image:
    """The first frame as RGB, upright, see-through parts on white, colour profile ignored: as the phone hashes pictures."""
    upright = ImageOps.exif_transpose(opened)
    if upright.mode.startswith("I;16"):                      # 16 bits a pixel: Pillow would cut them off at white
        upright = Image.fromarray((np.asarray(upright) >> 8).astype(np.uint8))
    if upright.has_transparency_data:
        upright = upright.convert("RGBA")
        upright = Image.alpha_composite(Image.new("RGBA", upright.size, "white"), upright)
    return upright.convert("RGB")


def reduced(picture: Image.Image) -> Image.Image:
    """Small enough to hash. Whole blocks are averaged, which is what PDQ begins with anyway."""
    factor = 1
    while picture.width * picture.height > HASHED_PIXELS * factor * factor:
        factor += 1
    return picture.reduce(factor) if factor > 1 else picture


def shrunk(picture: Image.Image) -> Image.Image:
    """At most KEPT_WIDTH × KEPT_LENGTH, either way round."""
    short, long = sorted(picture.size)
    scale = min(1.0, KEPT_WIDTH / short, KEPT_LENGTH / long)
    if scale == 1.0:
        return picture
    size = max(1, round(picture.width * scale)), max(1, round(picture.height * scale))
    return picture.resize(size, Image.Resampling.LANCZOS, reducing_gap=3.0)


def painted(picture: Image.Image) -> bytes:
    """WebP of the pixels and of nothing else: a picture made of bytes has no memory of its file."""
    clean = Image.frombytes("RGB", picture.size, picture.tobytes())
    out = io.BytesIO()
    clean.save(out, "WEBP", quality=QUALITY, method=4)
    return out.getvalue()
