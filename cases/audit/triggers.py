"""The database itself refuses to change the log.

PostgreSQL: the triggers belong to the role that migrates. Process roles own no table, so they can neither drop nor disable
them; `session_replication_role`, which would silence them, is a superuser's setting. SQLite knows no roles: whoever can
write the file can drop a trigger, so there they stop mistakes and injected statements, and the chain shows the rest.
"""
from django.db.backends.base.base import BaseDatabaseWrapper

# table: the columns by which a row could be replaced
TABLES = {
    "cases_audit_entry": ("id",),
    "cases_audit_auditlink": ("position", "entry"),
    "cases_audit_checkpoint": ("position",),
}
MESSAGE = "the audit log is append-only"

PG_BODY = f"\nBEGIN RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation'; END "
PG_FUNCTION = f"CREATE OR REPLACE FUNCTION cases_audit_refuse() RETURNS trigger LANGUAGE plpgsql AS $${PG_BODY}$$"
PG_TYPE = 2 + 8 + 16 + 32       # pg_trigger.tgtype: BEFORE, DELETE, UPDATE, TRUNCATE; not for each row
# Of the statement, not the row: it also refuses what happens to touch no row.
PG_TRIGGER = """
CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE OR TRUNCATE ON {table}
FOR EACH STATEMENT EXECUTE FUNCTION cases_audit_refuse()"""

SQLITE_TRIGGERS = {
    "no_update": "CREATE TRIGGER {table}_no_update BEFORE UPDATE ON {table} BEGIN SELECT RAISE(ABORT, '{message}'); END",
    "no_delete": "CREATE TRIGGER {table}_no_delete BEFORE DELETE ON {table} BEGIN SELECT RAISE(ABORT, '{message}'); END",
    # INSERT OR REPLACE deletes without a DELETE trigger unless recursive_triggers is on; this holds either way.
    "no_replace": "CREATE TRIGGER {table}_no_replace BEFORE INSERT ON {table} WHEN EXISTS (SELECT 1 FROM {table} WHERE {same})"
                  " BEGIN SELECT RAISE(ABORT, '{message}'); END",
}


def install(connection: BaseDatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        for statement in _statements(connection.vendor):
            cursor.execute(statement)


def remove(connection: BaseDatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        for table in TABLES:
            if connection.vendor == "postgresql":
                cursor.execute(f"DROP TRIGGER IF EXISTS {table}_append_only ON {table}")
            else:
                for name in SQLITE_TRIGGERS:
                    cursor.execute(f"DROP TRIGGER IF EXISTS {table}_{name}")


def unguarded(connection: BaseDatabaseWrapper) -> list[str]:
    """Tables whose triggers are gone, disabled or tamed: none, in a healthy database. What they do counts, not their names."""
    present = _on_postgresql(connection) if connection.vendor == "postgresql" else _on_sqlite(connection)
    return [table for table in TABLES if not present.issuperset(_names(table, connection.vendor))]


def _on_postgresql(connection: BaseDatabaseWrapper) -> set[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT tgname FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid WHERE NOT tgisinternal "
                       "AND tgenabled IN ('O', 'A') AND tgtype = %s AND tgqual IS NULL AND prosrc = %s", [PG_TYPE, PG_BODY])
        return {name for (name,) in cursor.fetchall()}


def _on_sqlite(connection: BaseDatabaseWrapper) -> set[str]:
    ours = set(_statements("sqlite"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'")
        return {name for name, sql in cursor.fetchall() if sql in ours}


def _names(table: str, vendor: str) -> set[str]:
    return {f"{table}_append_only"} if vendor == "postgresql" else {f"{table}_{name}" for name in SQLITE_TRIGGERS}


def _statements(vendor: str) -> list[str]:
    if vendor == "postgresql":
        return [PG_FUNCTION, *(PG_TRIGGER.format(table=table) for table in TABLES)]
    return [sql.format(table=table, message=MESSAGE, same=" OR ".join(f"{column} = NEW.{column}" for column in columns))
            for table, columns in TABLES.items() for sql in SQLITE_TRIGGERS.values()]
