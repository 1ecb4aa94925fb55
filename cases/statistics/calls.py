"""Calls that are not ours, by far the most: answered, counted by day, and forgotten. Nothing of the person is kept."""
from collections import Counter
from datetime import date

from django.db import transaction
from django.db.models import F, Sum
from django.db.models.functions import TruncMonth
from django.utils import timezone

from cases.audit.services import actor, record
from cases.permissions import Staff
from cases.statistics.models import Call
from cases.statistics.words import Reason, SentTo
from cases.workflow import Source


@transaction.atomic
def count(*, came: Source, reason: Reason, sent_to: SentTo, by: Staff) -> Call:
    """One more, today in Pakistan."""
    row, _made = Call.objects.get_or_create(day=timezone.localdate(), came=came.value, reason=reason.value, sent_to=sent_to.value)
    Call.objects.filter(pk=row.pk).update(n=F("n") + 1)
    record("call_counted", subject="calls", actor=actor(by), came=came.value, reason=reason.value, sent_to=sent_to.value)
    return row


@transaction.atomic
def take_back(*, row: int, by: Staff) -> bool:
    """One less of the same, for a slip of the hand. False when there is none."""
    taken = bool(Call.objects.filter(pk=row, n__gt=0).update(n=F("n") - 1))
    if taken:
        record("call_taken_back", subject="calls", actor=actor(by), row=row)
    return taken


def on(day: date) -> int:
    return Call.objects.filter(day=day).aggregate(all=Sum("n"))["all"] or 0


def by_reason(first: date, last: date) -> Counter[str]:
    """Reason → how many, of these days; both count."""
    rows = Call.objects.filter(day__gte=first, day__lte=last).values_list("reason").annotate(all=Sum("n"))
    return Counter({reason: n for reason, n in rows if n})


def by_month(first: date, after: date) -> list[tuple[date, str, int]]:
    """Month, reason and how many people, from a day to the day before another."""
    rows = Call.objects.filter(day__gte=first, day__lt=after).annotate(month=TruncMonth("day")).order_by()
    return list(rows.values_list("month", "reason").annotate(people=Sum("n")))
