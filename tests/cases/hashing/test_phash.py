from functools import cache

import imagehash
import pytest
from PIL import Image

from cases.hashing import pdq, phash
from tests.cases.hashing.pictures import drawn


@cache
def large() -> list[Image.Image]:
    return [image for name, image in drawn(42) if name.split()[1] in {"plasma", "photo", "shapes"} and min(image.size) > 150]


@pytest.mark.parametrize("number", range(4))
def test_it_is_the_hash_the_library_makes(number):
    image = large()[number]
    assert phash.from_image(image) == str(imagehash.phash(image))
    assert len(phash.from_image(image)) == 16


def crop(image: Image.Image, share: float) -> Image.Image:
    w, h = image.size
    return image.crop((int(w * share), int(h * share), int(w * (1 - share)), int(h * (1 - share))))


def test_it_outlives_a_small_crop_better_than_pdq():
    def found(module, limit):
        return sum(module.distance(a, b) <= limit for a, b in pairs(module))

    def pairs(module):
        for image in large():
            a, b = module.from_image(image), module.from_image(crop(image, 0.02))
            yield (a.hex, b.hex) if module is pdq else (a, b)

    assert found(phash, phash.SUGGEST_DISTANCE) > found(pdq, pdq.MATCH_DISTANCE)


def test_a_picture_turned_by_its_exif_tag_is_turned_first():
    image, exif = large()[0], Image.Exif()
    exif[0x0112] = 3
    turned = image.rotate(180)
    turned.info["exif"] = exif.tobytes()
    turned.getexif()[0x0112] = 3
    assert phash.distance(phash.from_image(turned), phash.from_image(image)) == 0
