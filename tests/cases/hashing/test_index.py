import uuid

import numpy as np
from hypothesis import given, strategies as st

from cases.hashing.index import Index, nearest, pack
from cases.hashing.pdq import MATCH_DISTANCE, distance

RNG = np.random.default_rng(7)


def near(value: str, bits: int) -> str:
    """The hash with that many bits flipped."""
    flipped = int(value, 16)
    for place in RNG.choice(256, bits, replace=False):
        flipped ^= 1 << int(place)
    return f"{flipped:064x}"


def stranger() -> str:
    return RNG.bytes(32).hex()


def test_finds_everything_within_the_limit_and_nothing_beyond():
    value = stranger()
    planted = {bits: near(value, bits) for bits in (0, 1, 12, 31, 32, 60)}
    known = [*planted.values(), *(stranger() for _ in range(5000))]
    assert nearest(value, pack(known)) == [(0, 0), (1, 1), (2, 12), (3, 31)]


hashes = st.binary(min_size=32, max_size=32).map(bytes.hex)


@given(st.lists(hashes, max_size=40), hashes, st.integers(0, 256))
def test_agrees_with_comparing_one_by_one(known, value, limit):
    expected = sorted(((row, distance(value, other)) for row, other in enumerate(known) if distance(value, other) <= limit),
                      key=lambda pair: (pair[1], pair[0]))
    assert nearest(value, pack(known), limit) == expected


def test_an_empty_index_finds_nothing():
    assert Index().nearest(stranger()) == []


def test_what_is_added_later_is_found_too_however_often_it_grows():
    index, value, planted = Index(), stranger(), []
    for batch in (1, 3, 2000, 1, 700, 5000):
        rows = [(uuid.uuid4(), stranger()) for _ in range(batch)]
        planted.append((uuid.uuid4(), near(value, len(planted))))
        index.add([*rows, planted[-1]])
        assert index.nearest(value) == [(row_id, bits) for bits, (row_id, _) in enumerate(planted)]
    index.add([])
    assert len(index) == 7705 + 6


def test_the_limit_is_the_matching_distance_unless_told():
    index, value, row = Index(), stranger(), uuid.uuid4()
    index.add([(row, near(value, MATCH_DISTANCE + 1))])
    assert index.nearest(value) == []
    assert index.nearest(value, limit=MATCH_DISTANCE + 1) == [(row, MATCH_DISTANCE + 1)]
