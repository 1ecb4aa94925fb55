"""A case that waits for its reporter: neutral reminders after a while, and a hint for whoever has it when no answer comes."""
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Max, Q
from django.utils import timezone

from cases.audit.services import record
from cases.conversation.models import Nudge
from cases.models import Case, Message, StatusChange
from cases.notifications.services import tell_reporter
from cases.workflow import Status

REMIND_AFTER = (timedelta(days=3), timedelta(days=7), timedelta(days=14))
HINT_AFTER = timedelta(days=7)
WAITING = Status.WAITING_REPORTER.value


@dataclass(frozen=True)
class Silence:
    """`days` without an answer; `read_at`: when the reporter opened our last message, if they did."""
    days: int
    written: bool
    read_at: datetime | None


def silence(case: Case, now: datetime | None = None) -> Silence | None:
    """Derived whenever it is asked for. None while it is no time yet, and in cases that wait for nobody."""
    if case.status != WAITING:
        return None
    moment = now or timezone.now()
    since = StatusChange.objects.filter(case=case, status=WAITING).aggregate(at=Max("at"))["at"]
    if since is None or moment - since < HINT_AFTER:
        return None
    last = Message.objects.filter(case=case, author=Message.Author.STAFF.value).order_by("-at").only("read_at").first()
    return Silence((moment - since).days, last is not None, last.read_at if last else None)


@transaction.atomic
def remind(now: datetime) -> int:
    """Tell those who left an address that something waits, at most once for each step of REMIND_AFTER; runs that were missed
    are made up for, once. Returns how many were told."""
    waits = Case.objects.filter(status=WAITING, merged_into=None, address__isnull=False).annotate(
        since=Max("history__at", filter=Q(history__status=WAITING))).filter(since__lte=now - REMIND_AFTER[0])
    told = {row.case_id: row for row in Nudge.objects.filter(case__in=waits)}
    return sum(_nudge(case, told.get(case.pk), case.since, now) for case in waits.only("pk").order_by("pk"))


def _nudge(case: Case, row: Nudge | None, since: datetime, now: datetime) -> bool:
    due = sum(now - since >= step for step in REMIND_AFTER)
    if row and row.since == since and row.sent >= due:
        return False
    Nudge.objects.update_or_create(case=case, defaults={"since": since, "sent": due})
    tell_reporter(case=case)
    record("reporter_nudged", subject=case.pk, actor="system", count=due)
    return True
