"""The grants as SQL for PostgreSQL 15 and later. Safe to repeat: each run takes everything away and gives what the table says,
in one transaction, so that no process is without its rights for a moment."""
from collections.abc import Iterator

from django.apps import apps

from portal.dbroles.grants import CHECKS, COLUMNS, NARROWER, OWN, ROLES, Columns, grants

VERBS = {"S": "SELECT", "I": "INSERT", "U": "UPDATE", "D": "DELETE", "L": "UPDATE"}
ONLY_LOGIN = "LOGIN NOSUPERUSER NOCREATEDB NOCREATEROLE NOREPLICATION NOBYPASSRLS"

# What comes first: nobody has a right that the table does not give.
NOTHING = """
DO $$
DECLARE one record;
BEGIN
    EXECUTE format('REVOKE ALL ON DATABASE %I FROM PUBLIC', current_database());
    FOR one IN SELECT tablename, policyname FROM pg_policies WHERE schemaname = 'public' AND policyname LIKE 'portal\\_%' LOOP
        EXECUTE format('DROP POLICY %I ON public.%I', one.policyname, one.tablename);
    END LOOP;
    FOR one IN SELECT relname FROM pg_class WHERE relrowsecurity AND relnamespace = 'public'::regnamespace LOOP
        EXECUTE format('ALTER TABLE public.%I DISABLE ROW LEVEL SECURITY', one.relname);
    END LOOP;
END $$;
REVOKE ALL ON SCHEMA public FROM PUBLIC;
REVOKE ALL ON ALL TABLES IN SCHEMA public FROM PUBLIC;
REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM PUBLIC;"""

# The locator itself is set, its SHA-256 is stored: who has read the table still cannot open a row.
SHOWN = """
CREATE OR REPLACE FUNCTION public.portal_locator() RETURNS text LANGUAGE sql STABLE AS $$
    SELECT encode(sha256(decode(nullif(current_setting('portal.locator', true), ''), 'hex')), 'hex') $$;
CREATE OR REPLACE FUNCTION public.portal_case() RETURNS uuid LANGUAGE sql STABLE AS $$
    SELECT case_id FROM public.cases_intake_receipt WHERE locator = public.portal_locator() $$;"""


def login_of(role: str, prefix: str) -> str:
    """The PostgreSQL role of a process role: "mehfooz-public". Named as its system user, so that a socket needs no password."""
    return f"{prefix}-{role}"


def statements(prefix: str) -> Iterator[str]:
    """Everything, in order; run it as a superuser in the portal's database, after `migrate`. `prefix` is the owner's name."""
    yield "BEGIN;"
    yield from logins(prefix)
    yield NOTHING
    yield SHOWN
    yield f"GRANT ALL ON SCHEMA public TO {quoted(prefix)};"
    yield in_this_database("GRANT ALL", prefix)
    for role in ROLES:
        yield from enters(login_of(role, prefix))
    for table, rights in grants().items():
        yield from about(table, rights, prefix)
    yield "COMMIT;"


def logins(prefix: str) -> Iterator[str]:
    """The roles themselves, without a right: what a restore on a new machine needs first, as row policies name them."""
    for name in (prefix, *(login_of(role, prefix) for role in ROLES)):
        yield f"DO $$ BEGIN CREATE ROLE {quoted(name)}; EXCEPTION WHEN duplicate_object THEN NULL; END $$;"
        yield f"ALTER ROLE {quoted(name)} {ONLY_LOGIN};"


def enters(name: str) -> Iterator[str]:
    """A role that may connect and look at the schema, and has no right in it yet."""
    yield f"REVOKE ALL ON ALL TABLES IN SCHEMA public FROM {quoted(name)};"
    yield f"REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM {quoted(name)};"
    yield f"REVOKE ALL ON SCHEMA public FROM {quoted(name)};"
    yield f"GRANT USAGE ON SCHEMA public TO {quoted(name)};"
    yield in_this_database("GRANT CONNECT", name)


def about(table: str, rights: dict[str, str], prefix: str) -> Iterator[str]:
    """The grants on a table, and its row policies if any role may not have all rows."""
    for role, letters in rights.items():
        for letter in letters:
            verb, columns = VERBS[letter.upper()], columns_of(role, table, letter)
            yield f"GRANT {verb}{listed(columns)} ON public.{table} TO {quoted(login_of(role, prefix))};"
    if not by_row(table, rights):
        return
    yield f"ALTER TABLE public.{table} ENABLE ROW LEVEL SECURITY;"
    for role, letters in rights.items():
        for letter in letters:
            yield policy(table, role, letter, prefix)


def policy(table: str, role: str, letter: str, prefix: str) -> str:
    verb = VERBS[letter.upper()]
    name = f"portal_{role}_{'lock' if letter == 'L' else verb.lower()}"
    start = f"CREATE POLICY {name} ON public.{table} FOR {verb} TO {quoted(login_of(role, prefix))}"
    seen = "true" if letter.isupper() else NARROWER.get((table, letter), OWN.get(table, "false"))
    made = "false" if letter == "L" else CHECKS.get((role, table), "true") if letter == "I" else seen
    parts = {"S": f"USING ({seen})", "D": f"USING ({seen})", "I": f"WITH CHECK ({made})"}
    return f"{start} {parts.get(letter.upper(), f'USING ({seen}) WITH CHECK ({made})')};"


def by_row(table: str, rights: dict[str, str]) -> bool:
    return any(letter.islower() or letter == "L" for letters in rights.values() for letter in letters) \
        or any(table == checked for _role, checked in CHECKS)


def columns_of(role: str, table: str, letter: str) -> list[str]:
    """The columns of a right; empty when it is about all of them."""
    known = COLUMNS.get((role, table, letter), Columns())
    if letter == "L":                           # any column will do: the policy lets no change through
        return [columns_in(table)[0]]
    return list(known.only) or ([name for name in columns_in(table) if name not in known.but] if known.but else [])


def columns_in(table: str) -> list[str]:
    """The key first."""
    model = next(model for model in apps.get_models(include_auto_created=True) if model._meta.db_table == table)
    names = [field.column for field in model._meta.local_concrete_fields if field.column]
    return sorted(names, key=lambda name: name != model._meta.pk.column)


def listed(columns: list[str]) -> str:
    return f" ({', '.join(quoted(name) for name in columns)})" if columns else ""


def in_this_database(verb: str, name: str) -> str:
    return f"DO $$ BEGIN EXECUTE format('{verb} ON DATABASE %I TO {quoted(name)}', current_database()); END $$;"


def quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'
