"""Files that are not what they say, or say too much. Each with what becomes of it: "kept", "unreadable", "too_large"."""
import struct
import zlib
from collections.abc import Callable

import numpy as np
from PIL import Image, PngImagePlugin

from tests.cases.evidence.screenshots import Shot, as_bytes, draw

SMALL = (360, 720)


def shot() -> Image.Image:
    return draw(Shot(3, size=SMALL))


def chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))


def png_of_nothing(width: int, height: int) -> bytes:
    """Rows of zeros, which pack a thousandfold."""
    rows = zlib.compressobj(9)
    line = bytes(1 + width)
    packed = b"".join(rows.compress(line) for _ in range(height)) + rows.flush()
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", packed) + chunk(b"IEND", b"")


def claims(width: int, height: int) -> bytes:
    """A header that promises what is not there."""
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)) + chunk(b"IEND", b"")


def text_bomb() -> bytes:
    """A compressed comment of 200 MB."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(bytes(1 << 20)) for _ in range(200)) + packer.flush()
    whole = as_bytes(shot())
    return whole[:33] + chunk(b"zTXt", b"Comment\0\0" + packed) + whole[33:]


def profile_bomb() -> bytes:
    """The same as a colour profile."""
    packer = zlib.compressobj(9)
    packed = b"".join(packer.compress(bytes(1 << 20)) for _ in range(200)) + packer.flush()
    whole = as_bytes(shot())
    return whole[:33] + chunk(b"iCCP", b"P3\0\0" + packed) + whole[33:]


def telling() -> bytes:
    """Where and with what it was taken, in every place that a JPEG has for it."""
    exif = Image.Exif()
    exif[0x010F], exif[0x0112] = "SecretPhone", 6
    exif.get_ifd(0x8825)[2] = (31.0, 33.0, 12.0)
    return as_bytes(shot(), "JPEG", exif=exif.tobytes(), icc_profile=b"SecretProfile" * 2000, comment=b"SecretComment" * 200)


def deep() -> bytes:
    ramp = np.linspace(0, 65535, SMALL[0] * SMALL[1]).astype(np.uint16).reshape(SMALL[1], SMALL[0])
    return as_bytes(Image.fromarray(ramp))


def chatty() -> bytes:
    info = PngImagePlugin.PngInfo()
    for n in range(300):
        info.add_text(f"key{n}", "Secret words " * 40)
    return as_bytes(shot(), pnginfo=info)


def many_frames(form: str) -> bytes:
    frames = [draw(Shot(seed, size=SMALL)) for seed in range(3)]
    return as_bytes(frames[0], form, save_all=True, append_images=frames[1:])


def see_through() -> bytes:
    picture = shot().convert("RGBA")
    picture.putalpha(120)
    return as_bytes(picture)


def huge_photo() -> bytes:
    cells = np.random.default_rng(1).integers(0, 256, (60, 80, 3), dtype=np.uint8)
    return as_bytes(Image.fromarray(cells).resize((8000, 6000)), "JPEG", quality=60)


FILES: dict[str, tuple[Callable[[], bytes], str]] = {
    "a screenshot": (lambda: as_bytes(shot()), "kept"),
    "JPEG in grey": (lambda: as_bytes(shot().convert("L"), "JPEG"), "kept"),
    "CMYK": (lambda: as_bytes(shot().convert("CMYK"), "JPEG"), "kept"),
    "16 bits": (deep, "kept"),
    "palette": (lambda: as_bytes(shot().convert("P")), "kept"),
    "one bit": (lambda: as_bytes(shot().convert("1")), "kept"),
    "see-through": (see_through, "kept"),
    "animated WebP": (lambda: many_frames("WEBP"), "kept"),
    "animated PNG": (lambda: many_frames("PNG"), "kept"),
    "48 megapixels": (huge_photo, "kept"),
    "with EXIF, profile and comment": (telling, "kept"),
    "with many words": (chatty, "kept"),
    "with a page behind it": (lambda: as_bytes(shot(), "JPEG") + b"<html><script>alert(1)</script>", "kept"),
    "with an archive behind it": (lambda: as_bytes(shot()) + b"PK\x03\x04" + bytes(5000), "kept"),
    "cut off": (lambda: as_bytes(shot())[:9000], "unreadable"),
    "first bytes only": (lambda: as_bytes(shot(), "JPEG")[:20], "unreadable"),
    "PNG that is a page": (lambda: b"\x89PNG\r\n\x1a\n<html><body onload=alert(1)>", "unreadable"),
    "JPEG that is a GIF": (lambda: b"\xff\xd8\xff" + b"GIF89a" + bytes(500), "unreadable"),
    "RIFF that is a sound": (lambda: b"RIFF\x24\0\0\0WEBPfmt " + bytes(100), "unreadable"),
    "noise": (lambda: b"\x89PNG\r\n\x1a\n" + np.random.default_rng(2).bytes(50_000), "unreadable"),
    "one pixel": (lambda: as_bytes(Image.new("RGB", (1, 1))), "unreadable"),
    "an icon": (lambda: as_bytes(Image.new("RGB", (31, 31))), "unreadable"),
    "a comment of 200 MB": (text_bomb, "unreadable"),
    "100,000 × 1": (lambda: png_of_nothing(100_000, 1), "too_large"),
    "1 × 100,000": (lambda: png_of_nothing(1, 100_000), "too_large"),
    "a bomb of 400 megapixels": (lambda: png_of_nothing(20_000, 20_000), "too_large"),
    "a claim of 4 thousand million pixels": (lambda: claims(65_535, 65_535), "too_large"),
    "the largest that it takes, of nothing": (lambda: png_of_nothing(7_000, 7_000), "kept"),
    "the largest claim that it takes": (lambda: claims(7_000, 7_000), "unreadable"),
}
