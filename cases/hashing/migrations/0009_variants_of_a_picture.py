import uuid
from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from cases.hashing import triggers


def install(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    triggers.install(schema_editor.connection)


def install_as_before(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    triggers.install(schema_editor.connection, variants=False)


class Migration(migrations.Migration):
    """Crops and mirror images of a picture, each of which may stand behind an entry of a list too."""
    dependencies = [("cases_hashing", "0008_index_what_others_list")]
    operations = [
        migrations.CreateModel(
            name="Variant",
            fields=[
                ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ("name", models.CharField(max_length=20)),
                ("pdq", models.CharField(max_length=64)),
                ("media", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="variants",
                                            to="cases_hashing.mediahash")),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("media", "name"), name="variant_once")]},
        ),
        migrations.RunPython(install, install_as_before),
    ]
