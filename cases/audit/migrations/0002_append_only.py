from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

from cases.audit import triggers


def install(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    triggers.install(schema_editor.connection)


def remove(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    triggers.remove(schema_editor.connection)


class Migration(migrations.Migration):
    """Entries, links and checkpoints can be added and read, and nothing else. A later migration that rebuilds one of
    these tables on SQLite loses its triggers with the old table and has to install them again."""
    dependencies = [("cases_audit", "0001_initial")]
    operations = [migrations.RunPython(install, remove)]
