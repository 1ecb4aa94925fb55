import io

import numpy as np
import pdqhash
import pytest
from hypothesis import given, strategies as st
from PIL import Image

from cases.hashing import pdq
from tests.cases.hashing.pictures import drawn, names

NAMES = names(84)
hashes = st.binary(min_size=32, max_size=32).map(bytes.hex)


def yardstick(image: Image.Image) -> pdq.Pdq:
    bits, quality = pdqhash.compute(np.asarray(image.convert("RGB")))
    return pdq.Pdq(np.packbits(bits.astype(np.uint8)).tobytes().hex(), int(quality))


def faded(image: Image.Image, strength: float) -> Image.Image:
    """Little contrast, so that the quality falls."""
    return Image.blend(Image.new("RGB", image.size, (120, 120, 120)), image, strength)


def test_there_are_enough_pictures_of_every_shape():
    assert sum(yardstick(image).quality >= pdq.MIN_QUALITY for _, image in drawn(84)) >= 60
    assert any(image.height == 3 * image.width for _, image in drawn(84))
    assert any(image.width % 2 and image.height % 2 for _, image in drawn(84))


@pytest.mark.parametrize("number", range(84), ids=NAMES)
def test_equal_pixels_give_the_reference_hash_bit_for_bit(number):
    name, image = drawn(number + 1)[number]
    assert name == NAMES[number]
    assert pdq.compute(np.asarray(image)) == yardstick(image)


def test_low_qualities_agree_too():
    seen = set()
    for _, image in drawn(21):
        for strength in (0.02, 0.06, 0.1, 0.2):
            ours = pdq.compute(np.asarray(faded(image, strength)))
            assert ours == yardstick(faded(image, strength))
            seen.add(ours.quality)
    assert min(seen) < 10 < pdq.MIN_QUALITY < max(seen)
    assert len(seen) > 20


@pytest.mark.parametrize("size", [(5, 5), (5, 900), (900, 5), (63, 65), (128, 128), (129, 127)])
def test_small_and_narrow_pictures_agree(size):
    image = drawn(1)[0][1].resize(size)
    assert pdq.compute(np.asarray(image)) == yardstick(image)


@pytest.mark.parametrize("turn", [Image.Transpose.FLIP_LEFT_RIGHT, Image.Transpose.FLIP_TOP_BOTTOM, Image.Transpose.ROTATE_180])
def test_symmetric_pictures_agree_though_half_their_bits_hang_on_rounding(turn):
    for _, image in drawn(14):
        mirrored = Image.blend(image, image.transpose(turn), 0.5)
        assert pdq.compute(np.asarray(mirrored)) == yardstick(mirrored)


def test_a_picture_too_small_to_hash_has_no_quality():
    assert pdq.compute(np.zeros((4, 400, 3), np.uint8)) == pdq.Pdq("0" * 64, 0)


def test_a_flat_picture_has_no_quality():
    assert pdq.compute(np.full((300, 300, 3), 200, np.uint8)).quality == 0


def saved(image: Image.Image, kind: str, **options) -> Image.Image:
    buffer = io.BytesIO()
    image.save(buffer, kind, **options)
    return Image.open(io.BytesIO(buffer.getvalue()))


def test_a_recompressed_copy_matches():
    for name, image in drawn(84):
        copy = pdq.from_image(saved(image, "JPEG", quality=80))
        assert pdq.distance(copy.hex, pdq.from_image(image).hex) <= pdq.MATCH_DISTANCE, name


def test_strangers_do_not_match():
    found = {name: pdq.from_image(image).hex for name, image in drawn(84) if "text" not in name}
    order = sorted(found)
    assert min(pdq.distance(found[a], found[b]) for i, a in enumerate(order) for b in order[:i]) > pdq.MATCH_DISTANCE


def test_a_picture_turned_by_its_exif_tag_is_turned_first():
    upright, exif = drawn(7)[6][1], Image.Exif()
    exif[0x0112] = 6                                       # stored lying on its side
    lying = saved(upright.rotate(90, expand=True), "PNG", exif=exif)
    assert pdq.from_image(lying) == pdq.from_image(upright)


def test_a_colour_profile_is_ignored():
    image = drawn(7)[6][1]
    assert pdq.from_image(saved(image, "PNG", icc_profile=b"not even a profile")) == pdq.from_image(image)


def test_what_is_see_through_counts_as_white():
    image = drawn(1)[0][1].copy()
    expected = image.copy()
    expected.paste((255, 255, 255), (0, 0, 200, 200))
    image.putalpha(Image.new("L", image.size, 255))
    image.paste((9, 9, 9, 0), (0, 0, 200, 200))
    assert pdq.from_image(image) == pdq.from_image(expected)


@pytest.mark.parametrize("mode", ["L", "P", "CMYK", "1"])
def test_other_colour_modes_are_made_rgb_first(mode):
    image = drawn(1)[0][1].convert(mode)
    assert pdq.from_image(image) == yardstick(image)


@given(hashes, hashes, hashes)
def test_distance_is_a_metric(a, b, c):
    assert pdq.distance(a, a) == 0
    assert (pdq.distance(a, b) == 0) == (a == b)
    assert pdq.distance(a, b) == pdq.distance(b, a)
    assert pdq.distance(a, c) <= pdq.distance(a, b) + pdq.distance(b, c)
    assert pdq.distance(a, b) <= 256


@given(hashes, st.sets(st.integers(0, 255), max_size=64))
def test_flipping_bits_counts_them(value, places):
    flipped = int(value, 16)
    for place in places:
        flipped ^= 1 << place
    assert pdq.distance(value, f"{flipped:064x}") == len(places)
