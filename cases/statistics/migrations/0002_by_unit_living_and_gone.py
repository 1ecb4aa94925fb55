from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ("cases_statistics", "0001_tally"),
    ]

    operations = [
        migrations.RemoveConstraint(model_name="tally", name="tally_once"),
        migrations.RenameField(model_name="tally", old_name="n", new_name="gone"),
        migrations.AddField(model_name="tally", name="living", field=models.PositiveIntegerField(default=0)),
        migrations.AddField(model_name="tally", name="unit", field=models.CharField(blank=True, default="", max_length=30)),
        migrations.AlterField(model_name="tally", name="value", field=models.CharField(max_length=50)),
        migrations.AddConstraint(model_name="tally", constraint=models.UniqueConstraint(
            fields=["month", "unit", "dimension", "value"], name="tally_once")),
        migrations.CreateModel(
            name="Counted",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("month", models.DateField(unique=True)),
                ("at", models.DateTimeField(null=True)),
            ],
        ),
    ]
