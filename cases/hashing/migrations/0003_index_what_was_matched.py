from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

PICTURE, AT_ONCE = 1, 5_000


def index(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    hashes, indexed = apps.get_model("cases_hashing", "MediaHash"), apps.get_model("cases_hashing", "IndexedHash")
    matched = hashes.objects.exclude(matched_at=None).order_by("matched_at", "number")
    indexed.objects.bulk_create((indexed(kind=PICTURE, pdq=row.pdq, media=row) for row in matched.iterator(AT_ONCE)), AT_ONCE)


class Migration(migrations.Migration):
    """Fingerprints that were compared before there was an index, in the order in which they were."""
    dependencies = [("cases_hashing", "0002_indexed_hashes")]
    operations = [migrations.RunPython(index, migrations.RunPython.noop, elidable=True)]
