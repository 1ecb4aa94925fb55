import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def from_entries(apps: Apps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    """When those that came and went stood was not written down: all the time since their first publication.

    An active one may have been put on the list again when it last changed, so whoever pulled before or since may hold it.
    """
    entries = apps.get_model("cases_hashing", "ListEntry").objects.exclude(published_at=None)
    span = apps.get_model("cases_hashing", "ListSpan").objects
    for entry in entries.iterator():
        if entry.published_at < entry.modified_at:
            span.create(entry=entry, since=entry.published_at, until=entry.modified_at)
        if entry.state == "active":
            span.create(entry=entry, since=entry.modified_at)


class Migration(migrations.Migration):
    """A hash that was withdrawn, listed again and withdrawn again was never had by who came in between."""
    dependencies = [("cases_hashing", "0013_a_report_set_aside")]
    operations = [
        migrations.CreateModel(
            name="ListSpan",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField(null=True)),
                ("entry", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="spans",
                                            to="cases_hashing.listentry")),
            ],
            options={"constraints": [models.UniqueConstraint(condition=models.Q(("until", None)), fields=("entry",),
                                                             name="span_open_once")]},
        ),
        migrations.RunPython(from_entries, migrations.RunPython.noop),
    ]
