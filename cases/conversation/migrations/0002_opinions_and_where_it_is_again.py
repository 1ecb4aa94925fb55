"""What the reporter thinks of our work; and a question that the portal asks by itself."""
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0005_the_queue_in_its_order'),
        ('cases_conversation', '0001_asks'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Opinion',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('choice', models.CharField(choices=[('yes', 'Yes'), ('partly', 'Partly'), ('no', 'No')], max_length=10)),
                ('words', models.BinaryField(null=True)),
                ('at', models.DateTimeField()),
            ],
        ),
        migrations.RemoveConstraint(
            model_name='ask',
            name='ask_of_staff_or_links_unasked',
        ),
        migrations.AddConstraint(
            model_name='ask',
            constraint=models.CheckConstraint(condition=models.Q(('by__isnull', False), models.Q(('about', 'back'), ('kind', 'links')), _connector='OR'), name='ask_of_staff_or_where_again'),
        ),
        migrations.AddField(
            model_name='opinion',
            name='case',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='opinion', to='cases.case'),
        ),
    ]
