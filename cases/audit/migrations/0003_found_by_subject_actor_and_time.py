from django.db import migrations, models


class Migration(migrations.Migration):
    """For the auditors' questions: who read this case, what did this person read. An index leaves the triggers alone."""
    dependencies = [("cases_audit", "0002_append_only")]
    operations = [
        migrations.AddIndex("entry", models.Index(fields=["-at", "-id"], name="audit_time")),
        migrations.AddIndex("entry", models.Index(fields=["subject", "-at", "-id"], name="audit_subject")),
        migrations.AddIndex("entry", models.Index(fields=["actor", "-at", "-id"], name="audit_actor")),
        migrations.AddIndex("entry", models.Index(fields=["event", "-at", "-id"], name="audit_event")),
    ]
