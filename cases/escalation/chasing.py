"""Nothing sent is forgotten."""
from contextlib import suppress
from datetime import datetime

from cases.escalation import delivery
from cases.escalation.models import Answer, Escalation
from cases.escalation.services import SENDERS, NotNow, answer
from cases.outbox.models import Job

State = Escalation.State


def chase(now: datetime) -> None:
    """What could not be delivered, and what a platform lets lie, comes back to a caseworker.

    One transaction each, so that never many cases are locked at once. What somebody moved meanwhile is left as it is, and of a
    platform whose answer lies here unread nobody says that it is silent.
    """
    for escalation in Escalation.objects.filter(state=State.REQUESTED, channel__kind__in=SENDERS):
        jobs = Job.objects.filter(task__in=["escalation.deliver", "escalation.submit"],
                                  payload__escalation_id=str(escalation.pk))
        over = [Job.State.FAILED, Job.State.DONE]
        if jobs.filter(state=Job.State.FAILED).exists() and not jobs.exclude(state__in=over).exists():
            delivery.give_up(escalation)
    unread = Answer.objects.filter(kind=Answer.Kind.ANSWER, sorted_at=None).values("escalation")
    late = Escalation.objects.filter(state__in=[State.SENT, State.ACKNOWLEDGED], next_check_at__lte=now)
    for escalation in late.exclude(pk__in=unread):
        with suppress(NotNow):
            answer(escalation=escalation, outcome=State.NO_ANSWER)
