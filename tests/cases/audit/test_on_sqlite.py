"""The log on the embedded default: the same refusals and the same single linker, by other means."""
from uuid import uuid4

import pytest
from django.db import IntegrityError, connection, transaction

from cases.audit import triggers
from cases.audit.models import AuditLink
from cases.audit.services import checkpoint, record
from cases.audit.verification import verify
from tests.cases.audit.intruder import intruder
from tests.cases.audit.linkers import three_at_once

pytestmark = [pytest.mark.sqlite, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def _chained() -> None:
    record("case_opened", subject=uuid4(), actor="reporter")
    checkpoint()


def refused(sql: str) -> None:
    with pytest.raises(IntegrityError, match="append-only"), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(sql)


@pytest.mark.parametrize("recursive", ["ON", "OFF"])      # OFF: INSERT OR REPLACE passes by the DELETE trigger
@pytest.mark.parametrize("table", triggers.TABLES)
def test_nothing_is_updated_deleted_or_replaced(table, recursive):
    with connection.cursor() as cursor:
        cursor.execute(f"PRAGMA recursive_triggers = {recursive}")
    try:
        column = triggers.TABLES[table][0]
        refused(f"UPDATE {table} SET {column} = {column}")
        refused(f"DELETE FROM {table}")
        refused(f"INSERT OR REPLACE INTO {table} SELECT * FROM {table}")
        refused("INSERT OR REPLACE INTO cases_audit_auditlink SELECT position + 1, entry, hash FROM cases_audit_auditlink")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("PRAGMA recursive_triggers = ON")


def test_a_dropped_trigger_and_what_was_done_without_it_are_noticed():
    with intruder(), connection.cursor() as cursor:
        cursor.execute("UPDATE cases_audit_entry SET actor = 'system'")
        assert verify().unguarded == list(triggers.TABLES)
    assert verify().broken_at == 1


def test_three_linkers_at_once_make_one_chain():
    for _ in range(30):
        record("case_opened", subject=uuid4(), actor="reporter")
    assert three_at_once() == []
    assert AuditLink.objects.count() == 31
    assert verify().sound
