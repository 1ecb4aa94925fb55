from uuid import uuid4

import pytest
from hypothesis import given, strategies as st

from cases.vault import hpke
from cases.vault.hpke import KeyRefused, OpenFailed

PLACE = {"scope": uuid4(), "key": uuid4(), "kind": "unit", "recipient": str(uuid4()), "version": 3}
INFO = hpke.context("data-key", **PLACE)
PRIVATE, PUBLIC = hpke.new_pair()


def test_a_pair_has_the_raw_shapes_that_browsers_use():
    assert (len(PRIVATE), len(PUBLIC), PUBLIC[0]) == (32, 65, 4)
    assert hpke.public_of(PRIVATE) == PUBLIC


@given(st.binary(max_size=500))
def test_what_is_sealed_opens_and_names_its_suite(plain: bytes):
    blob = hpke.seal(memoryview(PUBLIC), plain, info=INFO)
    assert (blob[0], len(blob)) == (1, 1 + 65 + len(plain) + 16)
    assert hpke.open_blob(PRIVATE, memoryview(blob), info=INFO) == plain


@pytest.mark.parametrize("moved", [{"scope": uuid4()}, {"key": uuid4()}, {"kind": "reporter"}, {"recipient": "worker"},
                                   {"version": 4}],
                         ids=lambda moved: next(iter(moved)))
def test_a_moved_wrap_does_not_open(moved):
    blob = hpke.seal(PUBLIC, b"secret", info=INFO)
    with pytest.raises(OpenFailed):
        hpke.open_blob(PRIVATE, blob, info=hpke.context("data-key", **(PLACE | moved)))


def test_a_wrap_for_another_purpose_does_not_open():
    blob = hpke.seal(PUBLIC, b"secret", info=INFO)
    with pytest.raises(OpenFailed):
        hpke.open_blob(PRIVATE, blob, info=hpke.context("unit-key", **PLACE))


def test_another_private_key_does_not_open():
    with pytest.raises(OpenFailed):
        hpke.open_blob(hpke.new_pair()[0], hpke.seal(PUBLIC, b"secret", info=INFO), info=INFO)


@given(st.integers(0, 1 + 65 + 6 + 16 - 1), st.integers(0, 7))
def test_a_flipped_bit_anywhere_does_not_open(place: int, bit: int):
    blob = bytearray(hpke.seal(PUBLIC, b"secret", info=INFO))
    blob[place] ^= 1 << bit
    with pytest.raises(OpenFailed):
        hpke.open_blob(PRIVATE, bytes(blob), info=INFO)


@pytest.mark.parametrize("blob", [b"", b"\x01", b"\x01" + PUBLIC, b"\x01\x04" + bytes(100), b"\x02" + bytes(120)])
def test_rubbish_is_refused_in_one_way(blob: bytes):
    with pytest.raises(OpenFailed):
        hpke.open_blob(PRIVATE, blob, info=INFO)


@pytest.mark.parametrize("public", [b"", PUBLIC[:-1], PUBLIC + b"\0", b"\x02" + PUBLIC[1:33], b"\x04" + bytes(64),
                                    b"\x06" + PUBLIC[1:]],
                         ids=["empty", "short", "long", "compressed", "off the curve", "hybrid"])
def test_what_is_no_public_key_is_refused(public: bytes):
    with pytest.raises(KeyRefused):
        hpke.seal(public, b"secret", info=INFO)


@pytest.mark.parametrize("private", [b"", PRIVATE[:-1], bytes(32), b"\xff" * 32],
                         ids=["empty", "short", "zero", "beyond the order"])
def test_what_is_no_private_key_is_refused(private: bytes):
    with pytest.raises(KeyRefused):
        hpke.public_of(private)
