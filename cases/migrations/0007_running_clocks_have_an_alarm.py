from django.db import migrations
from django.db.models import F


def set_alarms(apps, schema_editor):
    apps.get_model("cases", "Case").objects.filter(due_at__isnull=False).update(alarm_at=F("due_at"))


class Migration(migrations.Migration):
    """Clocks that ran before tell when they run out; the new ones warn before that."""
    dependencies = [
        ('cases', '0006_clocks_that_pause_and_warn'),
    ]

    operations = [migrations.RunPython(set_alarms, migrations.RunPython.noop)]
