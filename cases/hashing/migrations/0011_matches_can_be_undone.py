import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """A match is undone with a reason, and kept, so that it is not found anew."""
    dependencies = [
        ('cases_hashing', '0009_variants_of_a_picture'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name='match',
            name='agreed_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='match',
            name='agreed_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='match',
            name='undone_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='match',
            name='undone_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='match',
            name='undone_why',
            field=models.CharField(blank=True, choices=[('different', 'Two different pictures that look alike'), ('common', 'A frame, a logo or a template that many pictures share'), ('trial', 'One of the reports was made to try the portal')], max_length=10),
        ),
        migrations.AddConstraint(
            model_name='match',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('undone_at__isnull', True), ('undone_by__isnull', True), ('undone_why', '')), models.Q(('undone_at__isnull', False), ('undone_by__isnull', False), models.Q(('undone_why', ''), _negated=True)), _connector='OR'), name='match_undone_by_somebody_with_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='match',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('agreed_at__isnull', True), ('agreed_by__isnull', True)), models.Q(('agreed_at__isnull', False), ('agreed_by__isnull', False), ('undone_at__isnull', False), models.Q(('agreed_by', models.F('undone_by')), _negated=True)), _connector='OR'), name='match_undoing_agreed_by_another'),
        ),
    ]
