"""The triggers that guard the lists: looked for after every migration, put back where they are gone, missed by a check."""
import pytest
from django.core.management import call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from cases.hashing import triggers
from cases.hashing.apps import guarded
from cases.hashing.models import ListEntry
from tests.cases.hashing.conftest import new_pdq


def born_active() -> None:
    now = timezone.now()
    with transaction.atomic():
        ListEntry.objects.create(value=new_pdq(), state="active", published_at=now, modified_at=now)


def rebuild() -> None:
    """What a migration of SQLite does to a table: a new one, the rows, the old one's name. Its triggers go with the old one."""
    if connection.vendor == "sqlite":
        with connection.schema_editor() as editor:
            editor._remake_table(ListEntry)
    else:
        triggers.remove(connection)


def silence() -> None:
    """Another trigger of the same name, or ours disabled."""
    with connection.cursor() as cursor:
        if connection.vendor == "sqlite":
            triggers.remove(connection)
            for verb in ("insert", "update"):
                name = f"{triggers.TABLE}_stands_{verb}"
                cursor.execute(f"CREATE TRIGGER {name} BEFORE {verb} ON {triggers.TABLE} BEGIN SELECT 1; END")
        else:
            cursor.execute(f"ALTER TABLE {triggers.TABLE} DISABLE TRIGGER {triggers.TABLE}_stands")


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("spoil", [rebuild, silence])
def test_what_a_migration_loses_is_there_when_it_ends(spoil) -> None:
    spoil()
    assert triggers.missing(connection)
    assert [warning.id for warning in guarded(databases=["default"])] == ["hashing.W001"]
    call_command("migrate", verbosity=0)
    assert not triggers.missing(connection)
    assert guarded(databases=["default"]) == []
    with pytest.raises(IntegrityError):
        born_active()


def test_what_is_there_is_left_alone(db: None) -> None:
    assert not triggers.missing(connection)
    assert not triggers.put_back(connection)
    assert guarded() == guarded(databases=["default"]) == []


def test_a_database_on_its_way_to_an_older_version_is_left_alone(db: None, monkeypatch: pytest.MonkeyPatch) -> None:
    triggers.remove(connection)
    monkeypatch.setattr(triggers, "wholly_migrated", lambda _connection: False)
    assert not triggers.put_back(connection)
    triggers.install(connection)
