"""The database itself refuses an entry that becomes active without an approved listing behind it.

A listing counts when two different people agreed, the fingerprint is the reporter's own from the phone, the value is that
fingerprint's or of one of its variants, and the consent is a yes to sharing, given in the same report and not taken back since. A
report may be worked as several cases (cases.merging.Splitting), and a fingerprint goes from one of them to another and nowhere
else. So what staff made, or was imported from another list, cannot be served, whatever the program does. As in
cases.audit.triggers, process roles own no table and cannot drop these. A migration that makes the table anew on SQLite loses its
triggers with the old one, and one that makes anew a table they name removes them first: after every migration they are looked
for and put back (cases.hashing.apps), and `manage.py check --database default` says if they are gone.
"""
from django.db import transaction
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.migrations.loader import MigrationLoader

TABLE, HASHES, SPLIT = "cases_hashing_listentry", "cases_hashing_mediahash", "cases_merging_splitting"
MESSAGE = "an entry becomes active only with an approved listing of a fingerprint from a reporter"
STRAYS = "a fingerprint goes to another case of its own report and to no other"
SAME_CASE = "c.case_id = h.case_id"
SAME_REPORT = f"{SAME_CASE} OR EXISTS (SELECT 1 FROM {SPLIT} s WHERE s.case_id = h.case_id AND s.of_id = c.case_id)"  # noqa: S608  ours
LEAVES = f"""NEW.case_id <> OLD.case_id AND NOT EXISTS (
    SELECT 1 FROM {SPLIT} s WHERE s.case_id = OLD.case_id AND s.of_id = NEW.case_id
                               OR s.case_id = NEW.case_id AND s.of_id = OLD.case_id)"""  # noqa: S608  a table of ours
OWN = "NEW.value = CASE NEW.kind WHEN 'pdq' THEN h.pdq ELSE h.md5 END"
VARIANT = "NEW.kind = 'pdq' AND EXISTS (SELECT 1 FROM cases_hashing_variant v WHERE v.media_id = h.id AND v.pdq = NEW.value)"
STANDS = """
    SELECT 1 FROM cases_hashing_listing l
    JOIN cases_hashing_mediahash h ON h.id = l.hash_id JOIN cases_consent c ON c.id = l.consent_id
    WHERE l.entry_id = NEW.id AND l.state = 'approved' AND l.decided_by_id <> l.proposed_by_id AND h.origin = 'device'
      AND ({})
      AND ({}) AND c.act = 'share_hashes' AND c.answer = 'yes'
      AND NOT EXISTS (SELECT 1 FROM cases_consent n
                      WHERE n.case_id = c.case_id AND n.act = c.act AND n.at > c.at AND n.answer <> 'yes')"""

PG_TYPE = 1 + 2 + 4 + 16                # pg_trigger.tgtype: for each row, BEFORE, INSERT, UPDATE
PG_UPDATE = 1 + 2 + 16


def statements(vendor: str, stands: str) -> list[str]:
    if vendor == "postgresql":
        return [f"""
CREATE OR REPLACE FUNCTION cases_hashing_stands() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF NEW.state = 'active' AND NOT EXISTS ({stands}) THEN
    RAISE EXCEPTION '{MESSAGE}' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$""", f"""
CREATE TRIGGER {TABLE}_stands BEFORE INSERT OR UPDATE ON {TABLE} FOR EACH ROW EXECUTE FUNCTION cases_hashing_stands()"""]
    return [f"""
CREATE TRIGGER {TABLE}_stands_{verb.lower()} BEFORE {verb} ON {TABLE}
WHEN NEW.state = 'active' AND NOT EXISTS ({stands})
BEGIN SELECT RAISE(ABORT, '{MESSAGE}'); END""" for verb in ("INSERT", "UPDATE")]


def stays(vendor: str) -> list[str]:
    if vendor == "postgresql":
        return [f"""
CREATE OR REPLACE FUNCTION cases_hashing_stays() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  IF {LEAVES} THEN
    RAISE EXCEPTION '{STRAYS}' USING ERRCODE = 'integrity_constraint_violation';
  END IF;
  RETURN NEW;
END $$""", f"""
CREATE TRIGGER {HASHES}_stays BEFORE UPDATE OF case_id ON {HASHES} FOR EACH ROW EXECUTE FUNCTION cases_hashing_stays()"""]
    return [f"""
CREATE TRIGGER {HASHES}_stays BEFORE UPDATE OF case_id ON {HASHES}
WHEN {LEAVES}
BEGIN SELECT RAISE(ABORT, '{STRAYS}'); END"""]


def install(connection: BaseDatabaseWrapper, *, variants: bool = True) -> None:
    """In place of those that are there. `variants`: there is a table of them (from migration 0009 on)."""
    remove(connection)
    splits = SPLIT in connection.introspection.table_names()            # not yet, while older migrations run
    with connection.cursor() as cursor:
        for statement in wanted(connection.vendor, variants=variants, splits=splits):
            cursor.execute(statement)


def wanted(vendor: str, *, variants: bool = True, splits: bool = True) -> list[str]:
    own, report = f"{OWN} OR {VARIANT}" if variants else OWN, SAME_REPORT if splits else SAME_CASE
    return statements(vendor, STANDS.format(own, report)) + (stays(vendor) if splits else [])


def remove(connection: BaseDatabaseWrapper) -> None:
    with connection.cursor() as cursor:
        names = [f"{TABLE}_stands ON {TABLE}", f"{HASHES}_stays ON {HASHES}"] if connection.vendor == "postgresql" else [
            f"{TABLE}_stands_insert", f"{TABLE}_stands_update", f"{HASHES}_stays"]
        for name in names:
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}")


def missing(connection: BaseDatabaseWrapper) -> bool:
    """Whether a trigger is gone, disabled or another than ours."""
    ours = [statement.strip() for statement in wanted(connection.vendor)]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            cursor.execute("SELECT prosrc FROM pg_trigger JOIN pg_proc ON pg_proc.oid = tgfoid WHERE tgqual IS NULL"
                           " AND tgenabled IN ('O', 'A') AND (tgname = %s AND tgtype = %s OR tgname = %s AND tgtype = %s)"
                           " ORDER BY tgname", [f"{TABLE}_stands", PG_TYPE, f"{HASHES}_stays", PG_UPDATE])
            return [source.strip() for (source,) in cursor.fetchall()] != [each.split("$$")[1].strip() for each in ours[::2]]
        cursor.execute("SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name IN (%s, %s)", [TABLE, HASHES])
        return not set(ours) <= {sql.strip() for (sql,) in cursor.fetchall()}


def put_back(connection: BaseDatabaseWrapper) -> bool:
    """Install them where they are missing from a database that is wholly migrated. False: nothing to do."""
    if TABLE not in connection.introspection.table_names() or not missing(connection) or not wholly_migrated(connection):
        return False
    with transaction.atomic(using=connection.alias):
        install(connection)
    return True


def wholly_migrated(connection: BaseDatabaseWrapper) -> bool:
    loader = MigrationLoader(connection)
    return all(leaf in loader.applied_migrations for leaf in loader.graph.leaf_nodes("cases_hashing"))
