from django.db import migrations, models


class Migration(migrations.Migration):
    """A priority may change after the report came in: by a rule about its pictures, or by a member."""
    dependencies = [
        ('cases', '0002_walls_and_broken_glass'),
    ]

    operations = [
        migrations.AddField(
            model_name='case',
            name='hand_priority',
            field=models.PositiveSmallIntegerField(choices=[(1, 'Urgent'), (2, 'High'), (3, 'Normal'), (4, 'Low')], null=True),
        ),
        migrations.AddField(
            model_name='case',
            name='seen_rule',
            field=models.CharField(blank=True, default='', max_length=30),
        ),
    ]
