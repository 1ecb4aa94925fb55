"""Hashes that an index might trip over, and the plain truth to hold it against."""
from hypothesis import strategies as st

BITS = 256
LIMITS = [0, 1, 10, 11, 30, 31, 32, 43, 44, 47, 48, 255, 256]       # the last ones are compared one by one
CENTRES = [0, 2**BITS - 1, int("0f" * 32, 16), int("5a3c" * 16, 16)]
values = st.one_of(st.sampled_from(CENTRES), st.integers(0, 2**BITS - 1))


def flip(value: int, places: set[int]) -> str:
    for place in places:
        value ^= 1 << place
    return f"{value:064x}"


def spread(bits: int, first: int) -> set[int]:
    """So many places, as evenly as goes: the worst case for an index that cuts hashes into chunks."""
    return {(first + place * BITS // bits) % BITS for place in range(bits)} if bits else set()


places = st.one_of(st.sets(st.integers(0, BITS - 1), max_size=60),
                   st.builds(spread, st.sampled_from([0, 1, 2, *range(28, 50)]), st.integers(0, BITS - 1)),
                   st.builds(lambda first, bits: set(range(first, first + bits)), st.integers(0, 200), st.integers(0, 56)))
hashes = st.builds(flip, values, places)
near_centres = st.builds(flip, st.sampled_from(CENTRES), places)
steps = st.lists(st.one_of(
    st.lists(st.one_of(near_centres, near_centres, hashes), max_size=12),               # these are added
    st.integers(0, 11),                                                                 # one in so many is withdrawn
), max_size=6)


def truth(known: dict[int, str], value: str, limit: int) -> list[tuple[int, int]]:
    far = [(row, (int(other, 16) ^ int(value, 16)).bit_count()) for row, other in known.items()]
    return sorted([(row, bits) for row, bits in far if bits <= limit], key=lambda hit: (hit[1], hit[0]))
