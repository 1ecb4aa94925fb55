from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps
from django.utils import timezone


def owe_a_rotation(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Keys from before 0002 have nothing that could check what they sign, and only a member can make their next version."""
    apps.get_model("cases_vault", "UnitKey").objects.filter(verify=b"", rotate_since=None).update(rotate_since=timezone.now())


class Migration(migrations.Migration):
    dependencies = [("cases_vault", "0007_find_wraps_by_reader")]
    operations = [migrations.RunPython(owe_a_rotation, migrations.RunPython.noop)]
