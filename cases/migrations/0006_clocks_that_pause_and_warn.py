import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """A clock stands still and goes on; what was told of it is written down; the next alarm is found by an index."""
    dependencies = [
        ('cases', '0005_the_queue_in_its_order'),
        ('cases_units', '0002_time_limits'),
        ('cases_vault', '0008_keys_of_before_signatures'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ClockEvent',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('what', models.CharField(choices=[('warned', 'Three quarters of the time had run'), ('breached', 'The time ran out'), ('reminded', 'Reminded that the time is over')], max_length=10)),
                ('level', models.PositiveSmallIntegerField()),
                ('number', models.PositiveSmallIntegerField(default=0)),
                ('due_at', models.DateTimeField()),
                ('at', models.DateTimeField()),
            ],
            options={
                'ordering': ['at'],
            },
        ),
        migrations.AddField(
            model_name='case',
            name='alarm_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='case',
            name='breached_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='case',
            name='clock_seconds',
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name='case',
            name='reminders',
            field=models.PositiveSmallIntegerField(default=0),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('alarm_at__isnull', False)), fields=['alarm_at'], name='case_alarm'),
        ),
        migrations.AddField(
            model_name='clockevent',
            name='case',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='clock_events', to='cases.case'),
        ),
        migrations.AddField(
            model_name='clockevent',
            name='unit',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases_units.unit'),
        ),
        migrations.AddIndex(
            model_name='clockevent',
            index=models.Index(fields=['unit', 'what', 'due_at'], name='clock_figures'),
        ),
    ]
