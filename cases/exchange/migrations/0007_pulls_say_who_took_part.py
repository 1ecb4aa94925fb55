from django.db import migrations


class Migration(migrations.Migration):
    """Who was not there yet has pulled nothing."""
    dependencies = [("cases_exchange", "0006_what_each_has_pulled")]
    operations = [migrations.RemoveField("partner", "since")]
