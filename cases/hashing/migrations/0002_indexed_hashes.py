import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """The hashes under which something is found, apart from what they are of: narrow, and read in the order of their ids."""
    dependencies = [("cases_hashing", "0001_initial")]
    operations = [
        migrations.CreateModel(
            name="IndexedHash",
            fields=[
                ("id", models.BigAutoField(primary_key=True, serialize=False)),
                ("kind", models.PositiveSmallIntegerField(choices=[(1, "Picture")])),
                ("pdq", models.CharField(max_length=64)),
                ("media", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="indexed",
                                            to="cases_hashing.mediahash")),
            ],
            options={"constraints": [models.CheckConstraint(condition=models.Q(kind__gt=0, kind__lt=1024), name="indexed_hash_kind")]},
        ),
    ]
