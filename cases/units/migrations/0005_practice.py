from django.db import migrations, models


class Migration(migrations.Migration):
    """A unit whose cases are made up."""

    dependencies = [
        ('cases_units', '0004_welfare'),
    ]

    operations = [
        migrations.AddField(
            model_name='unit',
            name='practice',
            field=models.BooleanField(default=False),
        ),
    ]
