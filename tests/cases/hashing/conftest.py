from collections.abc import Callable

import numpy as np
import pytest

from cases.hashing.fingerprint import Fingerprint
from cases.hashing.variants import CENTRED, MIRRORED, NEIGHBOURS, SIDED, VARIANTS, turned
from cases.models import Case
from portal.accounts.models import User
from tests.factories.lists import plain_case

MakeCase = Callable[..., Case]
RNG = np.random.default_rng(11)
FAR = {MIRRORED: 12, CENTRED: 44, SIDED: 76}


def near(value: str, bits: int) -> str:
    """The hash with that many bits changed, half of them switched on: as many are set as before."""
    flipped, ones = int(value, 16), [place for place in range(256) if int(value, 16) >> place & 1]
    zeros = sorted(set(range(256)) - set(ones))
    for place in [*RNG.choice(ones, bits // 2, replace=False), *RNG.choice(zeros, bits - bits // 2, replace=False)]:
        flipped ^= 1 << int(place)
    return f"{flipped:064x}"


def new_pdq() -> str:
    """A PDQ as a picture gives it: half of its bits are set."""
    places = RNG.choice(256, 128, replace=False)
    return f"{sum(1 << int(place) for place in places):064x}"


def fingerprint(number: int = 1, pdq: str | None = None, variants: tuple[str, ...] = ()) -> Fingerprint:
    return Fingerprint(number, pdq or new_pdq(), 88, RNG.bytes(32).hex(), RNG.bytes(16).hex(), variants)


def new_variants(pdq: str) -> tuple[str, ...]:
    """As they are of a picture without a frame: each as far from its neighbour as photographs have it."""
    upright = {"whole": pdq}
    for name, (neighbour, most) in NEIGHBOURS.items():
        upright[name] = near(upright[neighbour], FAR[most])
    return ("", *(mirror_image(upright[name]) if VARIANTS[name].mirrored else upright[name] for name in list(VARIANTS)[1:]))


def mirror_image(pdq: str) -> str:
    """With no more than half of the bits set, as PDQ has it."""
    value = int(turned(pdq), 16)
    ones = [place for place in range(256) if value >> place & 1]
    return f"{value ^ sum(1 << place for place in ones[128:]):064x}"


def varied(number: int = 1) -> Fingerprint:
    pdq = new_pdq()
    return fingerprint(number, pdq, new_variants(pdq))


@pytest.fixture
def make_member_of_role(db: None) -> Callable[[str], User]:
    def make(role: str) -> User:
        return User.objects.create_user(f"{role}-{User.objects.count()}@example.org", name=role, role=role, language="en")
    return make


@pytest.fixture
def make_case(db: None) -> MakeCase:
    """A case of an adult's intimate pictures unless told; nothing in it is sealed or needs to be."""
    return plain_case
