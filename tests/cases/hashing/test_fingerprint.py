import numpy as np
import pytest

from cases.hashing import pdq
from cases.hashing.fingerprint import MOST_PICTURES, Fingerprint, FingerprintRefused, parse_all
from cases.hashing.variants import VARIANTS
from tests.cases.hashing.conftest import fingerprint, new_pdq, new_variants, varied
from tests.cases.hashing.pictures import drawn

GOOD = f"{new_pdq()}:88:{'ab' * 32}:{'cd' * 16}"


def refused(text: str, number: int = 1) -> str:
    with pytest.raises(FingerprintRefused) as error:
        Fingerprint.parse(text, number)
    return error.value.code


def test_it_reads_what_it_writes():
    one = fingerprint(3)
    assert Fingerprint.parse(str(one), 3) == one
    assert str(Fingerprint.parse(GOOD, 1)) == GOOD


@pytest.mark.parametrize("text", [
    "", "x", GOOD + ":", GOOD + "\n", GOOD.upper(), GOOD.replace(":88:", ":8٨:"), GOOD.replace(":88:", ": 88:"),
    GOOD.replace(":88:", ":-88:"),
    GOOD.replace(":", ";"), GOOD[1:], "0" + GOOD, GOOD[:-1], GOOD.replace("cd", "cg"), GOOD + GOOD,
])
def test_another_form_is_refused(text):
    assert refused(text) == "format"


@pytest.mark.parametrize("quality", [0, 49, 101, 999])
def test_a_quality_outside_the_floor_and_100_is_refused(quality):
    assert refused(GOOD.replace(":88:", f":{quality}:")) == "quality"


@pytest.mark.parametrize("hashed", ["0" * 64, "f" * 64, "7" * 64, "0" * 56 + "ffffffff"])
def test_what_no_picture_gives_is_refused(hashed):
    assert refused(f"{hashed}:88:{'ab' * 32}:{'cd' * 16}") == "pattern"


def test_every_real_picture_passes():
    for _, image in drawn(28):
        found = pdq.compute(np.asarray(image))
        assert Fingerprint(1, found.hex, found.quality, "ab" * 32, "cd" * 16).pdq == found.hex


@pytest.mark.parametrize("field", ["pdq", "sha256", "md5"])
def test_the_parts_are_checked_without_the_text_too(field):
    parts = {"number": 1, "pdq": new_pdq(), "quality": 88, "sha256": "ab" * 32, "md5": "cd" * 16}
    with pytest.raises(FingerprintRefused):
        Fingerprint(**{**parts, field: parts[field][:-1] + "G"})


# --- variants ---------------------------------------------------------------------------------------------------------
def test_variants_follow_the_fingerprint_in_their_order():
    one = varied()
    text = str(one)
    assert text.split(":")[4] == ",".join(one.variants)
    assert Fingerprint.parse(text, 1) == one
    assert dict(one.named()) == {name: value for name, value in zip(VARIANTS, one.variants, strict=True) if value}


def test_what_is_its_own_mirror_image_is_named_once():
    values = list(new_variants(GOOD[:64]))
    values[6], values[7] = GOOD[:64], values[1]
    names = dict(Fingerprint.parse(f"{GOOD}:{','.join(values)}", 1).named())
    assert "crop-2.5" in names
    assert not names.keys() & {"inside", "mirror", "mirror-crop-3.5"}


@pytest.mark.parametrize("spoil", [
    lambda values: values[:-1], lambda values: [*values, ""], lambda values: [*values[:-1], values[-1].upper()],
    lambda values: [*values[:-1], values[-1][1:]], lambda values: [values[1] + values[2], *values[1:-1], ""],
    lambda values: [*values[:-1], "g" * 64], lambda values: [" ".join(values)],
])
def test_other_forms_of_variants_are_refused(spoil):
    assert refused(f"{GOOD}:{','.join(spoil(list(new_variants(GOOD[:64]))))}") == "format"


@pytest.mark.parametrize("hashed", ["0" * 64, "f" * 64, "0" * 56 + "ffffffff"])
def test_a_variant_that_no_picture_gives_is_refused(hashed):
    assert refused(f"{GOOD}:{','.join([*new_variants(GOOD[:64])[:-1], hashed])}") == "pattern"


def test_of_no_variant_at_all_only_the_commas_are_left():
    assert list(Fingerprint.parse(f"{GOOD}:{',' * (len(VARIANTS) - 1)}", 1).named()) == []


def test_ten_pictures_with_all_variants_are_short_beside_what_a_form_may_carry():
    assert 10 * len(str(fingerprint(variants=(new_pdq(),) * len(VARIANTS)))) < 12_000


def test_a_form_counts_the_same_file_once_and_keeps_the_order():
    a, b = fingerprint(), fingerprint()
    assert parse_all([str(a), str(b), str(a)]) == [a, Fingerprint(2, b.pdq, b.quality, b.sha256, b.md5)]
    assert parse_all([]) == []


@pytest.mark.parametrize("count", [MOST_PICTURES + 1, 10_000])
def test_too_many_are_refused_before_any_is_read(count):
    with pytest.raises(FingerprintRefused) as error:
        parse_all(["nonsense"] * count)
    assert error.value.code == "too_many"


def test_ten_different_ones_pass():
    assert [one.number for one in parse_all([str(fingerprint()) for _ in range(MOST_PICTURES)])] == list(range(1, 11))
    assert refused(GOOD, 11) == refused(GOOD, 0) == "too_many"


def test_variants_of_another_picture_are_left_out_and_the_picture_stays():
    """An honest phone with an odd picture never fails, and a forger gets no sixteen pictures for one."""
    values = new_variants(GOOD[:64])
    other = new_variants(new_pdq())
    mixed = Fingerprint.parse(f"{GOOD}:{','.join([*values[:6], *other[6:]])}", 1)
    assert (mixed.pdq, mixed.sha256, mixed.variants) == (GOOD[:64], "ab" * 32, (*values[:6], *[""] * 9))
