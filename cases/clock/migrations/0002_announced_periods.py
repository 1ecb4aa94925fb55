import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Days with hours of their own, and names in both languages."""
    dependencies = [
        ('cases_clock', '0001_initial'),
    ]

    operations = [
        migrations.AddField(
            model_name='holiday',
            name='name_en',
            field=models.CharField(max_length=80, null=True),
        ),
        migrations.AddField(
            model_name='holiday',
            name='name_ur',
            field=models.CharField(max_length=80, null=True),
        ),
        migrations.CreateModel(
            name='Period',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('first', models.DateField()),
                ('last', models.DateField()),
                ('name', models.CharField(max_length=80)),
                ('name_en', models.CharField(max_length=80, null=True)),
                ('name_ur', models.CharField(max_length=80, null=True)),
                ('hours', models.JSONField(default=dict)),
                ('calendar', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='periods', to='cases_clock.calendar')),
            ],
            options={
                'ordering': ['first'],
                'constraints': [models.CheckConstraint(condition=models.Q(('last__gte', models.F('first'))), name='period_ends_after_it_begins')],
            },
        ),
    ]
