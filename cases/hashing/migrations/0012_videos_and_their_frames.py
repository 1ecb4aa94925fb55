import uuid
from typing import Any

import django.db.models.deletion
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

from cases.hashing import triggers


def install(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    triggers.install(schema_editor.connection)


def remove(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    triggers.remove(schema_editor.connection)


class Migration(migrations.Migration):
    """A fingerprint may be a video's: the codes of the file, and pictures out of it. SQLite builds the table of fingerprints anew,
    which the triggers of the lists name: they step aside meanwhile."""
    dependencies = [("cases_hashing", "0011_matches_can_be_undone")]

    operations = [
        migrations.RunPython(remove, install),
        migrations.CreateModel(
            name='Frame',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('at_ms', models.PositiveIntegerField()),
                ('pdq', models.CharField(max_length=64)),
                ('quality', models.PositiveSmallIntegerField()),
            ],
            options={
                'ordering': ['at_ms'],
            },
        ),
        migrations.RemoveConstraint(
            model_name='indexedhash',
            name='indexed_hash_of_one_thing',
        ),
        migrations.RemoveConstraint(
            model_name='mediahash',
            name='hash_quality',
        ),
        migrations.AddField(
            model_name='match',
            name='share',
            field=models.PositiveSmallIntegerField(default=100),
        ),
        migrations.AddField(
            model_name='mediahash',
            name='kind',
            field=models.CharField(choices=[('image', 'Image'), ('video', 'Video')], default='image', max_length=5),
        ),
        migrations.AlterField(
            model_name='indexedhash',
            name='kind',
            field=models.PositiveSmallIntegerField(choices=[(1, 'Picture'), (2, 'Foreign'), (3, 'Frame')]),
        ),
        migrations.AlterField(
            model_name='mediahash',
            name='pdq',
            field=models.CharField(blank=True, max_length=64),
        ),
        migrations.AddConstraint(
            model_name='indexedhash',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('foreign__isnull', True), ('kind__in', [1, 3]), ('media__isnull', False)), models.Q(('foreign__isnull', False), ('kind', 2), ('media__isnull', True)), _connector='OR'), name='indexed_hash_of_one_thing'),
        ),
        migrations.AddConstraint(
            model_name='mediahash',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('kind', 'image'), ('quality__gte', 50), ('quality__lte', 100), models.Q(('pdq', ''), _negated=True)), models.Q(('kind', 'video'), ('pdq', ''), ('quality', 0)), _connector='OR'), name='hash_of_a_picture_or_a_video'),
        ),
        migrations.AddField(
            model_name='frame',
            name='media',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='frames', to='cases_hashing.mediahash'),
        ),
        migrations.AddConstraint(
            model_name='frame',
            constraint=models.UniqueConstraint(fields=('media', 'at_ms'), name='frame_once'),
        ),
        migrations.AddConstraint(
            model_name='frame',
            constraint=models.CheckConstraint(condition=models.Q(('quality__gte', 50), ('quality__lte', 100)), name='frame_quality'),
        ),
        migrations.RunPython(install, remove),
    ]
