"""The post: mails of platforms that nobody has read, notices that could not be delivered, and ways that are broken."""
from dataclasses import dataclass
from datetime import date, timedelta

from django.db.models import QuerySet, Sum

from cases.escalation import gates
from cases.escalation.inbound import mailbox
from cases.escalation.inbound.mailbox import Broken
from cases.escalation.models import Answer, DeadLetter, Gate, Stray
from cases.permissions import Staff
from cases.selectors import cases_for

MOST = 100
LATELY = timedelta(days=7)


@dataclass(frozen=True)
class Post:
    answers: list[Answer]
    letters: list[DeadLetter]
    paused: list[Gate]
    strays: list[tuple[str, int]]              # why, how many in a week
    mailbox: Broken | None                     # since when nothing is fetched from it


def post_of(member: Staff, today: date) -> Post:
    return Post(list(unread(member)[:MOST]), list(waiting(member)[:MOST]), list(gates.paused()), strays(today - LATELY),
                mailbox.broken())


def waiting(member: Staff) -> QuerySet[DeadLetter]:
    """Dead letters of cases that the member sees, the newest first."""
    rows = DeadLetter.objects.filter(settled_at=None, escalation__case__in=cases_for(member))
    shown = rows.select_related("escalation__case", "escalation__platform", "escalation__channel")
    return shown.defer("escalation__notice", "escalation__case__answers").order_by("-at")


def unread(member: Staff) -> QuerySet[Answer]:
    """Mails that nobody has made anything of, the oldest first."""
    rows = Answer.objects.filter(kind=Answer.Kind.ANSWER, sorted_at=None, case__in=cases_for(member))
    return rows.select_related("escalation__platform", "case").defer("body", "escalation__notice", "case__answers").order_by("at")


def strays(since: date) -> list[tuple[str, int]]:
    rows = Stray.objects.filter(day__gte=since).values_list("why").annotate(n=Sum("count")).order_by("why")
    return [(str(Stray.Why(why).label), n) for why, n in rows]
