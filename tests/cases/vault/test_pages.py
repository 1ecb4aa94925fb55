"""Pages open together and in order, or not at all."""
import uuid

import pytest
from hypothesis import given, strategies as st

from cases.vault import aead, envelope
from cases.vault.pages import PIECE, OpenFailed, join, split

CASE, FILE = uuid.uuid4(), uuid.uuid4()
KEY = envelope.new_key()
lengths = st.one_of(st.integers(0, 5), st.integers(PIECE - 2, PIECE + 2), st.integers(2 * PIECE - 1, 2 * PIECE + 1),
                    st.integers(3 * PIECE, 3 * PIECE + 9))


def content_of(length: int) -> bytes:
    """No two pieces alike, so that a swapped page would show."""
    return b"".join(n.to_bytes(4, "big") for n in range(length // 4 + 1))[:length]


def opened(blobs: list[bytes], *, key: bytes = KEY, case: uuid.UUID = CASE, record: uuid.UUID = FILE) -> bytes:
    return join(key, blobs, case=case, record=record)


@given(lengths)
def test_what_was_split_is_joined(length: int):
    content = content_of(length)
    blobs = split(KEY, content, case=CASE, record=FILE)
    assert len(blobs) == max(1, -(-length // PIECE))
    assert opened(blobs) == content
    assert {len(blob) for blob in blobs[:-1]} <= {aead.NONCE_BYTES + 1 + 65536 + 16}


@given(st.permutations(range(4)))
def test_in_another_order_nothing_opens(order: list[int]):
    blobs = split(KEY, content_of(3 * PIECE + 100), case=CASE, record=FILE)
    if order == sorted(order):
        assert opened([blobs[place] for place in order])
    else:
        with pytest.raises(OpenFailed):
            opened([blobs[place] for place in order])


@given(st.integers(2, 4), st.data())
def test_a_page_that_is_missing_doubled_or_of_another_file_is_noticed(count: int, data: st.DataObject):
    content = content_of((count - 1) * PIECE + 50)
    blobs = split(KEY, content, case=CASE, record=FILE)
    place = data.draw(st.integers(0, count - 1))
    other = split(KEY, content, case=CASE, record=uuid.uuid4())
    for wrong in (blobs[:place] + blobs[place + 1:], blobs[:place + 1] + blobs[place:],
                  [*blobs[:place], other[place], *blobs[place + 1:]], [*blobs, blobs[-1]]):
        with pytest.raises(OpenFailed):
            opened(wrong)


@given(st.integers(1, 3), st.integers(0, 3))
def test_an_end_cut_off_is_noticed_and_so_is_one_glued_on(pieces: int, extra: int):
    """The first pages of a long file are no short file, and a short file is not the beginning of a long one."""
    long = split(KEY, content_of((pieces + 1) * PIECE), case=CASE, record=FILE)
    short = split(KEY, content_of(pieces * PIECE), case=CASE, record=FILE)
    for wrong in (long[:pieces], short + long[pieces:], [*short, *short[:extra + 1]]):
        with pytest.raises(OpenFailed):
            opened(wrong)


@given(st.integers(0, 65564), st.integers(0, 7))
def test_a_changed_bit_is_noticed(at: int, bit: int):
    [blob] = split(KEY, content_of(PIECE), case=CASE, record=FILE)
    damaged = bytearray(blob)
    damaged[at % len(blob)] ^= 1 << bit
    with pytest.raises(OpenFailed):
        opened([bytes(damaged)])


def test_elsewhere_and_with_another_key_nothing_opens():
    blobs = split(KEY, b"x" * 100, case=CASE, record=FILE)
    for wrong in ({"key": envelope.new_key()}, {"case": uuid.uuid4()}, {"record": uuid.uuid4()}):
        with pytest.raises(OpenFailed):
            opened(blobs, **wrong)
    with pytest.raises(OpenFailed):
        opened([])


def test_a_page_is_no_field_and_a_field_is_no_page():
    field = envelope.seal(KEY, b"words", case=CASE, field="page", record=FILE)
    with pytest.raises(OpenFailed):
        opened([field])
    with pytest.raises(OpenFailed):
        envelope.open_blob(KEY, split(KEY, b"words", case=CASE, record=FILE)[0], case=CASE, field="page", record=FILE)
