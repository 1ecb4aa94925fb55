from django.db import migrations, models


class Migration(migrations.Migration):
    """Many reports alike are shown as one row, or as their own again, by a bulk act."""
    dependencies = [
        ('cases_triage', '0013_reveals_and_consults'),
    ]

    operations = [
        migrations.AlterField(
            model_name='bulkrun',
            name='act',
            field=models.CharField(choices=[('take', 'Assign to me'), ('assign', 'Assign to somebody'), ('priority', 'Change the priority'), ('label', 'Add a label'), ('unlabel', 'Remove a label'), ('move', 'Change the status'), ('write', 'Send a ready reply'), ('merge', 'Merge into one case'), ('fold', 'Show as one row'), ('confirm', 'Confirm that they are alike'), ('unfold', 'Give each a row of its own')], max_length=10),
        ),
    ]
