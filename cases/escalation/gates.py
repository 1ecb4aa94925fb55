"""What lets a delivery through to its channel: the pace that a platform can bear, and a pause while the channel is broken.

The state is a row, so that it holds for all workers and outlives them. A broken channel pauses for a minute, then as long again
as it has been paused, up to an hour; at the end of each pause one notice is let through to see. The notices themselves wait in
the outbox.
"""
import random
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from cases.audit.services import record
from cases.escalation.delivery_models import Gate
from cases.escalation.failures import OF_THE_WAY, Failure
from cases.escalation.models import Attempt, Escalation
from cases.outbox.errors import Retry

TRIP = 5                                # failures in a row
SHORTEST, LONGEST = (timedelta(seconds=each) for each in settings.NOTICE_PAUSE_SECONDS)
PROBE = timedelta(seconds=settings.OUTBOX_LEASE_SECONDS)         # whoever sees whether it works again has that long to come back
SENDING = "sending"
BURST = 10                              # notices at once, before the pace holds
MINUTE = timedelta(minutes=1)


@transaction.atomic
def let_through(escalation: Escalation) -> Attempt:
    """The attempt that may be made now, already written down. Raises Retry: not yet."""
    now, gate = timezone.now(), held(escalation.channel_id)
    if gate.probe_at and gate.probe_at > now:
        raise Retry(spread(gate.probe_at - now), code=Failure.PAUSED.value)
    alone(escalation, now)
    keep_pace(gate, escalation, now)
    if gate.probe_at:
        gate.probe_at = now + PROBE
    gate.save()
    return Attempt.objects.create(escalation=escalation, at=now, ok=False, error=SENDING)


def alone(escalation: Escalation, now: datetime) -> None:
    """Never two at once with the same notice; one whose worker was killed is over when its lease is."""
    under_way = Attempt.objects.filter(escalation=escalation, ok=False, error=SENDING)
    if under_way.filter(at__gt=now - PROBE).exists():
        raise Retry(PROBE.total_seconds(), code="under_way")
    under_way.update(error=Failure.INTERRUPTED.value)


def held(channel_id: int) -> Gate:
    gate, _made = Gate.objects.select_for_update().get_or_create(channel_id=channel_id)
    return gate


def keep_pace(gate: Gate, escalation: Escalation, now: datetime) -> None:
    """GCRA: a line of due times, of which BURST may come early. Whoever is too early comes back within the time all need."""
    pace = settings.NOTICES_PER_MINUTE.get(escalation.channel.kind, 0)
    if not pace:
        return
    step, due = MINUTE / pace, max(gate.next_at or now, now)
    if due - now > step * (BURST - 1):
        waiting = Escalation.objects.filter(channel=escalation.channel_id, state=Escalation.State.REQUESTED).count()
        raise Retry(random.uniform(1, max(2.0, (step * waiting).total_seconds())), code="pace")  # noqa: S311  not a secret
    gate.next_at = due + step


def spread(wait: timedelta) -> float:
    """Seconds, so that not all come at once."""
    return wait.total_seconds() + random.uniform(1, SHORTEST.total_seconds() / 2)  # noqa: S311  not a secret


@transaction.atomic
def went_wrong(escalation: Escalation, failure: Failure) -> None:
    """Count what speaks against the channel; pause it from the fifth in a row on, and again for longer when the probe fails."""
    if failure not in OF_THE_WAY:
        return
    now, gate = timezone.now(), held(escalation.channel_id)
    gate.failures, gate.failure = gate.failures + 1, failure.value
    if gate.paused_at or gate.failures >= TRIP:
        begins = gate.paused_at is None
        gate.paused_at = gate.paused_at or now
        gate.probe_at = now + min(max(now - gate.paused_at, SHORTEST), LONGEST)
        if begins:
            record("channel_paused", subject="channels", channel=gate.channel_id, actor="system", failure=failure.value)
    gate.save()


def came_through(escalation: Escalation) -> None:
    """It works: forget what spoke against it."""
    if Gate.objects.filter(channel=escalation.channel_id, failures__gt=0).exists():
        works_again(escalation.channel_id)


@transaction.atomic
def works_again(channel_id: int) -> None:
    gate = held(channel_id)
    if gate.paused_at:
        record("channel_resumed", subject="channels", channel=channel_id, actor="system")
    Gate.objects.filter(pk=gate.pk).update(failures=0, failure="", paused_at=None, probe_at=None)


def paused() -> QuerySet[Gate]:
    """The broken channels, the longest broken first."""
    return Gate.objects.exclude(paused_at=None).select_related("channel__platform").order_by("paused_at")


def pause_of(channel_id: int) -> Gate | None:
    return Gate.objects.filter(channel=channel_id).exclude(paused_at=None).first()
