"""The second, internal image signal: imagehash's 64-bit pHash. It outlives a crop of 2 % that PDQ does not.

Its margin is thin (copies lie within 8 bits, strangers from 16), and no platform takes it: it may suggest a look, never decide.
"""
import imagehash
from PIL import Image, ImageOps

SUGGEST_DISTANCE = 8     # bits of 64; at most this = worth a look


def from_image(image: Image.Image) -> str:
    """16 hex digits of the picture turned upright."""
    return str(imagehash.phash(ImageOps.exif_transpose(image).convert("RGB")))


def distance(a: str, b: str) -> int:
    """Bits in which two 16-digit hashes differ."""
    return int(imagehash.hex_to_hash(a) - imagehash.hex_to_hash(b))
