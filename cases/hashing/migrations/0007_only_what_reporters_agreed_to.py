from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.utils import timezone

from cases.hashing import triggers


def take_off_what_nobody_approved(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Entries of before were published by one person. They leave the list, as partners see, until a second one agrees."""
    active = apps.get_model("cases_hashing", "ListEntry").objects.filter(state="active")
    active.update(state="withdrawn", modified_at=timezone.now())


def install(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    triggers.install(schema_editor.connection, variants=False)


def remove(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    triggers.remove(schema_editor.connection)


class Migration(migrations.Migration):
    """An entry cannot be active without an approved listing. A later migration that rebuilds the table of entries on SQLite loses
    the triggers with the old table and has to install them again."""
    dependencies = [("cases_hashing", "0006_two_people_and_a_ground"), ("cases", "0002_walls_and_broken_glass")]
    operations = [migrations.RunPython(take_off_what_nobody_approved, migrations.RunPython.noop),
                  migrations.RunPython(install, remove)]
