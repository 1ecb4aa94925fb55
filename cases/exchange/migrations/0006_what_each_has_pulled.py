from datetime import datetime

import django.db.models.deletion
from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def from_the_log(apps: Apps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    pull, partners = apps.get_model("cases_exchange", "Pull").objects, apps.get_model("cases_exchange", "Partner").objects
    known = {f"partner:{pk}": pk for pk in partners.values_list("pk", flat=True)}
    entries = apps.get_model("cases_audit", "Entry").objects.filter(event="list_fetched", actor__in=known).order_by("at")
    for entry in entries.iterator():
        told = {key: datetime.fromisoformat(entry.details[key]) if key in entry.details else entry.at       # at first only `at`
                for key in ("newest", "reached", "mark")}
        row, _made = pull.get_or_create(partner_id=known[entry.actor], protocol=entry.details["protocol"], newest=told["newest"],
                                        defaults={"mark": told["mark"]})
        row.mark = told["mark"]
        if entry.details["count"]:
            row.reached = max(row.reached or told["reached"], told["reached"])
        row.save()


class Migration(migrations.Migration):
    """Who may hold what follows from a table with an index, not from reading the log for each entry."""
    dependencies = [("cases_exchange", "0005_since_when_they_take_part"), ("cases_audit", "0003_found_by_subject_actor_and_time")]
    operations = [
        migrations.CreateModel(
            name="Pull",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("protocol", models.CharField(max_length=10)),
                ("newest", models.DateTimeField()),
                ("reached", models.DateTimeField(null=True)),
                ("mark", models.DateTimeField()),
                ("partner", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, to="cases_exchange.partner")),
            ],
            options={"constraints": [models.UniqueConstraint(fields=("partner", "protocol", "newest"),
                                                             name="pull_once_for_a_list")]},
        ),
        migrations.RunPython(from_the_log, migrations.RunPython.noop),
    ]
