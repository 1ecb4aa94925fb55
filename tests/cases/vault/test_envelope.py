from uuid import UUID, uuid4

import pytest
from hypothesis import given, strategies as st

from cases.vault import aead, envelope
from cases.vault.aead import OpenFailed, framed

CASE, RECORD = uuid4(), uuid4()
PLACE = {"case": CASE, "field": "answers", "record": RECORD}
OVERHEAD = 1 + 12 + 16          # version, nonce, tag


@given(st.binary(max_size=3000), st.uuids(), st.text(max_size=40), st.uuids())
def test_what_is_sealed_opens_in_its_place(plain: bytes, case: UUID, field: str, record: UUID):
    key = envelope.new_key()
    blob = envelope.seal(key, plain, case=case, field=field, record=record)
    assert envelope.open_blob(key, memoryview(blob), case=case, field=field, record=record) == plain


@given(st.integers(min_value=0, max_value=envelope.LONGEST))
def test_only_five_lengths_are_seen(length: int):
    plain = b"\0" * length      # zeros, so that padding and content cannot be told apart by their bytes
    padded = envelope.pad(plain)
    assert len(padded) == min(size for size in envelope.SIZES if size >= length + 4)
    assert envelope.unpad(padded) == plain


@pytest.mark.parametrize(("length", "size"), [(0, 256), (252, 256), (253, 1024), (1020, 1024), (1021, 4096), (4093, 16384),
                                              (16380, 16384), (16381, 65536), (65532, 65536)])
def test_the_borders_of_the_lengths(length: int, size: int):
    assert len(envelope.seal(envelope.new_key(), b"x" * length, **PLACE)) == size + OVERHEAD


def test_what_is_too_long_is_refused():
    with pytest.raises(envelope.TooLong):
        envelope.seal(envelope.new_key(), b"x" * 65533, **PLACE)


@pytest.mark.parametrize("elsewhere", [{"case": uuid4()}, {"field": "summary"}, {"record": uuid4()},
                                       {"case": RECORD, "record": CASE}],
                         ids=["case", "field", "record", "swapped"])
def test_a_moved_ciphertext_does_not_open(elsewhere):
    key = envelope.new_key()
    blob = envelope.seal(key, b"words", **PLACE)
    with pytest.raises(OpenFailed):
        envelope.open_blob(key, blob, **(PLACE | elsewhere))


def test_the_version_is_bound_and_not_only_written_in_front():
    key, place = envelope.new_key(), (CASE.bytes, b"answers", RECORD.bytes)
    unbound = aead.seal(key, envelope.pad(b"words"), belongs=framed(*place))
    with pytest.raises(OpenFailed):
        envelope.open_blob(key, unbound, **PLACE)
    bound = aead.seal(key, envelope.pad(b"words"), belongs=framed(b"\x01", *place))
    assert envelope.open_blob(key, bound, **PLACE) == b"words"


def test_another_key_does_not_open():
    blob = envelope.seal(envelope.new_key(), b"words", **PLACE)
    with pytest.raises(OpenFailed):
        envelope.open_blob(envelope.new_key(), blob, **PLACE)


@given(st.data())
def test_a_flipped_bit_anywhere_does_not_open(data):
    key = envelope.new_key()
    blob = bytearray(envelope.seal(key, b"words", **PLACE))
    blob[data.draw(st.integers(0, len(blob) - 1))] ^= 1 << data.draw(st.integers(0, 7))
    with pytest.raises(OpenFailed):
        envelope.open_blob(key, bytes(blob), **PLACE)


@given(st.binary(max_size=60))
def test_rubbish_is_refused_in_one_way(rubbish: bytes):
    with pytest.raises(OpenFailed):
        envelope.open_blob(envelope.new_key(), rubbish, **PLACE)


def test_a_sealer_that_hides_bytes_in_the_padding_is_refused():
    key = envelope.new_key()
    hidden = (1).to_bytes(4, "big") + b"a" + b"hidden".ljust(251, b"\0")
    with pytest.raises(OpenFailed):
        envelope.open_blob(key, aead.seal(key, hidden, belongs=envelope.belongs(**PLACE)), **PLACE)


def test_the_same_words_never_give_the_same_blob():
    key = envelope.new_key()
    assert len({envelope.seal(key, b"words", **PLACE) for _ in range(50)}) == 50


@given(st.lists(st.binary(max_size=8)), st.lists(st.binary(max_size=8)))
def test_framing_tells_any_two_lists_apart(one: list[bytes], other: list[bytes]):
    assert (framed(*one) == framed(*other)) == (one == other)
