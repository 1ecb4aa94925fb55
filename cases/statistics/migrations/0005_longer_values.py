

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases_statistics', '0004_publications'),
    ]

    operations = [
        migrations.AlterField(
            model_name='tally',
            name='value',
            field=models.CharField(max_length=100),
        ),
    ]
