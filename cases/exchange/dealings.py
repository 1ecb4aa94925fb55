"""What became of one entry of a shared list at each partner."""
from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db.models import Min

from cases.audit.models import Entry
from cases.exchange.models import Feedback, Partner, Recall
from cases.hashing.models import ListEntry


@dataclass(frozen=True)
class Dealings:
    """One partner and one entry. `pulled`: its first pull since the entry was published; `said`: its verdicts, oldest first."""
    partner: Partner
    pulled: datetime | None
    said: list[Feedback]
    recall: Recall | None


def history(entry: ListEntry) -> list[Dealings]:
    """Of the partners that are given such entries, and of those that had to do with this one."""
    said, recalls = defaultdict[UUID, list[Feedback]](list), dict[UUID, Recall]()
    for verdict in Feedback.objects.filter(entry=entry):
        said[verdict.partner_id].append(verdict)
    for recall in Recall.objects.filter(entry=entry):
        recalls[recall.partner_id] = recall
    since = entry.published_at
    pulls = Entry.objects.filter(event="list_fetched", at__gte=since) if since else Entry.objects.none()
    first = dict(pulls.order_by().values_list("actor").annotate(at=Min("at")))
    return [Dealings(partner, first.get(f"partner:{partner.pk}"), said[partner.pk], recalls.get(partner.pk))
            for partner in Partner.objects.order_by("name")
            if partner.pk in said or partner.pk in recalls
            or entry.kind in partner.kinds and entry.category in partner.categories]
