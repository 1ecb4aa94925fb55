"""Every right of portal/dbroles/grants.py is there, and every other is refused: by PostgreSQL, to a real login of that role."""
from collections.abc import Iterator

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from psycopg import Connection
from psycopg.errors import InsufficientPrivilege

from portal.dbroles.grants import CHECKS, COLUMNS, NARROWER, OWN, ROLES, TABLE, grants
from portal.dbroles.sql import columns_in, columns_of, login_of, statements
from tests.fixtures.roles import OWNER
from tests.services import SERVICES

pytestmark = [pytest.mark.postgres, pytest.mark.django_db]
GRANTS = grants()
TRY = {"S": "SELECT {columns} FROM {table} LIMIT 0",
       "I": "INSERT INTO {table} ({columns}) SELECT {nulls} WHERE false",
       "U": "UPDATE {table} SET {column} = DEFAULT WHERE false",
       "D": "DELETE FROM {table} WHERE false"}


def enter(role: str) -> Connection[tuple[object, ...]]:
    return psycopg.connect(host=str(SERVICES.directory), user=login_of(role, OWNER), dbname=connection.settings_dict["NAME"],
                           autocommit=True)


@pytest.fixture(scope="module")
def logins(django_db_setup: None) -> Iterator[dict[str, Connection[tuple[object, ...]]]]:
    opened = {role: enter(role) for role in ROLES}
    yield opened
    for each in opened.values():
        each.close()


def refused(login: Connection[tuple[object, ...]], sql: str) -> bool:
    try:
        login.execute(sql)
    except InsufficientPrivilege:
        return True
    return False


def attempt(verb: str, table: str, columns: list[str]) -> str:
    return TRY[verb].format(table=table, column=f'"{columns[0]}"', columns=", ".join(f'"{name}"' for name in columns),
                            nulls=", ".join(["NULL"] * len(columns)))


# --- the table --------------------------------------------------------------------------------------------------------
def test_the_table_is_well_formed():
    there = {*connection.introspection.django_table_names(only_existing=True), "django_migrations"}
    assert set(GRANTS) == there         # tests/test_architecture.py asks the models, this asks the database
    assert len(GRANTS) == sum(line.startswith("    ") for line in TABLE.splitlines()) - 1, "a table stands there twice"
    for table, rights in GRANTS.items():
        assert set(rights) == set(ROLES)
        for letters in rights.values():
            assert set(letters.upper()) <= set("SIUDL"), table
            assert len(set(letters.upper())) == len(letters), table
            assert not {"L", "U"} <= set(letters), f"{table}: whoever may change may lock"


def test_what_is_said_of_columns_and_rows_is_about_rights_that_are_given():
    for role, table, letter in COLUMNS:
        assert letter in GRANTS[table][role], (role, table)
    for table in [*OWN, *(table for table, _verb in NARROWER)]:
        assert any(letter.islower() for letters in GRANTS[table].values() for letter in letters), table
    for role, table in CHECKS:
        assert "i" in GRANTS[table][role].lower(), (role, table)


def test_only_the_public_is_shown_single_receipts():
    for table, rights in GRANTS.items():
        others = [letters for role, letters in rights.items() if (role, table.partition("_")[0]) != ("cms", "accounts")]
        assert all(letters == letters.upper() for letters in others if letters is not rights["public"]), table
        if "s" in rights["public"]:
            assert table in OWN


def test_nobody_changes_the_log():
    for table in ("cases_audit_entry", "cases_audit_auditlink", "cases_audit_checkpoint"):
        assert all(set(letters) <= {"S", "I"} for letters in GRANTS[table].values())
    assert {role for role in ROLES if "I" in GRANTS["cases_audit_auditlink"][role]} == {"worker"}


def test_whoever_reads_one_receipt_can_list_none():
    """The public's rights on a case, its conversation and its keys are by row, every one."""
    for table in ("cases_case", "cases_message", "cases_consent", "cases_statuschange", "cases_intake_receipt",
                  "cases_vault_datakeywrap", "cases_notifications_address", "cases_hashing_mediahash"):
        assert not set("SUD") & set(GRANTS[table]["public"]), table


# --- the database -----------------------------------------------------------------------------------------------------
@pytest.mark.parametrize("verb", TRY)
@pytest.mark.parametrize("role", ROLES)
def test_the_database_allows_what_the_table_says_and_refuses_the_rest(logins, role, verb):
    wrong = []
    for table, rights in GRANTS.items():
        letter = next((letter for letter in rights[role] if letter.upper() == verb), "")
        columns = columns_of(role, table, letter) if letter else []
        if table != "django_migrations":
            columns = columns or columns_in(table)[1 if "L" in rights[role] else 0:]       # a lock is a right on the key's column
        if refused(logins[role], attempt(verb, table, columns or ["id"])) == bool(letter):
            wrong.append(table)
    assert wrong == []


@pytest.mark.parametrize(("role", "table", "letter"), COLUMNS)
def test_the_other_columns_are_refused(logins, role, table, letter):
    allowed = columns_of(role, table, letter)
    others = [name for name in columns_in(table) if name not in allowed]
    assert others
    for column in others:
        assert refused(logins[role], attempt(letter.upper(), table, [column])), column


@pytest.mark.parametrize("role", ROLES)
def test_no_role_owns_makes_empties_or_becomes_anything(logins, role):
    """What a captured process might try next."""
    table = next(iter(GRANTS))
    for sql in (f"TRUNCATE {table}", f"DROP TABLE {table}", f"ALTER TABLE {table} DISABLE TRIGGER ALL",
                "CREATE TABLE mine (x int)",
                f"ALTER TABLE {table} DISABLE ROW LEVEL SECURITY", "CREATE ROLE other", "SET session_replication_role = replica",
                f'SET ROLE "{OWNER}"', "SET SESSION AUTHORIZATION postgres", "SELECT pg_read_file('/etc/passwd')",
                "COPY (SELECT 1) TO PROGRAM 'true'",
                f"CREATE TRIGGER t BEFORE INSERT ON {table} EXECUTE FUNCTION cases_audit_refuse()",
                "SELECT * FROM pg_authid",
                "CREATE OR REPLACE FUNCTION portal_case() RETURNS uuid LANGUAGE sql AS 'SELECT NULL::uuid'",
                "CREATE FUNCTION mine() RETURNS int LANGUAGE sql AS 'SELECT 1'"):
        assert refused(logins[role], sql), sql
    for table in GRANTS:
        assert refused(logins[role], f"TRUNCATE {table}"), table
    owned = logins[role].execute("SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole").fetchone()
    assert owned == (0,)


def test_row_security_cannot_be_switched_off_by_whom_it_binds(logins):
    public = logins["public"]
    public.execute("SET row_security = off")                       # then PostgreSQL refuses rather than filters
    assert refused(public, "SELECT id FROM cases_case")
    public.execute("RESET row_security")
    assert public.execute("SELECT id FROM cases_case").fetchall() == []


def test_a_unit_key_can_be_locked_by_the_public_and_not_changed(logins):
    public = logins["public"]
    public.execute("SELECT id FROM cases_vault_unitkey FOR NO KEY UPDATE")
    assert refused(public, "UPDATE cases_vault_unitkey SET public = ''")
    with connection.cursor() as cursor:
        cursor.execute("SELECT with_check FROM pg_policies WHERE tablename = 'cases_vault_unitkey' "
                       "AND policyname = 'portal_public_lock'")
        assert cursor.fetchall() == [("false",)]


# --- the command ------------------------------------------------------------------------------------------------------
def test_the_command_prints_sql_that_can_be_run_again(capsys):
    call_command("dbroles", owner=OWNER)
    printed = capsys.readouterr().out
    assert printed == "\n".join(statements(OWNER)) + "\n"
    connection.connection.execute(printed.replace("BEGIN;\n", "", 1).replace("COMMIT;", ""))
    assert "password" not in printed.lower().replace('"must_change_password"', "").replace('"password"', "")


def test_the_logins_alone_need_no_table(capsys):
    call_command("dbroles", owner=OWNER, logins=True)
    printed = capsys.readouterr().out
    assert "GRANT" not in printed
    assert all(f'"{login_of(role, OWNER)}"' in printed for role in ROLES)
    connection.connection.execute(printed)


@pytest.mark.parametrize("owner", ["", "a b", 'a"; DROP TABLE x; --', "Ärger", "-x"])
def test_the_command_refuses_a_name_that_is_none(owner):
    with pytest.raises(CommandError):
        call_command("dbroles", owner=owner)
