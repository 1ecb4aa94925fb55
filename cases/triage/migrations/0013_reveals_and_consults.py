"""Who looked where a reporter can be reached, and why; what other units are asked about a case."""
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0014_another_unit_may_read'),
        ('cases_conversation', '0004_nudges'),
        ('cases_triage', '0012_saved_views_and_desks'),
        ('cases_units', '0003_roster_and_cover'),
        ('cases_vault', '0008_keys_of_before_signatures'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Reveal',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('reason', models.BinaryField()),
                ('at', models.DateTimeField()),
                ('ask', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='reveals', to='cases_conversation.ask')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='cases.case')),
            ],
            options={
                'ordering': ['at'],
                'indexes': [models.Index(fields=['by', 'at'], name='reveals_of_a_member')],
            },
        ),
        migrations.CreateModel(
            name='Consult',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('scope', models.CharField(choices=[('question', 'Only my question: nothing of the case'), ('report', 'My question and a copy of the report: the reporter agrees'), ('danger', 'My question and a copy of the report: somebody’s life is in danger')], max_length=10)),
                ('question', models.BinaryField()),
                ('report', models.BinaryField(null=True)),
                ('own', models.BinaryField()),
                ('at', models.DateTimeField()),
                ('until', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('answer', models.BinaryField(null=True)),
                ('answered_at', models.DateTimeField(null=True)),
                ('answer_key', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases_vault.datakey')),
                ('answered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='consults', to='cases.case')),
                ('key', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases_vault.datakey')),
                ('unit', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases_units.unit')),
            ],
            options={
                'ordering': ['at'],
                'indexes': [models.Index(condition=models.Q(('ended_at', None)), fields=['unit', 'until'], name='consult_open')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('answered_at', None), ('ended_at', None)), fields=('case', 'unit'), name='consult_waits_once'), models.CheckConstraint(condition=models.Q(models.Q(('scope', 'question'), _negated=True), ('report', None), _connector='OR'), name='consult_question_alone_has_no_report'), models.CheckConstraint(condition=models.Q(models.Q(('answer__isnull', True), ('answer_key__isnull', True), ('answered_at__isnull', True), ('answered_by__isnull', True)), models.Q(('answer__isnull', False), ('answer_key__isnull', False), ('answered_at__isnull', False), ('answered_by__isnull', False)), _connector='OR'), name='consult_answered_by_somebody')],
            },
        ),
    ]
