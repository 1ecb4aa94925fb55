from django.db import migrations
from django.db.models import F


def copy_names(apps, schema_editor):
    apps.get_model("cases_clock", "Holiday").objects.filter(name_en=None).update(name_en=F("name"))


class Migration(migrations.Migration):
    """What a holiday was called before names came in two languages is its English name."""
    dependencies = [
        ('cases_clock', '0002_announced_periods'),
    ]

    operations = [migrations.RunPython(copy_names, migrations.RunPython.noop)]
