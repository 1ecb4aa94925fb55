from uuid import UUID, uuid4

import pytest

from cases.units.models import Unit
from cases.units.services import join_unit, set_up_units
from cases.vault import custody, unseal
from cases.vault.keyring import Keyring

PASSPHRASE = "ایک لمبا جملہ جو کوئی نہیں جانتا"        # noqa: S105


@pytest.fixture
def units(db) -> dict[str, Unit]:
    return set_up_units()


@pytest.fixture
def unit(units) -> Unit:
    return units["adults"]


@pytest.fixture
def case() -> UUID:
    return uuid4()


@pytest.fixture
def member(db, django_user_model):
    """Makes a caseworker with a key, in the units given."""
    def make(name: str, *units: Unit):
        user = django_user_model.objects.create(email=f"{name}@example.org", name=name, role="caseworker")
        for unit in units:
            join_unit(unit=unit, member=user, by=None)
        custody.new_staff_key(user, PASSPHRASE)
        return user
    return make


@pytest.fixture
def ring():
    """What the member holds open after typing the passphrase."""
    def unlocked(user) -> Keyring:
        return unseal.keyring(user, unseal.unlock_staff(user, PASSPHRASE))
    return unlocked


@pytest.fixture(autouse=True)
def worker_keys(settings, tmp_path):
    settings.WORKER_KEYS = tmp_path / "worker-keys"
    return settings.WORKER_KEYS
