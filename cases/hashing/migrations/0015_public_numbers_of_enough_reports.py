from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def from_listings(apps: Apps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Of how many reports the counts so far are: those that are still here. What is on the lists is counted every hour."""
    counts, listings = apps.get_model("cases_hashing", "ListCount").objects, apps.get_model("cases_hashing", "Listing").objects
    for row in counts.all():
        of = {"published": listings.exclude(entry__published_at=None), "withdrawn": listings.filter(entry__state="withdrawn"),
              "suspended": listings.filter(held="disputed")}.get(row.what)
        if row.what.startswith("refused_"):
            of = listings.filter(state="refused", why=row.what.removeprefix("refused_"))
        if of is not None:
            counts.filter(pk=row.pk).update(cases=of.values("hash__case").distinct().count())


class Migration(migrations.Migration):
    """One report with ten pictures must not show in public by itself."""
    dependencies = [("cases_hashing", "0014_when_entries_stood")]
    operations = [migrations.AddField("listcount", "cases", models.PositiveIntegerField(default=0)),
                  migrations.RunPython(from_listings, migrations.RunPython.noop)]
