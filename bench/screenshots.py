"""Which fingerprint finds the same screenshot again, and tells it from another screenshot of the same app (docs/evidence.md)."""
import io
import sys
from collections.abc import Callable
from dataclasses import replace

import imagehash
import numpy as np
from PIL import Image

from cases.hashing import pdq
from tests.cases.evidence.screenshots import Shot, draw, some

Hashes = dict[str, int]
Edit = Callable[[Shot, Image.Image], Image.Image]
LIMITS = {"pdq": 31, "phash": 8, "dhash": 10, "both": 20}


def jpeg(picture: Image.Image, quality: int) -> Image.Image:
    out = io.BytesIO()
    picture.save(out, "JPEG", quality=quality)
    return Image.open(out).convert("RGB")


def webp(picture: Image.Image) -> Image.Image:
    out = io.BytesIO()
    picture.save(out, "WEBP", quality=60)
    return Image.open(out).convert("RGB")


def cut(picture: Image.Image, top: float, bottom: float) -> Image.Image:
    return picture.crop((0, round(picture.height * top), picture.width, round(picture.height * (1 - bottom))))


EDITS: dict[str, Edit] = {
    "saved as JPEG, quality 30": lambda shot, picture: jpeg(picture, 30),
    "saved as WebP, quality 60": lambda shot, picture: webp(picture),
    "half the size, JPEG 60": lambda shot, picture: jpeg(picture.resize((picture.width // 2, picture.height // 2)), 60),
    "sent by a messenger (long side 1,600)": lambda shot, picture: jpeg(
        picture.resize((round(picture.width * 1600 / picture.height), 1600)), 75),
    "another time, another battery": lambda shot, picture: draw(replace(shot, clock="23:58", battery=9)),
    "status bar cut off": lambda shot, picture: cut(picture, 0.026, 0),
    "status and navigation bar cut off": lambda shot, picture: cut(picture, 0.026, 0.055),
    "cut to the conversation": lambda shot, picture: cut(picture, 0.1, 0.06),
    "dark mode": lambda shot, picture: draw(replace(shot, dark=True)),
}


def hashes(picture: Image.Image) -> Hashes:
    return {"pdq": int(pdq.compute(np.asarray(picture)).hex, 16), "phash": int(str(imagehash.phash(picture)), 16),
            "dhash": int(str(imagehash.dhash(picture)), 16)}


def between(a: Hashes, b: Hashes) -> Hashes:
    """Bits that differ, for each hash and for the two short ones together."""
    far = {kind: (a[kind] ^ b[kind]).bit_count() for kind in a}
    return far | {"both": far["phash"] + far["dhash"]}


def measure(count: int = 96) -> None:
    shots = some(count)
    pictures = [draw(shot) for shot in shots]
    known = [hashes(picture) for picture in pictures]
    print(f"{count} screenshots; bits changed, median / 95 % / most; found within the limit")
    for name, edit in EDITS.items():
        edited = [hashes(edit(shot, picture)) for shot, picture in zip(shots, pictures, strict=True)]
        report(name, [between(after, own) for after, own in zip(edited, known, strict=True)])
    pairs = [(i, j) for i in range(count) for j in range(i)]
    report("another screenshot", [between(known[i], known[j]) for i, j in pairs])
    report("another of the same app and kind", [between(known[i], known[j]) for i, j in pairs
                                                if (shots[i].app, shots[i].kind) == (shots[j].app, shots[j].kind)])


def report(name: str, far: list[Hashes]) -> None:
    print(f"{name:38}", end="")
    for kind, limit in LIMITS.items():
        bits = [each[kind] for each in far]
        low, middle, high = min(bits), int(np.median(bits)), max(bits)
        within = sum(each <= limit for each in bits) / len(bits)
        print(f" | {kind} {low:3} {middle:3} {int(np.percentile(bits, 95)):3} {high:3} {within:5.0%}", end="")
    print(flush=True)


if __name__ == "__main__":
    measure(int(sys.argv[1]) if len(sys.argv) > 1 else 96)
