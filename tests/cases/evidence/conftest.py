"""A unit that can seal, a case of it, and files on their way to it."""
import uuid
from collections.abc import Callable, Iterator

import pytest

from cases.evidence import sandbox
from cases.evidence.models import Evidence
from cases.evidence.services import receive
from cases.models import Case
from cases.units.models import Unit
from cases.vault import custody
from portal.accounts.models import User
from tests.cases.evidence.screenshots import Shot, as_bytes, draw
from tests.factories.cases import make_case, make_member, make_unit
from tests.fixtures.jobs import RunJobs
from tests.fixtures.roles import acting_as

SMALL = (540, 1200)
SCREEN = as_bytes(draw(Shot(7, size=SMALL)))
Send = Callable[..., Evidence]


@pytest.fixture(scope="session", autouse=True)
def _sandbox_ends() -> Iterator[None]:
    yield
    sandbox.close()


@pytest.fixture
def unit(db: None) -> Unit:
    custody.new_worker_key()
    return make_unit()


@pytest.fixture
def hina(unit: Unit) -> User:
    return make_member("Hina Baloch", unit)


@pytest.fixture
def case(hina: User, unit: Unit) -> Case:
    return make_case(unit)


@pytest.fixture
def send(case: Case) -> Send:
    """What the public process does with a file."""
    ticket = uuid.uuid4()

    def sent(content: bytes = SCREEN, *, number: int = 1, of: Case = case, ticket: uuid.UUID = ticket) -> Evidence:
        with acting_as("public"):
            return receive(case_id=of.pk, ticket=ticket, number=number, content=content)
    return sent


@pytest.fixture
def kept(send: Send, run_jobs: RunJobs) -> Evidence:
    """A file that has come to rest."""
    evidence = send()
    run_jobs()
    evidence.refresh_from_db()
    assert evidence.state == Evidence.State.KEPT
    return evidence
