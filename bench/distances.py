"""How far thirteen edits move a picture's hash: PDQ, the nearest of PDQ's eight turns and mirror images, pHash and dHash.

Cells: median distance and, in brackets, how many are still found: at most 31 bits of 256, at most 8 of 64. Last line: the closest
pair of different pictures, which is what a limit has to stay below.
"""
from collections.abc import Callable
from itertools import combinations

import imagehash
import numpy as np
import pdqhash

from bench import Figure, edits
from bench.edits import Bits, Edit, Picture

NAME = "distances"
FIGURES = ("pdq_edits_found", "phash_edits_found")
EDITS: dict[str, Edit] = {
    "resize to 50 %": edits.scaled(.5), "JPEG 30": edits.jpeg(30), "crop, 2 % of every side": edits.both(.02),
    "crop, 5 %": edits.both(.05), "crop, 10 %": edits.both(.10), "mirror": edits.mirrored, "rotate 3°": edits.rotated(3),
    "rotate 90°": edits.rotated(90), "caption box": edits.captioned, "brightness × 1.4": edits.brighter, "grey": edits.grey,
    "bars above and below": edits.letterboxed, "screenshot of a post": edits.screenshot,
}
HASHES: dict[str, tuple[Callable[[Picture], list[Bits]], int]] = {       # the first is that of the picture as it is; limit
    "PDQ": (lambda image: [edits.pdq(image)], 31),
    "PDQ, 8 turns": (lambda image: [np.asarray(one, bool) for one in pdqhash.compute_dihedral(np.asarray(image))[0]], 31),
    "pHash": (lambda image: [imagehash.phash(image).hash.ravel()], 8),
    "dHash": (lambda image: [imagehash.dhash(image).hash.ravel()], 8),
}


def run() -> dict[str, Figure]:
    pictures = edits.held_out()
    cells, found, closest = dict[tuple[str, str], str](), dict[str, float](), dict[str, int]()
    for which, (make, limit) in HASHES.items():
        known = [make(image) for image in pictures]
        closest[which], shares = min(far(a, b[0]) for a, b in combinations(known, 2)), list[float]()
        for name, edit in EDITS.items():
            bits = np.array([far(mine, make(edit(image))[0]) for mine, image in zip(known, pictures, strict=True)])
            shares.append(float((bits <= limit).mean()))
            cells[name, which] = f"{np.median(bits):g} [{100 * shares[-1]:.0f}%]"
        found[which] = round(float(np.mean(shares)), 2)
    lines = [[name, *(cells[name, which] for which in HASHES)] for name in EDITS]
    for first, *rest in [["", *HASHES], *lines, ["closest different pair", *map(str, closest.values())]]:
        print(f"{first:<26}" + "".join(f"{cell:>16}" for cell in rest))
    what = f"of {len(EDITS)} edits of {len(pictures)} pictures"
    return {"pdq_edits_found": Figure(found["PDQ"], "", f"{what}, at 31 bits of 256"),
            "phash_edits_found": Figure(found["pHash"], "", f"{what}, at 8 bits of 64; closest pair {closest['pHash']}")}


def far(known: list[Bits], copy: Bits) -> int:
    return min(int((one != copy).sum()) for one in known)
