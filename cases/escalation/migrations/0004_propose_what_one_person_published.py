from typing import Any

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor


def propose(apps: Any, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Whoever published it then is the first of two. It waits on the page of shared lists, of each case whose reporter agrees still;
    what left the list before has no such reporter, or is refused there for what it shows."""
    listings, hashes = apps.get_model("cases_hashing", "Listing"), apps.get_model("cases_hashing", "MediaHash")
    consents, notices = apps.get_model("cases", "Consent"), apps.get_model("cases_escalation", "Escalation")
    entries = apps.get_model("cases_hashing", "ListEntry").objects.filter(state="withdrawn", listings=None)
    for entry in entries.exclude(published_at=None).order_by("published_at"):
        for notice in notices.objects.filter(entries=entry).order_by("requested_at"):
            yes = consents.objects.filter(case=notice.case_id, act="share_hashes").order_by("-at").first()
            picture = hashes.objects.filter(case=notice.case_id, pdq=entry.value).order_by("number").first()
            if picture and yes and yes.answer == "yes":
                listings.objects.get_or_create(entry=entry, hash=picture, defaults={
                    "consent": yes, "basis": "peca_21", "proposed_by": notice.by, "proposed_at": notice.requested_at})


class Migration(migrations.Migration):
    """Entries that one person had published left the list (cases_hashing 0007). Here they become work for a second one."""
    dependencies = [("cases_escalation", "0003_uploads_upward"), ("cases_hashing", "0008_index_what_others_list"),
                    ("cases", "0002_walls_and_broken_glass")]
    operations = [migrations.RunPython(propose, migrations.RunPython.noop, elidable=True)]
