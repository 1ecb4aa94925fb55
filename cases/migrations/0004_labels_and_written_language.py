import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    """Words by which a unit finds cases again, and the language that a report is written in."""
    dependencies = [
        ('cases', '0003_priority_after_arrival'),
        ('cases_units', '0001_initial'),
        ('cases_vault', '0008_keys_of_before_signatures'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Label',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('name_en', models.CharField(max_length=40)),
                ('name_ur', models.CharField(max_length=40)),
                ('retired_at', models.DateTimeField(null=True)),
                ('unit', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='labels', to='cases_units.unit')),
            ],
            options={
                'ordering': ['name_en', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Labelled',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='labelled', to='cases.case')),
                ('label', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases.label')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('case', 'label'), name='labelled_once')],
            },
        ),
        migrations.AddField(
            model_name='case',
            name='written_in',
            field=models.CharField(blank=True, choices=[('ur', 'Urdu'), ('roman_ur', 'Roman Urdu'), ('en', 'English'), ('ps', 'Pashto'), ('sd', 'Sindhi'), ('other', 'Another language')], default='', max_length=10),
        ),
    ]
