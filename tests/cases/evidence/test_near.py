"""Near copies among many files: what the index finds is what comparing with all finds, and it is the index that is asked."""
import random
import uuid

import pytest
from django.db import connection

from cases.evidence import near
from cases.evidence.models import Evidence
from cases.hashing.table import through_the_index
from cases.models import Case
from cases.units.models import Unit
from tests.factories.cases import make_case
from tests.factories.evidence import kept
from tests.fixtures.roles import acting_as

FLIPS = (0, 1, 5, 12, 18, 19, 20, 21, 22, 30, 128)


@pytest.fixture
def others(case: Case, unit: Unit) -> list[Evidence]:
    """A file of `case` first; then files of another case, as many bits away as FLIPS says, three of each."""
    other, chance = make_case(unit), random.Random(7)  # noqa: S311  not a secret
    own = kept(case, phash="8fd23ae1c0b59467", dhash="00000000f8f0e1c3")
    value, rows = int(own.phash + own.dhash, 16), [own]
    for flips in FLIPS * 3:
        both = f"{value ^ sum(1 << bit for bit in chance.sample(range(128), flips)):032x}"
        rows.append(Evidence(case=other, ticket=uuid.uuid4(), number=2, state="destroyed", why="intimate", kind="png",
                             phash=both[:16], dhash=both[16:], arrived_at=own.arrived_at, settled_at=own.arrived_at))
    Evidence.objects.bulk_create(rows[1:])
    return rows


def test_the_index_finds_what_comparing_with_all_finds(others: list[Evidence]):
    with acting_as("desk"):
        found = near.near(others[0])
    assert sorted(found.values()) == sorted([flips for flips in FLIPS if flips <= near.NEAR] * 3)
    assert found == near._compared(others[0])
    assert others[0].pk not in found


def test_what_has_no_hashes_is_near_nothing(others: list[Evidence]):
    assert near.near(Evidence(case=others[0].case)) == {}


@pytest.mark.postgres
def test_the_desk_s_login_is_answered_by_the_index(others: list[Evidence]):
    with acting_as("desk"), through_the_index(True), connection.cursor() as cursor:
        cursor.execute("EXPLAIN " + near.FIND, near.wanted(others[0]))
        plan = "\n".join(line for (line,) in cursor)
    assert "evidence_chunks" in plan
    assert "Seq Scan" not in plan
