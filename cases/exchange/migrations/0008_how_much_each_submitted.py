from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def from_what_stands(apps: Apps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    partners, foreign = apps.get_model("cases_exchange", "Partner").objects, apps.get_model("cases_hashing", "ForeignHash").objects
    for partner in partners.all():
        stands = foreign.filter(source=f"partner-{partner.number}", deleted_at=None).count()
        partners.filter(pk=partner.pk).update(submitted=stands)


class Migration(migrations.Migration):
    """What one partner submits does not fill our tables, however slowly."""
    dependencies = [("cases_exchange", "0007_pulls_say_who_took_part"), ("cases_hashing", "0014_when_entries_stood")]
    operations = [migrations.AddField("partner", "submitted", models.PositiveIntegerField(default=0)),
                  migrations.RunPython(from_what_stands, migrations.RunPython.noop)]
