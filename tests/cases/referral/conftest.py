"""A unit with a caseworker and a supervisor, a case of theirs in review, and the registry."""
import pytest
from django.test import Client

from cases.escalation.models import Authority
from cases.escalation.registry import seeding
from cases.models import Case
from cases.priority import Harm
from cases.services import change_status
from cases.units.models import Unit
from cases.vault import custody
from cases.workflow import Status
from portal.accounts.models import User
from tests.factories.cases import make_case, make_member, make_unit, signed_in


@pytest.fixture
def unit(db: None) -> Unit:
    custody.new_worker_key()
    seeding.seed()
    return make_unit()


@pytest.fixture
def ayesha(unit: Unit) -> User:
    return make_member("Ayesha Khan", unit)


@pytest.fixture
def bilal(unit: Unit, ayesha: User) -> User:
    return make_member("Bilal Raza", unit)


@pytest.fixture
def sana(unit: Unit, ayesha: User) -> User:
    return make_member("Sana Malik", unit, role="supervisor")


@pytest.fixture
def case(unit: Unit, ayesha: User) -> Case:
    return in_review(make_case(unit, story="Xyzzy wrote it", links=("https://example.com/p/1",), handles=("@someone",)), ayesha)


@pytest.fixture
def child(unit: Unit, ayesha: User) -> Case:
    return in_review(make_case(unit, age_now=15, harm=Harm.GROOMING), ayesha)


@pytest.fixture
def stranger(db: None) -> User:
    return make_member("Hina Baloch", make_unit("children"))


@pytest.fixture
def client(ayesha: User) -> Client:
    """Ayesha's browser, vault open."""
    return signed_in(ayesha)


def in_review(case: Case, by: User) -> Case:
    return change_status(case=case, to=Status.IN_REVIEW, by=by)


def body(slug: str) -> Authority:
    return Authority.objects.get(slug=slug)
