from django.db import migrations, models


class Migration(migrations.Migration):
    """Made-up cases go when their member begins anew."""

    dependencies = [
        ('cases_retention', '0003_more_ways_to_end'),
    ]

    operations = [
        migrations.AlterField(
            model_name='disposal',
            name='why',
            field=models.CharField(choices=[('schedule', 'Its time was over'), ('reporter', 'The reporter erased it'), ('restored', 'It came back with a backup'), ('practice', 'It was made up, for practice')], max_length=10),
        ),
    ]
