import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    """Foreign fingerprints are found by the same index as our own, as a kind of their own."""
    dependencies = [("cases_hashing", "0007_only_what_reporters_agreed_to")]

    operations = [
        migrations.AddField(
            model_name='indexedhash',
            name='foreign',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='indexed', to='cases_hashing.foreignhash'),
        ),
        migrations.AlterField(
            model_name='indexedhash',
            name='kind',
            field=models.PositiveSmallIntegerField(choices=[(1, 'Picture'), (2, 'Foreign')]),
        ),
        migrations.AlterField(
            model_name='indexedhash',
            name='media',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='indexed', to='cases_hashing.mediahash'),
        ),
        migrations.AddConstraint(
            model_name='indexedhash',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('foreign__isnull', True), ('kind', 1), ('media__isnull', False)), models.Q(('foreign__isnull', False), ('kind', 2), ('media__isnull', True)), _connector='OR'), name='indexed_hash_of_one_thing'),
        ),
    ]
