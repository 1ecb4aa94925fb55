from django.db import migrations, models


class Migration(migrations.Migration):
    """The list holds more than PDQ: a value, and what kind it is."""
    dependencies = [("cases_hashing", "0004_chunks_in_postgresql")]
    operations = [migrations.AlterField("listentry", "pdq", models.CharField(max_length=64)),
                  migrations.RenameField("listentry", "pdq", "value")]
