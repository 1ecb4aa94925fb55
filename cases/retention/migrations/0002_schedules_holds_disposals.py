from hashlib import sha256

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def forget_case_ids(apps, schema_editor):
    """Tombstones of before held the case's id; now they hold its digest (tombstones.digest)."""
    for disposal in apps.get_model("cases_retention", "Disposal").objects.exclude(case=None):
        disposal.digest = sha256(b"mehfooz tombstone\0case\0" + disposal.case.bytes).hexdigest()
        disposal.case, disposal.finished_at = None, disposal.at
        disposal.save()


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0001_initial'),
        ('cases_retention', '0001_initial'),
        ('cases_units', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Proposal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('approved_at', models.DateTimeField(null=True)),
            ],
            options={
                'ordering': ['case__closed_at'],
            },
        ),
        migrations.CreateModel(
            name='Restoration',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('replayed_at', models.DateTimeField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name='Schedule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('outcome', models.CharField(choices=[('removed', 'Content removed'), ('not_removed', 'Content not removed'), ('referred', 'Referred to an authority'), ('withdrawn', 'Withdrawn by the reporter'), ('not_for_us', 'Not for this ministry'), ('duplicate', 'Duplicate')], max_length=20)),
                ('name', models.CharField(max_length=80)),
                ('name_en', models.CharField(max_length=80, null=True)),
                ('name_ur', models.CharField(max_length=80, null=True)),
                ('reason', models.CharField(max_length=300)),
                ('reason_en', models.CharField(max_length=300, null=True)),
                ('reason_ur', models.CharField(max_length=300, null=True)),
                ('days', models.PositiveSmallIntegerField()),
            ],
            options={
                'ordering': ['unit__code', 'days', 'outcome'],
            },
        ),
        migrations.AlterModelOptions(
            name='disposal',
            options={'ordering': ['-at']},
        ),
        migrations.AlterModelOptions(
            name='hold',
            options={'ordering': ['at']},
        ),
        migrations.AddField(
            model_name='disposal',
            name='approved_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='disposal',
            name='confirmed_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='disposal',
            name='digest',
            field=models.CharField(max_length=64, null=True),
        ),
        migrations.AddField(
            model_name='disposal',
            name='finished_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='disposal',
            name='outcome',
            field=models.CharField(blank=True, choices=[('removed', 'Content removed'), ('not_removed', 'Content not removed'), ('referred', 'Referred to an authority'), ('withdrawn', 'Withdrawn by the reporter'), ('not_for_us', 'Not for this ministry'), ('duplicate', 'Duplicate')], max_length=20),
        ),
        migrations.AddField(
            model_name='disposal',
            name='why',
            field=models.CharField(choices=[('schedule', 'Its time was over'), ('reporter', 'The reporter erased it'), ('restored', 'It came back with a backup')], default='restored', max_length=10),
            preserve_default=False,
        ),
        migrations.AddField(
            model_name='hold',
            name='lifted_at',
            field=models.DateTimeField(null=True),
        ),
        migrations.AddField(
            model_name='hold',
            name='lifted_because',
            field=models.CharField(blank=True, choices=[('over', 'It is over: nobody needs it any more'), ('withdrawn', 'Whoever asked for it took it back'), ('mistake', 'It was placed by mistake')], max_length=20),
        ),
        migrations.AddField(
            model_name='hold',
            name='lifted_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='hold',
            name='reason',
            field=models.CharField(choices=[('court', 'A court asked for it'), ('authority', 'Police or another authority asked in writing'), ('complaint', 'A complaint or appeal is running'), ('pressure', 'Somebody may be forcing the reporter to erase it'), ('review', 'The ministry is looking into its own work')], default='review', max_length=20),
        ),
        migrations.AlterField(
            model_name='disposal',
            name='case',
            field=models.UUIDField(null=True, unique=True),
        ),
        migrations.RunPython(forget_case_ids, migrations.RunPython.noop),
        migrations.AlterField(
            model_name='disposal',
            name='digest',
            field=models.CharField(max_length=64, unique=True),
        ),
        migrations.AddConstraint(
            model_name='disposal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('case__isnull', False), ('finished_at', None)), models.Q(('case', None), ('finished_at__isnull', False)), _connector='OR'), name='disposal_forgets_the_case'),
        ),
        migrations.AddConstraint(
            model_name='disposal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('why', 'schedule'), _negated=True), models.Q(('approved_by__isnull', False), ('confirmed_by__isnull', False), models.Q(('approved_by', models.F('confirmed_by')), _negated=True)), _connector='OR'), name='disposal_two_people'),
        ),
        migrations.AddConstraint(
            model_name='hold',
            constraint=models.UniqueConstraint(condition=models.Q(('lifted_at', None)), fields=('case',), name='hold_one_stands'),
        ),
        migrations.AddConstraint(
            model_name='hold',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('lifted_at', None), ('lifted_because', ''), ('lifted_by', None)), models.Q(('lifted_at__isnull', False), ('lifted_by__isnull', False), models.Q(('lifted_because', ''), _negated=True)), _connector='OR'), name='hold_lifted_whole'),
        ),
        migrations.AddField(
            model_name='proposal',
            name='approved_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='proposal',
            name='case',
            field=models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='proposal', to='cases.case'),
        ),
        migrations.AddField(
            model_name='schedule',
            name='unit',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases_units.unit'),
        ),
        migrations.AddField(
            model_name='proposal',
            name='schedule',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases_retention.schedule'),
        ),
        migrations.AddConstraint(
            model_name='schedule',
            constraint=models.UniqueConstraint(fields=('unit', 'outcome'), name='schedule_once'),
        ),
        migrations.AddConstraint(
            model_name='schedule',
            constraint=models.UniqueConstraint(condition=models.Q(('unit', None)), fields=('outcome',), name='schedule_default_once'),
        ),
        migrations.AddConstraint(
            model_name='schedule',
            constraint=models.CheckConstraint(condition=models.Q(('days__gte', 180), ('days__lte', 3650)), name='schedule_days'),
        ),
        migrations.AddConstraint(
            model_name='proposal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('approved_at', None), ('approved_by', None)), models.Q(('approved_at__isnull', False), ('approved_by__isnull', False)), _connector='OR'), name='proposal_approved_whole'),
        ),
    ]
