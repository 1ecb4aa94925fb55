from django.db import migrations, models


class Migration(migrations.Migration):
    """Whoever asks what a partner may hold asks for a range of time, in either protocol: time comes first in the index."""
    dependencies = [("cases_exchange", "0008_how_much_each_submitted")]
    operations = [
        migrations.RemoveConstraint("pull", "pull_once_for_a_list"),
        migrations.AddConstraint("pull", models.UniqueConstraint(fields=("partner", "newest", "protocol"),
                                                                 name="pull_once_for_a_list")),
    ]
