import uuid
from collections.abc import Callable

import numpy as np
import pytest
from django.utils import timezone

from cases.clock.models import Calendar
from cases.hashing.fingerprint import Fingerprint
from cases.models import Case
from cases.priority import AgeBand, Harm
from cases.units.models import Unit
from cases.vault.models import DataKey

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


def fingerprint(number: int = 1, pdq: str | None = None) -> Fingerprint:
    return Fingerprint(number, pdq or new_pdq(), 88, RNG.bytes(32).hex(), RNG.bytes(16).hex())


@pytest.fixture
def make_case(db: None) -> MakeCase:
    """A case of an adult's intimate pictures unless told; nothing in it is sealed or needs to be."""
    def make(**changes: object) -> Case:
        calendar, _ = Calendar.objects.get_or_create(name="always")
        unit, _ = Unit.objects.get_or_create(code="hashing", defaults={"name": "Hashing", "calendar": calendar})
        now, fields = timezone.now(), {"harm": Harm.INTIMATE_IMAGES.value, "age_band": AgeBand.ADULT.value, "child": False}
        return Case.objects.create(
            ref=uuid.uuid4().hex[:12], submission=uuid.uuid4(), unit=unit, key=DataKey.objects.create(),
            conversation_key=DataKey.objects.create(), answers=b"", summary=b"", reporter_public=b"", language="en",
            priority=3, priority_rule="imagery", clock_started_at=now, opened_at=now, **{**fields, **changes})
    return make
