from django.db import migrations, models


class Migration(migrations.Migration):
    """The keys were copied to a table of their own."""
    dependencies = [("cases_exchange", "0002_keys_that_can_be_changed")]
    operations = [
        migrations.AlterField("partner", "number", models.PositiveIntegerField(unique=True)),
        migrations.RemoveField("partner", "fetch_key"),
        migrations.RemoveField("partner", "subscription_key"),
    ]
