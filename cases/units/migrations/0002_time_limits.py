import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """What a unit's clocks allow, as data."""
    dependencies = [
        ('cases_units', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='TimeLimit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('level', models.PositiveSmallIntegerField()),
                ('hours', models.PositiveSmallIntegerField()),
                ('working', models.BooleanField()),
                ('since', models.DateTimeField()),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='limits', to='cases_units.unit')),
            ],
            options={
                'ordering': ['-since', '-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('hours__gte', 1), ('level__gte', 1), ('level__lte', 4)), name='limit_allows_some_time')],
            },
        ),
    ]
