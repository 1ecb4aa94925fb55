from django.db import migrations, models


class Migration(migrations.Migration):
    """Rules of priority as data."""
    dependencies = [
        ('cases_clock', '0003_holidays_keep_their_names'),
    ]

    operations = [
        migrations.CreateModel(
            name='PriorityRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('code', models.SlugField(max_length=30)),
                ('name', models.CharField(max_length=80)),
                ('name_en', models.CharField(max_length=80, null=True)),
                ('name_ur', models.CharField(max_length=80, null=True)),
                ('level', models.PositiveSmallIntegerField()),
                ('conditions', models.JSONField(default=dict)),
                ('off', models.BooleanField(default=False)),
                ('since', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('code',), name='one_rule_of_a_code'), models.CheckConstraint(condition=models.Q(('level__gte', 1), ('level__lte', 4)), name='rule_has_a_level')],
            },
        ),
    ]
