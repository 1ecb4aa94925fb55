"""What is done to pictures before they are passed on, and the pictures on which it is tried.

Photographs: those that scikit-image brings for its own tests, under free licences. Made by code: landscapes, clouds, noise and
shapes; not the other makers of tests/cases/hashing/pictures.py, whose pictures of one kind resemble each other from the start.
"""
import io
from collections.abc import Callable
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pdqhash
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageEnhance, ImageFont, ImageOps

from tests.cases.hashing.pictures import noise, photo, pictures, plasma, shapes

Picture = Image.Image
Edit = Callable[[Picture], Picture]
Bits = NDArray[np.bool_]
PHOTOGRAPHS = ("astronaut.png", "brick.png", "camera.png", "cell.png", "chelsea.png", "coffee.png", "coins.png", "grass.png",
               "gravel.png", "hubble_deep_field.jpg", "ihc.png", "moon.png", "motorcycle_left.png", "retina.jpg", "rocket.jpg")
SIZES = [(640, 480), (481, 643), (800, 601), (1024, 768), (600, 900), (720, 960), (1200, 675)]
MIN_QUALITY = 50


def photographs() -> list[Picture]:
    found = find_spec("skimage")
    if found is None or found.origin is None:
        raise ModuleNotFoundError("scikit-image")
    folder = Path(found.origin).parent / "data"
    return [Image.open(folder / name).convert("RGB") for name in PHOTOGRAPHS]


def held_out(made: int = 20) -> list[Picture]:
    """Pictures on which nothing was tuned, all of sufficient quality."""
    generated = [image for _, image in pictures(made, 2027, SIZES, (photo, plasma, noise, shapes))]
    return [image for image in photographs() + generated if pdqhash.compute(np.asarray(image))[1] >= MIN_QUALITY]


def pdq(image: Picture) -> Bits:
    """By pdqhash, as a platform would. Bit 255 first, as in the hex digits."""
    return np.asarray(pdqhash.compute(np.ascontiguousarray(np.asarray(image.convert("RGB"))))[0], bool)


def unhex(value: str) -> Bits:
    return np.unpackbits(np.frombuffer(bytes.fromhex(value), np.uint8)).astype(bool)


# --- edits ------------------------------------------------------------------------------------------------------------
def crop(left: float = 0, top: float = 0, right: float = 0, bottom: float = 0) -> Edit:
    """Shares of width and height that are cut off."""
    def cut(image: Picture) -> Picture:
        width, height = image.size
        return image.crop((round(width * left), round(height * top),
                           width - round(width * right), height - round(height * bottom)))
    return cut


def both(share: float) -> Edit:
    return crop(share, share, share, share)


def then(*edits: Edit) -> Edit:
    def all_of_them(image: Picture) -> Picture:
        for edit in edits:
            image = edit(image)
        return image
    return all_of_them


def jpeg(quality: int) -> Edit:
    def saved(image: Picture) -> Picture:
        buffer = io.BytesIO()
        image.convert("RGB").save(buffer, "JPEG", quality=quality)
        return Image.open(io.BytesIO(buffer.getvalue())).convert("RGB")
    return saved


def scaled(share: float) -> Edit:
    return lambda image: image.resize((round(image.width * share), round(image.height * share)), Image.Resampling.LANCZOS)


def rotated(degrees: int) -> Edit:
    return lambda image: image.rotate(degrees, expand=degrees % 90 == 0)


def brighter(image: Picture) -> Picture:
    return ImageEnhance.Brightness(image).enhance(1.4)


def grey(image: Picture) -> Picture:
    return ImageOps.grayscale(image).convert("RGB")


def captioned(image: Picture) -> Picture:
    """A white box with a name near the lower right corner."""
    done, (width, height) = image.copy(), image.size
    draw = ImageDraw.Draw(done)
    draw.rectangle((width * .55, height * .85, width * .98, height * .97), fill="white")
    draw.text((width * .57, height * .87), "@username", fill="black", font=ImageFont.load_default(max(10, height * 7 // 100)))
    return done


def letterboxed(image: Picture) -> Picture:
    """Black bars above and below."""
    done = Image.new("RGB", (image.width, round(image.height * 1.3)))
    done.paste(image, (0, round(image.height * .15)))
    return done


def screenshot(image: Picture, *, dark: bool = True) -> Picture:
    """A phone's screen, 1080 × 2340, with a post on it: clock, name, picture, hearts, words, buttons."""
    back, ink = ((18, 18, 20), (235, 235, 235)) if dark else ((255, 255, 255), (20, 20, 20))
    done = Image.new("RGB", (1080, 2340), back)
    draw, large, small = ImageDraw.Draw(done), ImageFont.load_default(46), ImageFont.load_default(34)
    fitted = image.resize((1080, min(1500, round(image.height * 1080 / image.width))), Image.Resampling.LANCZOS)
    done.paste(fitted, (0, 330))
    below = 330 + fitted.height
    draw.text((60, 40), "12:47", fill=ink, font=large)
    for place in range(5):
        draw.rectangle((800 + place * 48, 48, 832 + place * 48, 80), fill=ink)
        draw.ellipse((110 + place * 190, 2190, 170 + place * 190, 2250), outline=ink, width=5)
    draw.ellipse((40, 190, 130, 280), fill=(180, 90, 120))
    draw.text((160, 205), "somebody_42  ·  2 h", fill=ink, font=large)
    for place in range(3):
        draw.ellipse((50 + place * 110, below + 30, 110 + place * 110, below + 90), outline=ink, width=6)
    for line in range(3):
        words = "somebody_42 look at this, everybody must see it now"[line * 9:]
        draw.text((50, below + 120 + line * 52), words, fill=ink, font=small)
    return done


def light_screenshot(image: Picture) -> Picture:
    return screenshot(image, dark=False)


mirrored: Edit = ImageOps.mirror
