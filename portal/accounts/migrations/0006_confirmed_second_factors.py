import django.utils.timezone
from django.db import migrations, models


def forget_proposals(apps, schema_editor):
    """What was offered and never confirmed; from now on it rests in the session of whoever sets it up."""
    apps.get_model("accounts", "SecondFactor").objects.filter(confirmed_at=None).delete()


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_single_sign_on")]

    operations = [
        migrations.RunPython(forget_proposals, migrations.RunPython.noop),
        migrations.AlterField("secondfactor", "confirmed_at", models.DateTimeField(default=django.utils.timezone.now)),
    ]
