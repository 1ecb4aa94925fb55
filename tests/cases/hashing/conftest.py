from collections.abc import Callable

import numpy as np
import pytest

from cases.hashing.fingerprint import Fingerprint
from cases.hashing.variants import VARIANTS
from cases.models import Case
from portal.accounts.models import User
from tests.factories.lists import plain_case

MakeCase = Callable[..., Case]
RNG = np.random.default_rng(11)


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


def new_variants() -> tuple[str, ...]:
    """Of a picture without a frame."""
    return ("", *(new_pdq() for _ in VARIANTS if _ != "inside"))


@pytest.fixture
def make_member_of_role(db: None) -> Callable[[str], User]:
    def make(role: str) -> User:
        return User.objects.create_user(f"{role}-{User.objects.count()}@example.org", name=role, role=role, language="en")
    return make


@pytest.fixture
def make_case(db: None) -> MakeCase:
    """A case of an adult's intimate pictures unless told; nothing in it is sealed or needs to be."""
    return plain_case
