"""The database's own refusals, tried with raw SQL: a door that the ORM does not guard."""
from uuid import uuid4

import pytest
from django.db import IntegrityError, ProgrammingError, connection, transaction

from cases.audit import triggers
from cases.audit.models import AuditLink, Checkpoint, Entry
from cases.audit.services import checkpoint, record

pytestmark = pytest.mark.django_db
MODELS = (Entry, AuditLink, Checkpoint)


@pytest.fixture
def chained() -> None:
    record("case_opened", subject=uuid4(), actor="reporter")
    checkpoint()
    assert [model.objects.count() for model in MODELS] == [1, 1, 1]


def refused(sql: str, *parameters: object) -> None:
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql, parameters)


@pytest.mark.parametrize("table", triggers.TABLES)
def test_nothing_is_updated_or_deleted(chained, table):
    column = triggers.TABLES[table][0]
    refused(f"UPDATE {table} SET {column} = {column}")
    refused(f"DELETE FROM {table}")


@pytest.mark.parametrize("model", MODELS)
def test_the_orm_is_refused_too(chained, model):
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        model.objects.get().save()
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic():
        model.objects.all().delete()


@pytest.mark.postgres
@pytest.mark.parametrize("table", triggers.TABLES)
def test_nothing_is_replaced(chained, table):
    column = triggers.TABLES[table][0]
    refused(f"INSERT INTO {table} SELECT * FROM {table} ON CONFLICT ({column}) DO UPDATE SET {column} = EXCLUDED.{column}")
    refused(f"TRUNCATE {table}")


def test_missing_triggers_are_noticed():
    assert triggers.unguarded(connection) == []
    triggers.remove(connection)
    assert triggers.unguarded(connection) == list(triggers.TABLES)
    triggers.install(connection)
    assert triggers.unguarded(connection) == []


@pytest.mark.postgres
def test_a_process_role_can_neither_silence_nor_drop_them(chained):
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE audit_probe")
        cursor.execute("GRANT USAGE ON SCHEMA public TO audit_probe")
        cursor.execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO audit_probe")
        cursor.execute("SET LOCAL ROLE audit_probe")
    for sql in ("SET session_replication_role = replica",
                "ALTER TABLE cases_audit_entry DISABLE TRIGGER ALL",
                "DROP TRIGGER cases_audit_entry_append_only ON cases_audit_entry"):
        with pytest.raises(ProgrammingError, match="permission denied|must be owner"), transaction.atomic(), \
                connection.cursor() as cursor:
            cursor.execute(sql)
    refused("DELETE FROM cases_audit_entry")


@pytest.mark.postgres
def test_a_role_that_may_only_insert_can_record():
    with connection.cursor() as cursor:
        cursor.execute("CREATE ROLE audit_probe")
        cursor.execute("GRANT USAGE ON SCHEMA public TO audit_probe")
        cursor.execute("GRANT INSERT ON cases_audit_entry TO audit_probe")
        cursor.execute("CREATE POLICY audit_probe ON cases_audit_entry FOR INSERT TO audit_probe WITH CHECK (true)")
        cursor.execute("SET LOCAL ROLE audit_probe")
    made = record("case_opened", subject=uuid4(), actor="reporter")
    with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
        Entry.objects.count()
    with connection.cursor() as cursor:
        cursor.execute("RESET ROLE")
    assert Entry.objects.get().pk == made.pk
