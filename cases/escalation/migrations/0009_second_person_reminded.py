
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases_escalation', '0008_chasing_by_ladders'),
    ]

    operations = [
        migrations.AddField(
            model_name='approval',
            name='reminded_at',
            field=models.DateTimeField(null=True),
        ),
    ]
