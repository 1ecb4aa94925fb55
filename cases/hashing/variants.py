"""Crops and mirror images of a picture, each with a PDQ of its own: PDQ itself does not survive a crop of two per cent.

The same arithmetic as `static/js/variants.mjs`, number for number; it gives what PDQ gives for cropped or mirrored pixels: the
two blurs and the 64 × 64 samples of PDQ are sums with fixed weights, so all variants are summed up from the same rows as they
come, at a fraction of what as many hashes cost. Which crops: measured by bench/variants.py, shown in docs/hashing.md. Pure.
"""
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np
from numpy.typing import NDArray

from cases.hashing.pdq import MATCH_DISTANCE, SMALLEST, Floats, distance, from_samples, luma

SIDE = 64                               # samples each way
PLAIN, LEVELS = 0.75, 5                 # a row is plain if so much of it lies within so many neighbouring shades
FLAT = 8                                # shades by which a plain column may vary: JPEG leaves a seam
SPLIT = 256                             # a plain stripe of more than a 256th of the height ends what is inside
ODD_COLUMNS = int("5" * 64, 16)         # of PDQ's bits
LEAST_HIGH, LEAST_WIDE, MOST = 5, 4, 0.9       # inside is at least a fifth high, a quarter wide; with hardly any frame it is all


@dataclass(frozen=True)
class Cut:
    """What is taken off each side, in thousandths of it; of the mirror image if `mirrored`."""
    left: int = 0
    top: int = 0
    right: int = 0
    bottom: int = 0
    mirrored: bool = False


def centre(cut: int, *, mirrored: bool = False) -> Cut:
    return Cut(cut, cut, cut, cut, mirrored)


# In the order in which the phone sends them. `inside` is what a frame or the bars of a screenshot surround, there only if they
# do; all others are then of it instead of the whole.
VARIANTS: dict[str, Cut] = {
    "inside": Cut(),
    "crop-2.5": centre(25), "crop-4": centre(40), "crop-6": centre(60), "crop-8": centre(80), "crop-9.5": centre(95),
    "mirror": Cut(mirrored=True), "mirror-crop-3.5": centre(35, mirrored=True), "mirror-crop-6": centre(60, mirrored=True),
    "mirror-crop-9": centre(90, mirrored=True),
    "top-6": Cut(top=60), "top-12": Cut(top=120), "bottom-6": Cut(bottom=60), "bottom-12": Cut(bottom=120),
    "top-bottom-7": Cut(top=70, bottom=70),
}

MIRRORED, CENTRED, SIDED = 48, 72, 96   # bits by which a variant may differ from its neighbour; measured, docs/hashing.md
NEIGHBOURS: dict[str, tuple[str, int]] = {
    "crop-2.5": ("whole", CENTRED), "crop-4": ("crop-2.5", CENTRED), "crop-6": ("crop-4", CENTRED), "crop-8": ("crop-6", CENTRED),
    "crop-9.5": ("crop-8", CENTRED),
    "mirror": ("whole", MIRRORED), "mirror-crop-3.5": ("crop-4", MIRRORED), "mirror-crop-6": ("crop-6", MIRRORED),
    "mirror-crop-9": ("crop-9.5", MIRRORED),
    "top-6": ("whole", SIDED), "top-12": ("top-6", SIDED), "bottom-6": ("whole", SIDED), "bottom-12": ("bottom-6", SIDED),
    "top-bottom-7": ("crop-4", SIDED),
}


@dataclass(frozen=True)
class Box:
    """Part of a picture, in pixels."""
    left: int
    top: int
    width: int
    height: int


def of(rgb: NDArray[np.uint8]) -> list[str]:
    """The variants of pixels of shape (rows, columns, 3), in the order of VARIANTS; "" where there is none: it is too flat."""
    grey = luma(rgb)
    part = surrounded(grey)
    return [hashed(grey if part is None else part, cut) if part is not None or name != "inside" else ""
            for name, cut in VARIANTS.items()]


def of_inside(rgb: NDArray[np.uint8]) -> str:
    """That of `inside` alone; "" where nothing is surrounded, or it is too flat."""
    part = surrounded(luma(rgb))
    return "" if part is None else hashed(part, VARIANTS["inside"])


def tied(own: str, values: Sequence[str]) -> tuple[str, ...]:
    """Of what somebody calls the variants of a picture, those that can be; "" for the others. `own` is the picture's PDQ.

    Each must be near its neighbour of those kept (`NEIGHBOURS`, or the neighbour's neighbour where that is missing; mirror images
    turned back first), and no copy of the picture itself, which is found without it. What a frame surrounds may be anything.
    """
    kept: dict[str, str] = {}
    upright = {"whole": own}
    for name, value in zip(VARIANTS, values, strict=True):
        seen = turned(value) if value and VARIANTS[name].mirrored else value
        if not value or distance(own, value) <= MATCH_DISTANCE or not _near(name, seen, upright):
            continue
        kept[name] = value
        upright["whole" if name == "inside" else name] = seen
    return tuple(kept.get(name, "") for name in VARIANTS)


def _near(name: str, value: str, others: dict[str, str]) -> bool:
    if name not in NEIGHBOURS:
        return True
    neighbour, most = NEIGHBOURS[name]
    while neighbour not in others:
        neighbour, _ = NEIGHBOURS[neighbour]
    return distance(value, others[neighbour]) <= most


def turned(pdq: str) -> str:
    """Nearly the PDQ of the mirror image: every other column of the cosine transform changes its sign."""
    return f"{int(pdq, 16) ^ ODD_COLUMNS:064x}"


def surrounded(grey: Floats) -> Floats | None:
    box = inside(grey)
    return None if box is None else grey[box.top:box.top + box.height, box.left:box.left + box.width]


def hashed(grey: Floats, cut: Cut) -> str:
    """PDQ of what the cut leaves, in hex; "" if that is too small or too flat."""
    rows, columns = grey.shape
    sides = (rows * cut.top + 500) // 1000, (rows * cut.bottom + 500) // 1000
    across = (columns * cut.left + 500) // 1000, (columns * cut.right + 500) // 1000
    part = grey[sides[0]:rows - sides[1], across[0]:columns - across[1]]
    if min(part.shape) < SMALLEST:
        return ""
    found = from_samples(samples(part[:, ::-1] if cut.mirrored else part))
    return found.hex if found.usable else ""


def samples(grey: Floats) -> Floats:
    """PDQ's 64 × 64 samples, summed in double precision and in the order in which rows and pixels come."""
    across, down = np.zeros((len(grey), SIDE)), np.zeros((SIDE, SIDE))
    first, weights = axis(grey.shape[1])
    for step in range(weights.shape[1]):
        across += weights[:, step] * grey[:, np.minimum(first + step, grey.shape[1] - 1)]
    first, weights = axis(len(grey))
    for step in range(weights.shape[1]):
        down += weights[:, step, None] * across[np.minimum(first + step, len(grey) - 1)]
    return down.astype(np.float32)


@cache
def axis(length: int) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """For each sample along a side the first pixel that counts for it, and how much each from there on does."""
    found = list(_weights(length))
    weights = np.zeros((SIDE, max(len(of_one) for _, of_one in found)))
    for row, (_, of_one) in zip(weights, found, strict=True):
        row[:len(of_one)] = of_one
    return np.array([first for first, _ in found]), weights


def _weights(length: int) -> Iterator[tuple[int, list[float]]]:
    """A blur is the mean of the pixels around; here of means of those around them."""
    window = (length + 127) // 128
    ahead = (window + 2) // 2 - 1

    def around(i: int) -> range:
        return range(max(i + ahead - window + 1, 0), min(i + ahead, length - 1) + 1)

    for j in range(SIDE):
        near = around(int((j + 0.5) * length / SIDE))
        first = around(near[0])[0]
        weights = [0.0] * (around(near[-1])[-1] + 1 - first)
        for k in near:
            each = 1 / (len(near) * len(around(k)))
            for i in around(k):
                weights[i - first] += each
        yield first, weights


def inside(grey: Floats) -> Box | None:
    """What a frame surrounds: the highest stretch of rows that are not plain, without plain columns left and right of it.

    The bars of a phone's screenshot are plain rows too: a few signs on one shade. None: nothing like a frame is there.
    """
    rows, columns = grey.shape
    shades = grey.astype(np.intp) + 256 * np.arange(rows)[:, None]
    counts = np.bincount(shades.ravel(), minlength=256 * rows).reshape(rows, 256)
    within = np.lib.stride_tricks.sliding_window_view(counts, LEVELS, axis=1).sum(axis=2).max(axis=1)
    gap = max(1, rows // SPLIT)
    top, bottom = max(_stretches(within < PLAIN * columns, gap), key=lambda one: one[1] - one[0], default=(0, 0))
    stretch = grey[top:bottom + gap]
    wide = np.flatnonzero(np.ptp(stretch, axis=0) > FLAT) if top < bottom else np.empty(0, np.intp)
    if not len(wide):
        return None
    box = Box(int(wide[0]), top, int(wide[-1] - wide[0]) + 1, bottom - top)
    fits = box.height * LEAST_HIGH >= rows and box.width * LEAST_WIDE >= columns
    return box if fits and box.width * box.height <= MOST * rows * columns else None


def _stretches(busy: NDArray[np.bool_], gap: int) -> Iterator[tuple[int, int]]:
    """From where to where rows are busy, stripes of fewer than `gap` others left out of account."""
    places = np.flatnonzero(busy)
    for stretch in np.split(places, np.flatnonzero(np.diff(places) > gap) + 1):
        if len(stretch):
            yield int(stretch[0]), int(stretch[-1]) + 1
