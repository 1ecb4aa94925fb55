from django.db import migrations, models


class Migration(migrations.Migration):
    """An index for each order in which the queue is walked: the first page of a million cases is read, not sorted."""
    dependencies = [
        ('cases', '0004_labels_and_written_language'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='case',
            name='case_queue',
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('status', 'closed'), _negated=True), fields=['unit', 'due_at', 'id'], name='case_open'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(fields=['unit', 'status', 'due_at', 'id'], name='case_status'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('status', 'closed')), fields=['unit', 'closed_at', 'id'], name='case_closed'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('status', 'closed'), _negated=True), fields=['assignee', 'due_at', 'id'], name='case_owner'),
        ),
        migrations.AddIndex(
            model_name='case',
            index=models.Index(condition=models.Q(('unread', True)), fields=['unit', 'due_at', 'id'], name='case_unread'),
        ),
    ]
