import numpy as np
import pytest
from hypothesis import given, strategies as st

from cases.hashing import index
from cases.hashing.index import CHUNKS, FURTHEST, Index, compare, pack, probes, segments, unpack
from cases.hashing.pdq import MATCH_DISTANCE
from tests.cases.hashing.worlds import LIMITS, hashes, near_centres, truth

RNG = np.random.default_rng(7)


def strangers(count: int) -> list[str]:
    return [RNG.bytes(32).hex() for _ in range(count)]


def near(value: str, bits: int) -> str:
    """The hash with that many bits flipped."""
    flipped = int(value, 16)
    for place in RNG.choice(256, bits, replace=False):
        flipped ^= 1 << int(place)
    return f"{flipped:064x}"


@pytest.fixture
def _small_segments(monkeypatch):
    """So small that a few hashes are settled and merged, as a few ten thousand are in earnest."""
    monkeypatch.setattr(index, "TAIL", 4)


def test_finds_everything_within_the_limit_and_nothing_beyond():
    value = strangers(1)[0]
    known = [near(value, bits) for bits in (0, 1, 12, 31, 32, 60)] + strangers(40_000)
    there = Index()
    there.add(range(1, len(known) + 1), pack(known))
    assert len(there.segments) == 1
    assert there.near([value]) == [[(1, 0), (2, 1), (3, 12), (4, MATCH_DISTANCE)]]
    assert there.near([value], 32)[0][-1] == (5, 32)


@given(st.lists(st.one_of(near_centres, hashes), min_size=1, max_size=40), hashes, st.sampled_from(LIMITS))
def test_a_segment_agrees_with_comparing_one_by_one(known, value, limit):
    (segment,) = segments(np.arange(5, 5 + len(known)), pack(known))
    which, ids, far = segment.near(pack([value]), limit)
    assert not which.any()
    found = sorted(zip(ids.tolist(), far.tolist(), strict=True), key=lambda hit: (hit[1], hit[0]))
    assert found == truth(dict(enumerate(known, 5)), value, limit)


@given(st.lists(hashes, max_size=30), hashes, st.integers(0, 256))
def test_comparing_finds_what_counting_bits_finds(known, value, limit):
    ((rows, far),) = compare(pack([value]), pack(known), limit)
    assert sorted(zip(rows.tolist(), far.tolist(), strict=True), key=lambda hit: (hit[1], hit[0])) \
        == truth(dict(enumerate(known)), value, limit)


@pytest.mark.parametrize("limit", range(FURTHEST + 1))
def test_the_places_to_look_at_leave_no_way_to_be_near(limit):
    """If a hash is in none of them, it differs in one bit more than each chunk allows, which is more than the limit."""
    look = probes(limit)
    radius = [max((look.left[look.chunk == chunk]), default=-1) for chunk in range(CHUNKS)]
    assert sum(int(bits) + 1 for bits in radius) == limit + 1
    assert len(look.chunk) == len({(int(c), int(f)) for c, f in zip(look.chunk, look.flip, strict=True)})


def test_a_batch_finds_what_each_finds_alone():
    known = strangers(30_000)
    there = Index()
    there.add(range(30_000), pack(known))
    wanted = [near(known[n * 100], n % 33) for n in range(300)]
    assert there.near(wanted) == [there.near([value])[0] for value in wanted]
    assert there.near([]) == []


@pytest.mark.usefixtures("_small_segments")
def test_what_is_added_later_is_found_too_however_often_it_grows():
    there, value, ids, expected = Index(), strangers(1)[0], 0, []
    for batch in (1, 3, 2000, 1, 700, 5, 5, 5000):
        there.add(range(ids, ids + batch), pack([near(value, len(expected)), *strangers(batch - 1)]))
        expected.append((ids, len(expected)))
        ids += batch
        assert there.near([value]) == [expected]
    assert len(there) == ids
    assert len(there.segments) < 6


@pytest.mark.usefixtures("_small_segments")
def test_what_is_withdrawn_is_found_no_more_until_it_is_added_again():
    there, value = Index(), strangers(1)[0]
    there.add(range(6), pack([value] * 6))
    there.add([6], pack([value]))
    there.withdraw([2, 6, 99])
    assert [row for row, _ in there.near([value])[0]] == [0, 1, 3, 4, 5]
    assert len(there) == 5
    there.add([7], pack([value]))
    assert [row for row, _ in there.near([value])[0]] == [0, 1, 3, 4, 5, 7]
    ids, words = there.live()
    assert ids.tolist() == [0, 1, 3, 4, 5, 7]
    assert {unpack(word) for word in words} == {value}
    there.withdraw(range(10))
    there.add(range(10, 20), pack([value] * 10))                # the withdrawn ones are left out where segments are merged
    assert len(there) == 10
    assert len(there.near([value])[0]) == 10


def test_ten_thousand_copies_are_all_found():
    there = Index()
    there.add(range(20_000), pack(["f" * 64] * 10_000 + strangers(10_000)))
    assert [row for row, _ in there.near(["f" * 64])[0]] == list(range(10_000))


def test_an_empty_index_finds_nothing():
    assert Index().near(strangers(2)) == [[], []]
    assert len(Index()) == 0
    assert Index().newest is None


@pytest.mark.parametrize("ids", [[1, 1], [2, 1], [0, 5], [7]])
def test_ids_that_do_not_ascend_are_refused(ids):
    there = Index()
    there.add([0], pack(strangers(1)))
    with pytest.raises(ValueError, match="ascend"):
        there.add(ids, pack(strangers(2)))


def test_ids_may_lie_far_apart():
    there, known = Index(), strangers(20_000)
    ids = [*range(19_999), 1 << 40]
    there.add(ids, pack(known))
    assert there.near([known[-1]])[0] == [(1 << 40, 0)]
    assert there.newest == (1 << 40, known[-1])


@pytest.mark.parametrize("value", ["", "ab", "0" * 63, "0" * 65, "g" * 64])
def test_what_is_no_hash_is_refused(value):
    with pytest.raises(ValueError):  # noqa: PT011  ours and Python's own
        pack(["0" * 64, value])
