from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

MAKE = "CREATE INDEX case_platforms ON cases_case USING gin (platforms jsonb_path_ops) WHERE NOT (status = 'closed')"
DROP = "DROP INDEX case_platforms"


def make(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Which open cases name a platform, by an index of its own kind; SQLite has none such and looks through all of them."""
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(MAKE)


def drop(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    if schema_editor.connection.vendor == "postgresql":
        schema_editor.execute(DROP)


class Migration(migrations.Migration):
    """For lists that few cases are in: without these the whole of a unit's open cases is looked through to find them."""
    dependencies = [
        ('cases', '0011_search_and_entries'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('restricted', True), models.Q(('status', 'closed'), _negated=True)), fields=['unit', 'due_at', 'id', 'merged_into'], name='case_restricted'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('status', 'closed'), _negated=True), fields=['unit', 'harm', 'due_at', 'id', 'merged_into'], name='case_harm'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('status', 'closed'), _negated=True), fields=['unit', 'priority', 'due_at', 'id', 'merged_into'], name='case_priority'),
        ),
        migrations.RunPython(make, drop),
    ]
