"""Screenshots of phones, drawn by code: chats, profiles and posts of made-up apps, as reporters add them. For tests and benches.

`screenshot(seed)` is the same on every machine; one `app` lays all its screens out alike, as real apps do.
"""
import io
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

WORDS = ["send", "the", "money", "by", "tonight", "or", "everybody", "will", "see", "it", "you", "know", "what", "I", "have",
         "your", "brother", "should", "look", "at", "this", "answer", "me", "nobody", "believe", "pictures", "from",
         "phone", "last",
         "chance", "is", "not", "a", "joke", "where", "study", "please", "stop", "tell", "my", "family", "leave", "alone", "who",
         "are", "why", "doing", "ok", "wait", "until", "Friday", "عزت", "پیسے", "بھیجو", "سب", "کو", "بتا", "دوں", "گا"]
NAMES = ["Bilal", "unknown", "king.of.khi", "Sana A", "+92 300", "user8812", "Zeeshan", "pakgirl_x", "M. Asif", "dark soul"]
SIZES = [(1080, 2400), (1080, 2340), (720, 1600), (1170, 2532), (828, 1792)]
Colour = tuple[int, int, int]


@dataclass(frozen=True)
class App:
    """How one app looks. `them` and `us`: bubbles; `top`: height of its bar, in hundredths of the width."""
    bar: Colour
    ground: Colour
    them: Colour
    us: Colour
    top: int
    rounded: int


APPS = (App((0, 105, 92), (236, 229, 221), (255, 255, 255), (220, 248, 198), 15, 2),
        App((255, 255, 255), (255, 255, 255), (239, 239, 239), (55, 151, 240), 16, 6),
        App((81, 125, 162), (214, 228, 239), (255, 255, 255), (238, 255, 222), 14, 3),
        App((18, 18, 18), (250, 250, 250), (240, 240, 243), (254, 44, 85), 13, 4))
KINDS = ("chat", "chat", "profile", "post")


@dataclass(frozen=True)
class Shot:
    """What is on the screen. The same `seed` is the same conversation."""
    seed: int
    app: int = 0
    kind: str = "chat"
    size: tuple[int, int] = SIZES[0]
    clock: str = "9:41"
    battery: int = 80
    dark: bool = False


def some(count: int, first: int = 0) -> list[Shot]:
    """Different conversations, in all apps and kinds; each app has many."""
    return [Shot(seed, seed % len(APPS), KINDS[seed // len(APPS) % len(KINDS)], SIZES[seed // 3 % len(SIZES)],
                 f"{seed % 12 + 1}:{seed * 7 % 60:02}", seed * 13 % 100) for seed in range(first, first + count)]


def draw(shot: Shot) -> Image.Image:
    rng, app, (width, height) = np.random.default_rng(shot.seed), coloured(APPS[shot.app], dark=shot.dark), shot.size
    canvas = Image.new("RGB", shot.size, app.ground)
    pen, unit = ImageDraw.Draw(canvas), width / 100
    status(pen, shot, app, unit)
    pen.rectangle((0, 6 * unit, width, (6 + app.top) * unit), fill=app.bar)
    pen.ellipse((12 * unit, 9 * unit, 20 * unit, 17 * unit), fill=any_colour(rng))
    pen.text((24 * unit, 9 * unit), str(rng.choice(NAMES)), fill=ink(app.bar), font=font(int(4.5 * unit)))
    top = (9 + app.top) * unit
    {"chat": chat, "profile": profile, "post": post}[shot.kind](pen, canvas, rng, app, top, unit)
    pen.rectangle((0, height - 13 * unit, width, height), fill=app.ground)
    pen.rounded_rectangle((3 * unit, height - 11 * unit, 82 * unit, height - 3 * unit), 4 * unit, fill=app.them)
    pen.ellipse((86 * unit, height - 11 * unit, 94 * unit, height - 3 * unit), fill=app.us)
    return canvas


def status(pen: ImageDraw.ImageDraw, shot: Shot, app: App, unit: float) -> None:
    """The phone's own line: time and battery."""
    pen.rectangle((0, 0, shot.size[0], 6 * unit), fill=app.bar)
    pen.text((4 * unit, unit), shot.clock, fill=ink(app.bar), font=font(int(3.6 * unit)))
    pen.rectangle((88 * unit, 2 * unit, 96 * unit, 4.5 * unit), outline=ink(app.bar))
    pen.rectangle((88 * unit, 2 * unit, (88 + shot.battery * 0.08) * unit, 4.5 * unit), fill=ink(app.bar))


def chat(pen: ImageDraw.ImageDraw, canvas: Image.Image, rng: np.random.Generator, app: App, top: float, unit: float) -> None:
    while top < canvas.height - 18 * unit:
        ours, lines = rng.random() < 0.4, [said(rng) for _ in range(rng.integers(1, 5))]
        wide = max(font(int(4 * unit)).getlength(line) for line in lines) + 6 * unit
        left = canvas.width - wide - 4 * unit if ours else 4 * unit
        deep = (5.4 * len(lines) + 4) * unit
        fill = app.us if ours else app.them
        pen.rounded_rectangle((left, top, left + wide, top + deep), app.rounded * unit, fill=fill)
        for n, line in enumerate(lines):
            pen.text((left + 3 * unit, top + (1.5 + 5.4 * n) * unit), line, fill=ink(fill), font=font(int(4 * unit)))
        top += deep + rng.uniform(1.5, 5) * unit


def profile(pen: ImageDraw.ImageDraw, canvas: Image.Image, rng: np.random.Generator, app: App, top: float, unit: float) -> None:
    pen.ellipse((5 * unit, top, 30 * unit, top + 25 * unit), fill=any_colour(rng))
    for n in range(3):
        pen.text((36 * unit, top + 7 * n * unit), said(rng), fill=ink(app.ground), font=font(int(4 * unit)))
    top += 32 * unit
    while top < canvas.height:
        for column in range(3):
            tile(canvas, rng, (int(column * 33.4 * unit), int(top), int(32.6 * unit), int(32.6 * unit)))
        top += 33.4 * unit


def post(pen: ImageDraw.ImageDraw, canvas: Image.Image, rng: np.random.Generator, app: App, top: float, unit: float) -> None:
    tile(canvas, rng, (0, int(top), canvas.width, int(100 * unit)))
    top += 104 * unit
    while top < canvas.height - 16 * unit:
        pen.text((4 * unit, top), said(rng) + " " + said(rng), fill=ink(app.ground), font=font(int(3.6 * unit)))
        top += rng.uniform(5, 9) * unit


def tile(canvas: Image.Image, rng: np.random.Generator, box: tuple[int, int, int, int]) -> None:
    """Light and shade as in a photograph, of nothing."""
    left, top, wide, deep = box
    cells = rng.integers(0, 256, (rng.integers(3, 9), rng.integers(3, 9), 3), dtype=np.uint8)
    canvas.paste(Image.fromarray(cells).resize((wide, deep), Image.Resampling.BICUBIC), (left, top))


def said(rng: np.random.Generator) -> str:
    return " ".join(rng.choice(WORDS, rng.integers(2, 7)))


def any_colour(rng: np.random.Generator) -> Colour:
    red, green, blue = (int(part) for part in rng.integers(0, 256, 3))
    return red, green, blue


def ink(ground: Colour) -> Colour:
    return (20, 20, 20) if sum(ground) > 380 else (240, 240, 240)


def coloured(app: App, *, dark: bool) -> App:
    if not dark:
        return app
    return replace(app, bar=(31, 44, 52), ground=(11, 20, 26), them=(32, 44, 51), us=(0, 92, 75))


@cache
def font(size: int) -> ImageFont.FreeTypeFont | ImageFont.ImageFont:
    return ImageFont.load_default(size)


def as_bytes(picture: Image.Image, form: str = "PNG", **options: object) -> bytes:
    out = io.BytesIO()
    picture.save(out, form, **options)
    return out.getvalue()
