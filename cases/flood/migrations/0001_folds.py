import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('cases', '0016_folded_reports'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='FoldRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('pictures', 'The same pictures'), ('burst', 'Many alike within minutes'), ('words', 'Nearly the same words or links'), ('hand', 'A member put them together')], max_length=10, unique=True)),
                ('many', models.PositiveSmallIntegerField()),
                ('minutes', models.PositiveIntegerField()),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('many__gte', 2), ('minutes__gte', 1)), name='fold_rule_of_several')],
            },
        ),
        migrations.CreateModel(
            name='Fold',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('pictures', 'The same pictures'), ('burst', 'Many alike within minutes'), ('words', 'Nearly the same words or links'), ('hand', 'A member put them together')], max_length=10)),
                ('alike', models.CharField(blank=True, max_length=64)),
                ('at', models.DateTimeField()),
                ('confirmed_at', models.DateTimeField(null=True)),
                ('over_at', models.DateTimeField(null=True)),
                ('case', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='fold', to='cases.case')),
                ('confirmed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('into', models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='folds', to='cases.case')),
                ('over_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'ordering': ['at'],
                'indexes': [models.Index(condition=models.Q(('over_at', None)), fields=['alike', 'at'], name='fold_alike')],
                'constraints': [models.CheckConstraint(condition=models.Q(('case', models.F('into')), _negated=True), name='folded_behind_another')],
            },
        ),
    ]
