"""What staff ask the reporter for, and the answers."""
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('cases', '0003_priority_after_arrival'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Ask',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('links', 'Links'), ('date', 'A date'), ('platform', 'The platform'), ('age', 'An age'), ('contact', 'A number or address'), ('consent', 'Consent')], max_length=10)),
                ('about', models.CharField(blank=True, max_length=20)),
                ('platform', models.CharField(blank=True, max_length=30)),
                ('at', models.DateTimeField()),
                ('taken_back_at', models.DateTimeField(null=True)),
                ('answered_at', models.DateTimeField(null=True)),
                ('declined', models.BooleanField(default=False)),
                ('answer', models.BinaryField(null=True)),
                ('tagged_at', models.DateTimeField(null=True)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('case', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='asks', to='cases.case')),
            ],
            options={
                'ordering': ['at'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('answered_at', None), ('taken_back_at', None)), fields=('case', 'kind', 'about'), name='ask_waits_once'), models.CheckConstraint(condition=models.Q(('by__isnull', False), models.Q(('about', 'back'), ('answered_at__isnull', False), ('kind', 'links')), _connector='OR'), name='ask_of_staff_or_links_unasked')],
            },
        ),
    ]
