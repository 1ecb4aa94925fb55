from django.db import migrations, models


class Migration(migrations.Migration):
    """What was withdrawn before a partner took part is not for it. Of those that are there already nothing is known."""
    dependencies = [("cases_exchange", "0004_lists_that_come_in")]
    operations = [migrations.AddField("partner", "since", models.DateTimeField(null=True))]
