import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """A report may stand behind one like it; no list has such reports, and each index of the queue says which they are."""
    dependencies = [
        ('cases', '0015_open_cases_by_id'),
        ('cases_units', '0004_welfare'),
        ('cases_vault', '0008_keys_of_before_signatures'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='case',
            name='case_open',
        ),
        migrations.RemoveIndex(
            model_name='case',
            name='case_status',
        ),
        migrations.RemoveIndex(
            model_name='case',
            name='case_closed',
        ),
        migrations.RemoveIndex(
            model_name='case',
            name='case_owner',
        ),
        migrations.RemoveIndex(
            model_name='case',
            name='case_unread',
        ),
        migrations.RemoveIndex(
            model_name='case',
            name='case_written',
        ),
        migrations.RemoveIndex(
            model_name='case',
            name='case_restricted',
        ),
        migrations.RemoveIndex(
            model_name='case',
            name='case_harm',
        ),
        migrations.RemoveIndex(
            model_name='case',
            name='case_priority',
        ),
        migrations.RemoveIndex(
            model_name='case',
            name='case_open_by_id',
        ),
        migrations.AddField(
            model_name='case',
            name='folded_into',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='folded', to='cases.case'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('status', 'closed'), _negated=True), fields=['unit', 'due_at', 'id', 'merged_into', 'folded_into'], name='case_open'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(fields=['unit', 'status', 'due_at', 'id', 'merged_into', 'folded_into'], name='case_status'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('status', 'closed')), fields=['unit', 'closed_at', 'id', 'merged_into', 'folded_into'], name='case_closed'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('status', 'closed'), _negated=True), fields=['assignee', 'due_at', 'id', 'merged_into', 'folded_into'], name='case_owner'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('unread', True)), fields=['unit', 'due_at', 'id', 'merged_into', 'folded_into'], name='case_unread'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('unread', True), models.Q(('status', 'new'), _negated=True)), fields=['unit', 'id', 'merged_into', 'folded_into'], name='case_written'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('restricted', True), models.Q(('status', 'closed'), _negated=True)), fields=['unit', 'due_at', 'id', 'merged_into', 'folded_into'], name='case_restricted'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('status', 'closed'), _negated=True), fields=['unit', 'harm', 'due_at', 'id', 'merged_into', 'folded_into'], name='case_harm'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('status', 'closed'), _negated=True), fields=['unit', 'priority', 'due_at', 'id', 'merged_into', 'folded_into'], name='case_priority'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('status', 'closed'), _negated=True), fields=['id', 'unit', 'due_at', 'merged_into', 'folded_into'], name='case_open_by_id'),
        ),
    ]
