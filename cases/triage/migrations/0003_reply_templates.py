"""Ready replies become templates: what they are meant for, who changed them and when, retired instead of deleted."""
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("cases_triage", "0002_questions_between_units"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField("reply", "harms", models.JSONField(default=list)),
        migrations.AddField("reply", "statuses", models.JSONField(default=list)),
        migrations.AddField("reply", "changed_at", models.DateTimeField(default=django.utils.timezone.now)),
        migrations.AddField("reply", "changed_by", models.ForeignKey(
            null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
        migrations.AddField("reply", "retired_at", models.DateTimeField(null=True)),
    ]
