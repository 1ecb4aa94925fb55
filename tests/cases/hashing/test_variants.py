from collections.abc import Sequence

import numpy as np
import pdqhash
import pytest
from hypothesis import given, settings, strategies as st
from PIL import Image

from bench.edits import light_screenshot, screenshot
from cases.hashing import pdq, variants
from cases.hashing.refused import check_bits
from cases.hashing.variants import NEIGHBOURS, VARIANTS, Cut, hashed, tied, turned
from tests.cases.hashing.conftest import near, new_pdq, new_variants
from tests.cases.hashing.pictures import MAKERS, drawn, names, noise, photo, pictures, plasma

cuts = st.builds(Cut, *[st.integers(0, 400)] * 4, st.booleans())


def reference(pixels: np.ndarray) -> tuple[str, int]:
    """Of pdqhash."""
    bits, quality = pdqhash.compute(np.ascontiguousarray(pixels))
    return np.packbits(bits.astype(np.uint8)).tobytes().hex(), int(quality)


def cut_out(pixels: np.ndarray, cut: Cut) -> np.ndarray:
    def off(length: int, share: int) -> int:
        return int(length * share / 1000 + 0.5)
    rows, columns = pixels.shape[:2]
    part = pixels[off(rows, cut.top):rows - off(rows, cut.bottom), off(columns, cut.left):columns - off(columns, cut.right)]
    return part[:, ::-1] if cut.mirrored else part


@pytest.mark.parametrize("number", range(28), ids=names(28))
def test_each_is_what_the_reference_gives_for_those_pixels(number):
    pixels = np.asarray(drawn(number + 1)[number][1])
    box = variants.inside(pdq.luma(pixels))
    part = pixels[box.top:box.top + box.height, box.left:box.left + box.width] if box else pixels
    expected = [reference(cut_out(part, cut)) for cut in VARIANTS.values()]
    assert variants.of(pixels) == [value if quality >= pdq.MIN_QUALITY and (box or which != "inside") else ""
                                   for which, (value, quality) in zip(VARIANTS, expected, strict=True)]


@settings(max_examples=40)
@given(st.integers(0, 2**32 - 1), st.sampled_from(MAKERS), st.integers(60, 300), st.integers(60, 300), cuts)
def test_of_any_picture_and_cut_it_is_the_reference_within_what_rounding_does(seed, make, width, height, cut):
    """Sums are exact here and rounded step by step there: where a coefficient equals the median nearly, a bit may turn."""
    pixels = np.asarray(make(np.random.default_rng(seed), width, height))
    expected, quality = reference(cut_out(pixels, cut))
    found = hashed(pdq.luma(pixels), cut)
    if found and quality > pdq.MIN_QUALITY:
        assert pdq.distance(found, expected) <= 2
    elif abs(quality - pdq.MIN_QUALITY) > 1:
        assert (found == "") == (quality < pdq.MIN_QUALITY)


def test_there_are_at_most_sixteen_hashes_with_names_that_the_table_holds():
    assert len(VARIANTS) == 15
    assert all(len(name) <= 20 for name in VARIANTS)


def test_what_is_flat_or_too_small_has_no_variants():
    assert set(variants.of(np.full((300, 300, 3), 200, np.uint8))) == {""}
    assert set(variants.of(np.zeros((5, 4, 3), np.uint8))) == {""}


@pytest.mark.parametrize("size", [(1, 1), (1, 900), (900, 1), (5, 5), (6, 500), (64, 64), (128, 65)])
def test_any_size_can_be_asked(size):
    assert len(variants.of(np.asarray(drawn(1)[0][1].resize(size)))) == len(VARIANTS)


# --- what a frame surrounds -------------------------------------------------------------------------------------------
@pytest.mark.parametrize("shown", [screenshot, light_screenshot])
@pytest.mark.parametrize("make", [photo, plasma, noise])
def test_in_a_screenshot_of_a_post_the_picture_is_found(shown, make):
    image = make(np.random.default_rng(8), 800, 600)
    copies = variants.of(np.asarray(shown(image)))
    assert pdq.distance(copies[0], pdq.from_image(image).hex) <= pdq.MATCH_DISTANCE


@pytest.mark.parametrize(("across", "down"), [(0, 200), (150, 0), (90, 90), (30, 260)])
@pytest.mark.parametrize("shade", [0, 255, 128])
def test_bars_and_frames_are_left_out_to_the_pixel(across, down, shade):
    image = plasma(np.random.default_rng(9), 500, 400)
    framed = Image.new("RGB", (500 + 2 * across, 400 + 2 * down), (shade,) * 3)
    framed.paste(image, (across, down))
    box = variants.inside(pdq.luma(np.asarray(framed)))
    assert (box.left, box.top, box.width, box.height) == (across, down, 500, 400)
    assert variants.of(np.asarray(framed))[0] == pdq.from_image(image).hex


def test_photographs_and_pages_of_text_have_no_frame():
    framed = [name for name, image in pictures(70, 12) if variants.inside(pdq.luma(np.asarray(image))) and "shapes" not in name]
    assert len(framed) <= 2, framed


def test_a_thin_border_or_a_sliver_of_a_picture_is_no_frame():
    image = plasma(np.random.default_rng(9), 500, 400)
    thin, sliver = Image.new("RGB", (508, 408)), Image.new("RGB", (500, 2100))
    thin.paste(image, (4, 4))
    sliver.paste(image, (0, 50))
    assert variants.inside(pdq.luma(np.asarray(thin))) is None
    assert variants.inside(pdq.luma(np.asarray(sliver))) is None


def test_a_variant_with_hardly_a_bit_set_is_none():
    """Its mirror image hashes to 63 set bits, which the server refuses of anybody."""
    stripes = np.tile((np.arange(640) // 20 % 2 * 255).astype(np.uint8), (640, 1))
    found = variants.of(np.repeat(stripes[..., None], 3, axis=2))
    assert found[list(VARIANTS).index("mirror")] == ""
    for value in filter(None, found):
        check_bits(value)


# --- tied to the picture ----------------------------------------------------------------------------------------------
BENT = st.lists(st.tuples(st.integers(0, len(VARIANTS) - 1), st.sampled_from(["", *[new_pdq() for _ in range(4)]])), max_size=6)


def named(values: Sequence[str]) -> dict[str, str]:
    return {name: value for name, value in zip(VARIANTS, values, strict=True) if value}


def test_turned_is_nearly_the_hash_of_the_mirror_image():
    far = [pdq.distance(turned(pdq.from_image(image).hex), pdq.from_image(image.transpose(Image.Transpose.FLIP_LEFT_RIGHT)).hex)
           for name, image in drawn(28) if "photo" in name or "plasma" in name]
    assert max(far) <= 24
    assert turned(turned(hexed := new_pdq())) == hexed


def test_of_what_looks_like_a_photograph_hardly_any_is_lost():
    """Of pages of text and of smooth waves about half is: they repeat themselves, and a crop moves them to somewhere else."""
    sent = kept = 0
    for name, image in drawn(28):
        if name.split()[1] in {"photo", "plasma", "noise", "shapes", "fractal"}:
            own, values = pdq.from_image(image).hex, variants.of(np.asarray(image))
            sent, kept = sent + len(named(values)), kept + len(named(tied(own, values)))
    assert kept >= 0.97 * sent > 200


def test_of_hashes_of_other_pictures_none_stays():
    kept = [named(tied(new_pdq(), ["", *(new_pdq() for _ in list(VARIANTS)[1:])])) for _ in range(100)]
    assert sum(map(len, kept)) <= 2


@given(BENT)
def test_each_that_stays_is_near_the_next_that_stays_and_again_the_same_stay(bent):
    own = new_pdq()
    values = list(new_variants(own))
    for place, value in bent:
        values[place] = value
    kept = named(once := tied(own, values))
    assert tied(own, once) == once
    assert kept.items() <= named(values).items()
    for name in kept.keys() - {"inside"}:
        up, most = NEIGHBOURS[name]
        while up != "whole" and up not in kept:
            up, _ = NEIGHBOURS[up]
        other = kept.get(up) or kept.get("inside", own)
        mirrored = VARIANTS[name].mirrored
        assert pdq.distance(turned(kept[name]) if mirrored else kept[name], other) <= most


def test_a_stranger_in_the_row_goes_alone():
    own = new_pdq()
    values = list(new_variants(own))
    values[list(VARIANTS).index("bottom-12")] = new_pdq()
    assert named(values).keys() - named(tied(own, values)).keys() == {"bottom-12"}


@pytest.mark.parametrize(("bits", "stays"), [(30, False), (34, True)])
def test_a_copy_of_the_picture_is_no_variant_of_it(bits, stays):
    own = new_pdq()
    values = ["", near(own, bits), *[""] * 13]
    assert bool(named(tied(own, values))) == stays


def test_of_a_framed_picture_all_are_tied_to_what_is_inside():
    own, inside = new_pdq(), new_pdq()
    values = (inside, *new_variants(inside)[1:])
    assert tied(own, values) == values
    assert named(tied(own, ("", *values[1:]))).keys() <= {"top-12"}
