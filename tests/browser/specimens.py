"""One file of every kind that a person may choose, made by code. EXACT: a browser gives the pixels that the server's rule gives.
NEAR: its decoder computes otherwise, with the most bits that may differ."""
import io
import struct
import zipfile
import zlib

import numpy as np
from PIL import Image

from tests.browser.files_step import PICTURES, encoded

PHOTO = PICTURES[6].resize((400, 304))


def turned(orientation: int, image: Image.Image = PHOTO) -> bytes:
    exif = Image.Exif()
    exif[0x0112] = orientation
    return encoded(image, "JPEG", quality=90, exif=exif)


def see_through() -> bytes:
    image = PICTURES[0].copy()
    image.putalpha(Image.radial_gradient("L").resize(image.size).point(lambda grey: 255 if grey < 120 else 0))
    return encoded(image)


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I", len(content)) + name + content + struct.pack(">I", zlib.crc32(name + content))


def sixteen_bit() -> bytes:
    """A PNG of 16 bits a channel, which Pillow does not write; a browser and Pillow keep the upper eight."""
    pixels = np.asarray(PHOTO).astype(">u2") * 257
    rows = b"".join(b"\0" + row.tobytes() for row in pixels)
    header = struct.pack(">IIBBBBB", PHOTO.width, PHOTO.height, 16, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")


def bomb(width: int, height: int) -> bytes:
    """A PNG of nothing but its measures: a few bytes that a browser would unpack to gigabytes."""
    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(bytes(width))) + chunk(b"IEND", b"")


def polyglot() -> bytes:
    """A picture and an archive in one file."""
    buffer = io.BytesIO(encoded(PICTURES[1], "JPEG"))
    with zipfile.ZipFile(buffer, "a") as archive:
        archive.writestr("a.txt", "a")
    return buffer.getvalue()


def moving(kind: str) -> bytes:
    buffer = io.BytesIO()
    extra = {"lossless": True} if kind == "WEBP" else {}
    PICTURES[1].save(buffer, kind, save_all=True, append_images=[PICTURES[3].resize(PICTURES[1].size)], duration=100, **extra)
    return buffer.getvalue()


EXACT = {
    "png": encoded(PICTURES[0]), "jpeg": encoded(PICTURES[1], "JPEG", quality=85),
    "progressive jpeg": encoded(PICTURES[6], "JPEG", progressive=True), "webp": encoded(PICTURES[2], "WEBP", lossless=True),
    "grey": encoded(PICTURES[4].convert("L")), "grey jpeg": encoded(PICTURES[4].convert("L"), "JPEG"),
    "palette": encoded(PICTURES[0].convert("P")), "see-through": see_through(),
    "profile": encoded(PICTURES[6], icc_profile=b"\0" * 200), "gif": encoded(PICTURES[1], "GIF"),
    "bmp": encoded(PICTURES[0], "BMP"), "moving gif": moving("GIF"), "moving png": moving("PNG"), "moving webp": moving("WEBP"),
    "sixteen bit": sixteen_bit(),
    **{f"turned {n}": turned(n) for n in range(1, 9)},
}
NEAR = {
    "cmyk": (encoded(PICTURES[0].convert("CMYK"), "JPEG"), 10), "lossy webp": (encoded(PICTURES[6], "WEBP", quality=70), 10),
    "avif": (encoded(PHOTO, "AVIF", quality=90), 10),
}
