import uuid

import pytest

from cases.intake import receipts
from cases.intake.receipts import Lock
from cases.models import Case
from cases.priority import Facts, Harm
from cases.services import CaseDraft, open_case
from cases.units.models import Unit
from cases.units.services import set_up_units
from cases.vault import custody, envelope, hpke

CODE = "48219037551620846003"


@pytest.fixture(scope="session")
def lock() -> Lock:
    """One code's lock for the session: Argon2id is slow on purpose."""
    return receipts.make_lock(CODE)


@pytest.fixture
def units(db) -> dict[str, Unit]:
    """The three units, each with a key; nobody holds its private half here."""
    units = set_up_units()
    for unit in units.values():
        custody.new_unit_key(unit, members=[], actor="system")
    return units


@pytest.fixture
def case(units) -> Case:
    key, case_id = envelope.new_key(), uuid.uuid4()
    return open_case(draft=CaseDraft(
        id=case_id, submission=uuid.uuid4(), unit=units["adults"], reporter_public=hpke.new_pair()[1],
        key=custody.keep(key, case=case_id, unit=units["adults"]), conversation_key=custody.keep(key, case=case_id, unit=units["adults"]),
        answers=b"", summary=b"", facts=Facts(Harm.OTHER), language="ur"))
