"""The same on SQLite, where a migration that makes a table anew loses its triggers."""
import pytest

from tests.cases.hashing import test_listing as listed, test_triggers as guards
from tests.cases.hashing.test_listing import people, ready  # noqa: F401  fixtures
from tests.cases.hashing.test_triggers import rebuild, silence

pytestmark = pytest.mark.sqlite


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("spoil", [rebuild, silence])
def test_what_a_migration_loses_is_there_when_it_ends(spoil) -> None:
    guards.test_what_a_migration_loses_is_there_when_it_ends(spoil)


def test_what_is_there_is_left_alone(db) -> None:
    guards.test_what_is_there_is_left_alone(db)


@pytest.mark.parametrize("spoil", ["", *listed.SPOILT])
def test_the_database_takes_only_a_reporters_own_fingerprint(ready, people, make_case, spoil) -> None:  # noqa: F811
    listed.test_the_database_takes_only_a_reporters_own_fingerprint(ready, people, make_case, spoil)


def test_nothing_is_born_active(db) -> None:
    listed.test_nothing_is_born_active(db)
