"""Videos made here, without a program for video. The picture inside a lossy WebP file is a key frame of VP8, and a WebM file
(Matroska, RFC 9559) of nothing but key frames is a video that browsers show and wind to any second."""
import io
import struct
from collections.abc import Sequence

from PIL import Image

SECOND = 1_000                           # milliseconds: Matroska's default scale


def sized(number: int, length: int = 8) -> bytes:
    """A length of EBML in so many bytes."""
    return (number | 1 << 7 * length).to_bytes(length, "big")


def element(name: str, *content: bytes) -> bytes:
    inside = b"".join(content)
    return bytes.fromhex(name) + sized(len(inside)) + inside


def whole(name: str, number: int) -> bytes:
    return element(name, number.to_bytes(8, "big"))


def frame(image: Image.Image) -> bytes:
    """A key frame: what lies in the VP8 part of the WebP."""
    buffer = io.BytesIO()
    image.convert("RGB").save(buffer, "WEBP", quality=90, method=0)
    content = buffer.getvalue()
    at = content.index(b"VP8 ")
    return content[at + 8:at + 8 + int.from_bytes(content[at + 4:at + 8], "little")]


def webm(images: Sequence[Image.Image], *, duration: bool = True, codec: str = "V_VP8") -> bytes:
    """Each picture for a second, all of one size. `duration`: whether the file says how long it is."""
    width, height = images[0].size
    info = element("1549a966", whole("2ad7b1", 1_000_000), element("4d80", b"tests"), element("5741", b"tests"),
                   *([element("4489", struct.pack(">d", len(images) * SECOND))] if duration else []))
    track = element("ae", whole("d7", 1), whole("73c5", 1), whole("83", 1), element("86", codec.encode()),
                    element("e0", whole("b0", width), whole("ba", height)))
    tracks = element("1654ae6b", track)
    clusters = [element("1f43b675", whole("e7", n * SECOND), element("a3", b"\x81\0\0\x80", frame(image)))
                for n, image in enumerate(images)]
    before = len(info) + len(tracks) + len(table([0] * len(clusters)))
    places = [before + sum(map(len, clusters[:n])) for n in range(len(clusters))]
    return HEADER + element("18538067", info, tracks, table(places), *clusters)


def table(places: Sequence[int]) -> bytes:
    """Where the picture of each second begins."""
    return element("1c53bb6b", *(element("bb", whole("b3", n * SECOND), element("b7", whole("f7", 1), whole("f1", place)))
                                 for n, place in enumerate(places)))


HEADER = element("1a45dfa3", whole("4286", 1), whole("42f7", 1), whole("42f2", 4), whole("42f3", 8), element("4282", b"webm"),
                 whole("4287", 2), whole("4285", 2))
