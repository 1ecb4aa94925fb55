import uuid
from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.utils import timezone

import cases.exchange.models


def move_keys(apps: Any, schema_editor: Any) -> None:
    credentials = apps.get_model("cases_exchange", "Credential")
    for number, partner in enumerate(apps.get_model("cases_exchange", "Partner").objects.order_by("pk"), start=2):
        credentials.objects.create(partner=partner, first=partner.fetch_key, second=partner.subscription_key, made_at=timezone.now())
        partner.number = number
        partner.save(update_fields=["number"])


class Migration(migrations.Migration):
    """A partner may hold two pairs of keys while it changes them, and is given only what it is enabled for."""
    dependencies = [("cases_exchange", "0001_initial")]
    operations = [
        migrations.CreateModel("Credential", [
            ("id", models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
            ("first", models.CharField(max_length=64, unique=True)),
            ("second", models.CharField(max_length=64)),
            ("made_at", models.DateTimeField()),
            ("ends_at", models.DateTimeField(null=True)),
            ("partner", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="credentials",
                                          to="cases_exchange.partner")),
        ]),
        migrations.AddField("partner", "number", models.PositiveIntegerField(null=True)),
        migrations.AddField("partner", "kinds", models.JSONField(default=cases.exchange.models.every_kind)),
        migrations.AddField("partner", "categories", models.JSONField(default=cases.exchange.models.adults_only)),
        migrations.AddField("partner", "per_minute", models.PositiveSmallIntegerField(default=300)),
        migrations.RunPython(move_keys, migrations.RunPython.noop),
    ]
