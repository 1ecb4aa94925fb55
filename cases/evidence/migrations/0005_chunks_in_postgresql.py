from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

# Of each number four digits: two of the pHash, two of the dHash, for dHashes of screenshots begin alike (cases.evidence.near).
DIGITS = [" || ".join(f"substr({name}, {place + far}, 1)" for far in (1, 9) for name in ("phash", "dhash")) for place in range(8)]
CHUNKS = ", ".join(f"{place << 16} + ('x' || {digits})::bit(16)::int" for place, digits in enumerate(DIGITS))
MAKE = f"""
CREATE FUNCTION public.portal_file_chunks(phash text, dhash text) RETURNS int[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT ARRAY[{CHUNKS}] $$;
CREATE INDEX evidence_chunks ON cases_evidence_evidence
    USING gin (public.portal_file_chunks(phash, dhash)) WITH (fastupdate = off) WHERE dhash <> '';"""
DROP = "DROP INDEX evidence_chunks; DROP FUNCTION public.portal_file_chunks(text, text)"


def make(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(MAKE)


def drop(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(DROP)


class Migration(migrations.Migration):
    """Eight numbers of each file's hashes, so that PostgreSQL finds what is near by an index (cases.evidence.near)."""
    dependencies = [("cases_evidence", "0004_the_letter_of_the_order")]
    operations = [migrations.RunPython(make, drop)]
