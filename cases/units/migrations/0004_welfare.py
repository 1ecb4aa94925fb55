import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """From how many files in a day on a break is suggested, and whom staff can call."""
    dependencies = [
        ('cases_units', '0003_roster_and_cover'),
    ]

    operations = [
        migrations.CreateModel(
            name='Welfare',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('files_a_day', models.PositiveSmallIntegerField()),
                ('phone', models.CharField(blank=True, max_length=30)),
                ('hours_en', models.CharField(blank=True, max_length=120)),
                ('hours_ur', models.CharField(blank=True, max_length=120)),
                ('unit', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='welfare', to='cases_units.unit')),
            ],
            options={
                'verbose_name_plural': 'welfare',
                'constraints': [models.CheckConstraint(condition=models.Q(('files_a_day__gte', 1)), name='welfare_allows_some_files')],
            },
        ),
    ]
