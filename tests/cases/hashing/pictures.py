"""Harmless pictures made by code: shapes, noise fields, fractals, text, clouds. For tests and benchmarks of hashing.

`pictures()` yields (name, RGB picture) in many sizes, odd ones and long ones too; the same on every machine.
"""
from collections.abc import Callable, Iterator, Sequence
from itertools import islice

import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

SIZES = [(640, 480), (481, 643), (1200, 400), (333, 999), (64, 64), (1024, 1024), (127, 129), (800, 601), (1500, 1125), (97, 71)]
LARGE = [(1600, 1200), (1201, 1607), (2400, 800), (1100, 2000), (1536, 1536), (2048, 1152), (1333, 1777)]
Field = NDArray[np.float64]


def cloud(rng: np.random.Generator, width: int, height: int, rough: float = 1.7) -> Field:
    """Plasma: noise with a falling spectrum, 0 … 1; much like the light and shade of a photograph."""
    fx, fy = np.fft.rfftfreq(width)[None, :], np.fft.fftfreq(height)[:, None]
    power = np.maximum(np.hypot(fx, fy), 1 / max(width, height)) ** -rough
    field = np.fft.irfft2(np.fft.rfft2(rng.standard_normal((height, width))) * power, (height, width))
    return np.asarray((field - field.min()) / np.ptp(field))


def image(*channels: Field) -> Image.Image:
    return Image.fromarray((np.dstack(channels) * 255).round().astype(np.uint8), "RGB")


def plasma(rng: np.random.Generator, width: int, height: int) -> Image.Image:
    return image(*(cloud(rng, width, height, rng.uniform(1.2, 1.9)) for _ in "rgb"))


def noise(rng: np.random.Generator, width: int, height: int) -> Image.Image:
    cells = rng.integers(0, 256, (rng.integers(8, 24), rng.integers(8, 24), 3), dtype=np.uint8)
    return Image.fromarray(cells, "RGB").resize((width, height), Image.Resampling.BICUBIC)


def gradients(rng: np.random.Generator, width: int, height: int) -> Image.Image:
    x, y = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    waves = [0.5 + 0.5 * np.sin(2 * np.pi * (a * x + b * y + 3 * x * y) + c) for a, b, c in rng.uniform(2, 9, (3, 3))]
    return image(*waves)


def shapes(rng: np.random.Generator, width: int, height: int) -> Image.Image:
    canvas = Image.new("RGB", (width, height), tuple(int(v) for v in rng.integers(0, 256, 3)))
    draw = ImageDraw.Draw(canvas)
    for _ in range(60):
        (x, y), (w, h) = rng.uniform(0, 1, 2) * (width, height), rng.uniform(0.05, 0.35, 2) * (width, height)
        form = draw.ellipse if rng.random() < 0.5 else draw.rectangle
        form((x, y, x + w, y + h), fill=tuple(int(v) for v in rng.integers(0, 256, 3)))
    return canvas


def fractal(rng: np.random.Generator, width: int, height: int) -> Image.Image:
    x, y = np.meshgrid(np.linspace(-1.1, 1.6, width), np.linspace(-0.7, 1.2, height))       # off centre: not symmetric
    z, c, depth = x + 1j * y, complex(rng.uniform(-0.8, 0.3), rng.uniform(0.55, 0.75)), np.zeros((height, width))
    for _ in range(40):
        inside = np.abs(z) < 2
        z = np.where(inside, z * z + c, z)
        depth += inside
    return image(*(0.5 + 0.5 * np.cos(depth * k) for k in (0.31, 0.47, 0.83)))


def text(rng: np.random.Generator, width: int, height: int) -> Image.Image:
    canvas = Image.new("RGB", (width, height), "white")
    draw, size = ImageDraw.Draw(canvas), max(9, height // 12)
    for line in range(14):
        words = "".join(rng.choice(list("abcdefgh MNOPQR 0123456789"), 60))
        draw.text((4, line * size * 1.1), words, fill=(0, 0, 0), font=ImageFont.load_default(size))
    return canvas


def photo(rng: np.random.Generator, width: int, height: int) -> Image.Image:
    """Sky, hills, a sun and grain: what a phone's camera gives, without anyone in it."""
    x, y = np.meshgrid(np.linspace(0, 1, width), np.linspace(0, 1, height))
    light = np.clip(1 - y + 0.9 * (cloud(rng, width, height) - 0.5), 0, 1)
    ridge = np.zeros(width)
    for k in range(1, 7):
        ridge += np.sin(2 * np.pi * (k * x[0] * rng.uniform(0.6, 1.4) + rng.random())) / k
    hill = y > 0.55 + 0.13 * ridge[None, :]
    ground = cloud(rng, width, height, 1.1) * 0.7
    sun = np.hypot((x - rng.random()) * width / height, y - 0.2) < 0.12
    grey = np.where(hill, ground, np.where(sun, 1, light))
    return image(grey, np.clip(grey * 0.9 + 0.05, 0, 1), np.clip(grey ** 1.2, 0, 1))


Maker = Callable[[np.random.Generator, int, int], Image.Image]
MAKERS: tuple[Maker, ...] = (plasma, noise, gradients, shapes, fractal, text, photo)
CAMERA: tuple[Maker, ...] = (photo, plasma)                # what is large enough to be reduced: a photograph


def pictures(count: int = 84, seed: int = 2026, sizes: Sequence[tuple[int, int]] = SIZES,
             makers: Sequence[Maker] = MAKERS) -> Iterator[tuple[str, Image.Image]]:
    """The same `count` pictures on every machine, makers and sizes mixed."""
    rng = np.random.default_rng(seed)
    for i in range(count):
        make, (width, height) = _kind(i, sizes, makers)
        yield _name(i, sizes, makers), make(rng, width, height)


_drawn: list[tuple[str, Image.Image]] = []
_next = pictures()


def drawn(count: int) -> list[tuple[str, Image.Image]]:
    """The first `count` of `pictures()`, each drawn once in a process, and not before a test asks: that costs seconds."""
    _drawn.extend(islice(_next, max(0, count - len(_drawn))))
    return _drawn[:count]


def names(count: int) -> list[str]:
    """Of the first `count`; none is drawn."""
    return [_name(i, SIZES, MAKERS) for i in range(count)]


def _kind(i: int, sizes: Sequence[tuple[int, int]], makers: Sequence[Maker]) -> tuple[Maker, tuple[int, int]]:
    return makers[i % len(makers)], sizes[(i + i // len(sizes)) % len(sizes)]


def _name(i: int, sizes: Sequence[tuple[int, int]], makers: Sequence[Maker]) -> str:
    make, (width, height) = _kind(i, sizes, makers)
    return f"{i:02} {make.__name__} {width}x{height}"
