"""A unit with two members, and one case of theirs; a member of another unit."""
import pytest
from django.test import Client

from cases.models import Case
from cases.units.models import Unit
from portal.accounts.models import User
from tests.factories.cases import make_case, make_member, make_unit, signed_in


@pytest.fixture
def unit(db: None) -> Unit:
    return make_unit()


@pytest.fixture
def ayesha(unit: Unit) -> User:
    return make_member("Ayesha Khan", unit)


@pytest.fixture
def bilal(unit: Unit, ayesha: User) -> User:
    return make_member("Bilal Raza", unit)


@pytest.fixture
def stranger(db: None) -> User:
    return make_member("Sana Malik", make_unit("children"))


@pytest.fixture
def case(unit: Unit, ayesha: User) -> Case:
    return make_case(unit)


@pytest.fixture
def client(ayesha: User) -> Client:
    """Ayesha's browser, vault open."""
    return signed_in(ayesha)
