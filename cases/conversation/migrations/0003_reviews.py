"""A second look by another unit, or a complaint."""
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cases', '0005_the_queue_in_its_order'),
        ('cases_conversation', '0002_opinions_and_where_it_is_again'),
        ('cases_units', '0001_initial'),
        ('cases_vault', '0008_keys_of_before_signatures'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Review',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('second_look', 'A second look'), ('staff', 'A complaint about staff')], max_length=20)),
                ('body', models.BinaryField()),
                ('at', models.DateTimeField()),
                ('nobody', models.BooleanField(default=False)),
                ('answer', models.BinaryField(null=True)),
                ('answered_at', models.DateTimeField(null=True)),
                ('about', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases_units.unit')),
                ('answered_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to='cases.case')),
                ('key', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases_vault.datakey')),
                ('reader', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='cases_units.unit')),
            ],
            options={
                'ordering': ['at'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('answered_at', None)), fields=('case',), name='review_waits_once'), models.CheckConstraint(condition=models.Q(('about', models.F('reader')), _negated=True), name='review_by_another_unit'), models.CheckConstraint(condition=models.Q(models.Q(('answer__isnull', True), ('answered_at__isnull', True), ('answered_by__isnull', True)), models.Q(('answer__isnull', False), ('answered_at__isnull', False), ('answered_by__isnull', False)), _connector='OR'), name='review_answered_by_somebody')],
            },
        ),
    ]
