from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

CHUNKS = ", ".join(f"(kind::int << 20) + {place << 16} + ('x' || substr(pdq, {place * 4 + 1}, 4))::bit(16)::int" for place in range(16))
# Without the pending list, which each lookup would have to read through: what is new is found as quickly as what is old.
MAKE = f"""
CREATE FUNCTION public.portal_hash_chunks(kind smallint, pdq text) RETURNS int[] LANGUAGE sql IMMUTABLE STRICT PARALLEL SAFE
    AS $$ SELECT ARRAY[{CHUNKS}] $$;
CREATE INDEX indexed_hash_chunks ON cases_hashing_indexedhash
    USING gin (public.portal_hash_chunks(kind, pdq)) WITH (fastupdate = off);"""
DROP = "DROP INDEX indexed_hash_chunks; DROP FUNCTION public.portal_hash_chunks(smallint, text)"


def make(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(MAKE)


def drop(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(DROP)


class Migration(migrations.Migration):
    """Sixteen numbers of each hash, so that PostgreSQL finds what is near by an index (cases.hashing.table)."""
    dependencies = [("cases_hashing", "0003_index_what_was_matched")]
    operations = [migrations.RunPython(make, drop)]
