"""An intruder in the public's web process, with its database login and all the SQL they can write."""
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import pytest
from django.db import DataError, ProgrammingError, connection, transaction

from cases.hashing.fingerprint import Fingerprint
from cases.hashing.services import store
from cases.intake import receipts
from cases.models import Case, Consent
from cases.notifications.models import Kind
from cases.notifications.services import keep_address
from cases.units.models import Unit
from cases.vault import custody, receipt as codes
from portal.dbroles.grants import grants
from tests.factories.cases import make_case, make_member, reporter_consents, reporter_writes
from tests.fixtures.roles import acting_as

pytestmark = pytest.mark.postgres
BY_ROW = [table for table, rights in grants().items() if "s" in rights["public"]]
Ask = Callable[..., list[tuple[object, ...]]]


@dataclass
class Reported:
    case: Case
    locator: bytes


@pytest.fixture
def reported(unit: Unit, settings, tmp_path) -> list[Reported]:
    """Three people's cases, each with a message, an answer, an address and a fingerprint."""
    settings.WORKER_KEYS = tmp_path
    custody.new_worker_key()
    found = []
    for number in range(3):
        case, locator = make_case(unit), bytes([number + 1]) * 32
        receipts.issue(case=case, lock=receipts.Lock(locator, bytes(case.reporter_public), b"locked"))
        reporter_writes(case, "one")
        reporter_consents(case, Consent.Act.PASS_POLICE)
        keep_address(case=case, kind=Kind.EMAIL, value="someone@example.org")
        store(case=case, fingerprints=[Fingerprint(1, "0f" * 32, 90, f"{number:064x}", f"{number:032x}")])
        found.append(Reported(case, locator))
    return found


@pytest.fixture
def ask(reported) -> Iterator[Ask]:
    """SQL as the public's login. A refusal leaves the connection usable."""
    def run(sql: str, *values: object) -> list[tuple[object, ...]]:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(sql, values or None)
            return cursor.fetchall() if cursor.description else [(cursor.rowcount,)]

    with acting_as("public"):
        run("SELECT set_config('portal.locator', '', true)")
        yield run


def show(ask: Ask, locator: str) -> None:
    ask("SELECT set_config('portal.locator', %s, true)", locator)


def refused(ask: Ask, sql: str, *values: object) -> bool:
    try:
        ask(sql, *values)
    except ProgrammingError as error:
        return "permission denied" in str(error) or "row-level security" in str(error)
    return False


# --- without a code ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("table", BY_ROW)
def test_nothing_can_be_listed(ask, table):
    assert ask(f"SELECT 1 FROM {table}") == []


def test_a_reading_of_the_stored_digests_opens_nothing(ask, reported):
    """Who has stolen the table has digests; the database wants what they are digests of."""
    show(ask, codes.locator_digest(reported[0].locator))
    assert ask("SELECT 1 FROM cases_intake_receipt") == []


@pytest.mark.parametrize("sql", [
    "SELECT r.locator FROM cases_intake_receipt r WHERE true OR portal_case() IS NULL",
    "SELECT locator FROM cases_intake_receipt WHERE locator LIKE '%' OR locator ~ '.'",
    "WITH all_of AS MATERIALIZED (SELECT * FROM cases_message) SELECT body FROM all_of",
    "SELECT m.body FROM cases_message m RIGHT JOIN cases_units_unit u ON true WHERE m.body IS NOT NULL",
    "SELECT most_common_vals::text FROM pg_stats WHERE tablename = 'cases_intake_receipt' AND attname = 'locator'",
    "TABLE cases_consent",
])
def test_no_way_around_the_policies(ask, sql):
    assert ask(sql) == []


@pytest.mark.parametrize("sql", [
    "SELECT answers FROM cases_case", "SELECT summary FROM cases_case", "SELECT * FROM cases_case",
    "SELECT * FROM cases_triage_note",
    "SELECT pdq FROM cases_hashing_mediahash", "SELECT * FROM cases_audit_entry", "SELECT * FROM cases_outbox_job",
    "SELECT * FROM accounts_user", "SELECT * FROM cases_vault_staffkey", "SELECT * FROM cases_vault_keygrant",
    "SELECT * FROM cases_escalation_escalation", "SELECT * FROM accounts_session",
    "INSERT INTO cases_intake_receipt SELECT * FROM cases_intake_receipt RETURNING answers",
])
def test_what_is_none_of_the_publics_is_refused(ask, sql):
    with pytest.raises(ProgrammingError):
        ask(sql)


def test_a_locator_that_is_none_is_an_error_and_no_way_in(ask):
    show(ask, "' OR true --")
    with pytest.raises(DataError):
        ask("SELECT * FROM cases_intake_receipt")


# --- with somebody's code ---------------------------------------------------------------------------------------------
def test_one_code_shows_one_conversation(ask, reported):
    mine = reported[1].case
    show(ask, reported[1].locator.hex())
    assert ask("SELECT case_id FROM cases_intake_receipt") == [(mine.pk,)]
    assert ask("SELECT id FROM cases_case") == [(mine.pk,)]
    for table in ("cases_message", "cases_consent", "cases_statuschange", "cases_notifications_address"):
        assert set(ask(f"SELECT case_id FROM {table}")) == {(mine.pk,)}, table
    assert ask("SELECT id FROM cases_vault_datakey WHERE id = %s", mine.key_id) == []             # of the report itself
    assert ask("SELECT recipient_id FROM cases_vault_datakeywrap WHERE recipient = 'reporter'") == [(str(mine.pk),)]
    assert ask("SELECT 1 FROM cases_vault_datakeywrap WHERE recipient = 'unit'") == []
    for column in ("answers", "summary", "key_id"):
        assert refused(ask, f"SELECT {column} FROM cases_case")


def test_the_code_is_forgotten_with_the_transaction(ask, reported):
    with transaction.atomic():
        show(ask, reported[0].locator.hex())
        assert ask("SELECT 1 FROM cases_case") == [(1,)]
        transaction.set_rollback(True)
    assert ask("SELECT 1 FROM cases_case") == []


def test_what_is_anothers_cannot_be_changed(ask, reported):
    show(ask, reported[0].locator.hex())
    theirs = reported[2].case
    assert ask("UPDATE cases_message SET read_at = now() WHERE case_id = %s", theirs.pk) == [(0,)]
    assert ask("UPDATE cases_case SET status = 'closed' WHERE id = %s", theirs.pk) == [(0,)]
    assert ask("DELETE FROM cases_notifications_address WHERE case_id = %s", theirs.pk) == [(0,)]
    assert ask("DELETE FROM cases_vault_datakeywrap WHERE recipient_id = %s", str(theirs.pk)) == [(0,)]
    for sql in ("UPDATE cases_case SET unit_id = unit_id", "UPDATE cases_case SET reporter_public = ''",
                "UPDATE cases_message SET body = ''", "DELETE FROM cases_message", "DELETE FROM cases_case",
                "DELETE FROM cases_intake_receipt", "UPDATE cases_intake_receipt SET case_id = case_id"):
        assert refused(ask, sql), sql


def test_not_even_ones_own_conversation_can_be_made_unreadable(ask, reported):
    """With a code at hand the public role may destroy the key of an address, and no other."""
    mine = reported[0].case
    show(ask, reported[0].locator.hex())
    assert ask("UPDATE cases_vault_datakey SET destroyed_at = now() WHERE id = %s", mine.conversation_key_id) == [(0,)]
    assert ask("DELETE FROM cases_vault_datakeywrap WHERE key_id = %s", mine.conversation_key_id) == [(0,)]


MESSAGE = "INSERT INTO cases_message (id, case_id, author, body, at, by_id) VALUES (gen_random_uuid(), %s, %s, '', now(), %s)"


def test_nobody_is_impersonated(ask, reported, unit):
    mine, theirs = reported[0].case, reported[1].case
    with acting_as(None):
        staff = make_member("Ayesha", unit)
    show(ask, reported[0].locator.hex())
    assert not refused(ask, MESSAGE, mine.pk, "reporter", None)
    assert refused(ask, MESSAGE, theirs.pk, "reporter", None)
    assert refused(ask, MESSAGE, mine.pk, "staff", staff.pk)
    told = "INSERT INTO cases_statuschange (id, case_id, at, status, outcome, said, platform, by_id) " \
           "VALUES (gen_random_uuid(), %s, now(), 'in_review', '', 'in_review', '', %s)"
    assert refused(ask, told, mine.pk, staff.pk)


ENTRY = "INSERT INTO cases_audit_entry (id, at, event, subject, actor, details) " \
        "VALUES (gen_random_uuid(), now(), 'x_read', 'x', %s, '{}')"
JOB = "INSERT INTO cases_outbox_job (id, task, payload, state, attempts, rings, due_at, created_at, error) " \
      "VALUES (gen_random_uuid(), %s, '{}', 'queued', 0, 0, now(), now(), '')"


def test_of_what_was_seen_a_reporter_adds_one_kind_of_row_and_reads_none(ask, reported):
    """"It is online again", about the own report alone: in nobody else's name, and of no notice."""
    show(ask, reported[0].locator.hex())
    said = ("INSERT INTO cases_escalation_sighting (id, case_id, escalation_id, link, at, how, seen, why) "
            "VALUES (%s, %s, NULL, NULL, now(), %s, 'online', '')")
    mine, anothers = reported[0].case.pk, reported[1].case.pk
    assert ask(said, uuid.uuid4(), mine, "reporter") == [(1,)]
    assert refused(ask, said, uuid.uuid4(), anothers, "reporter")
    assert refused(ask, said, uuid.uuid4(), mine, "machine")
    assert refused(ask, said, uuid.uuid4(), mine, "staff")
    assert refused(ask, "SELECT 1 FROM cases_escalation_sighting")
    assert refused(ask, "DELETE FROM cases_escalation_sighting")


def test_the_log_cannot_be_written_in_anothers_name(ask):
    assert not refused(ask, ENTRY, "reporter")
    for name in (str(uuid.uuid4()), f"partner:{uuid.uuid4()}"):
        assert refused(ask, ENTRY, name)


@pytest.mark.parametrize(("role", "own", "foreign"), [
    ("desk", str(uuid.uuid4()), "reporter"), ("cms", str(uuid.uuid4()), "system"),
    ("exchange", f"partner:{uuid.uuid4()}", "reporter")])
def test_nor_by_the_other_roles(ask, role, own, foreign):
    with acting_as(role):
        assert not refused(ask, ENTRY, own)
        assert refused(ask, ENTRY, foreign)


def test_only_the_publics_own_jobs_can_be_asked_for(ask):
    assert not refused(ask, JOB, "hashing.match")
    for task in ("escalation.deliver", "notifications.send", "exchange.feedback", "outbox.prune"):
        assert refused(ask, JOB, task), task
    with acting_as("exchange"):
        assert not refused(ask, JOB, "exchange.feedback")
        assert refused(ask, JOB, "hashing.match")


def test_a_unit_key_cannot_be_swapped(ask, unit):
    """It can be locked, so that it does not change under a report that is being sealed; a change fails at the policy."""
    assert ask("SELECT 1 FROM cases_vault_unitkey FOR NO KEY UPDATE")
    assert refused(ask, "UPDATE cases_vault_unitkey SET id = id")
    assert refused(ask, "UPDATE cases_vault_unitkey SET public = ''")
    assert refused(ask, "INSERT INTO cases_vault_unitkey SELECT * FROM cases_vault_unitkey")
    assert refused(ask, "INSERT INTO cases_vault_workerkey SELECT * FROM cases_vault_workerkey")
