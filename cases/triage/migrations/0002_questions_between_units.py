import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """One unit asks another about a picture that both hold."""
    dependencies = [
        ('cases', '0003_priority_after_arrival'),
        ('cases_triage', '0001_initial'),
        ('cases_vault', '0008_keys_of_before_signatures'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Question',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('reason', models.BinaryField()),
                ('at', models.DateTimeField()),
                ('answer', models.CharField(blank=True, choices=[('yes', 'Yes: they may know our reference, and we work together'), ('no', 'No'), ('call', 'We will call')], max_length=4)),
                ('answered_at', models.DateTimeField(null=True)),
                ('about', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='questions', to='cases.case')),
                ('answered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('asking', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='cases.case')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('key', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases_vault.datakey')),
            ],
            options={
                'ordering': ['at'],
                'constraints': [models.UniqueConstraint(fields=('about', 'asking'), name='question_once'), models.CheckConstraint(condition=models.Q(models.Q(('answer', ''), ('answered_at__isnull', True), ('answered_by__isnull', True)), models.Q(('answered_at__isnull', False), ('answered_by__isnull', False), models.Q(('answer', ''), _negated=True)), _connector='OR'), name='question_answered_by_somebody')],
            },
        ),
    ]
