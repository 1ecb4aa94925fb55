import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Priorities set by hand and facts put right, each with its sealed reason."""
    dependencies = [
        ('cases', '0008_merged_into'),
        ('cases_triage', '0008_drafts'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Correction',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('priority', 'Priority'), ('facts', 'What is known')], max_length=10)),
                ('was', models.JSONField(default=dict)),
                ('now', models.JSONField(default=dict)),
                ('reason', models.BinaryField()),
                ('at', models.DateTimeField()),
                ('applied_at', models.DateTimeField(null=True)),
                ('dropped_at', models.DateTimeField(null=True)),
                ('agreed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='corrections', to='cases.case')),
            ],
            options={
                'ordering': ['at'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('applied_at', None), ('dropped_at', None)), fields=('case',), name='one_correction_waits'), models.CheckConstraint(condition=models.Q(('agreed_by', None), models.Q(('agreed_by', models.F('by')), _negated=True), _connector='OR'), name='correction_agreed_by_another')],
            },
        ),
    ]
