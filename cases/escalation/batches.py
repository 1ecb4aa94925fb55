"""Notices of many cases that leave for one platform as one mail. Each stays its own escalation, with its clock and its answer.

What is in a batch is only how it travels: when the mail cannot leave, each notice goes by itself, as if there were none.
"""
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from cases.audit.services import actor, record
from cases.escalation import failures, gates, replying
from cases.escalation.channels import digest, email
from cases.escalation.channels.base import Outgoing
from cases.escalation.composing_models import Batch
from cases.escalation.delivery import failed, may_still_leave, open_notice, sent
from cases.escalation.failures import Failure
from cases.escalation.models import Attempt, Channel, Escalation
from cases.escalation.notices import Notice
from cases.escalation.services import State
from cases.outbox.errors import Retry, Stop
from cases.outbox.services import enqueue
from cases.permissions import Staff
from cases.services import REF_ALPHABET
from cases.vault.unseal import key_for_worker

TOGETHER = {Channel.Kind.EMAIL.value}           # ways by which several fit into one message
MOST = 20                                       # cases in one batch


@dataclass(frozen=True)
class Row:
    """One notice that is about to leave."""
    escalation: Escalation
    attempt: Attempt
    notice: Notice
    replies: str                                # the address for its answer


@transaction.atomic
def begin(*, channel: Channel, by: Staff) -> Batch:
    """Its notices are requested with it, each in a transaction of its own: never many cases are locked at once."""
    batch = Batch.objects.create(reference="MB-" + "".join(secrets.choice(REF_ALPHABET) for _ in range(10)), channel=channel,
                                 by_id=by.pk, at=timezone.now())
    record("batch_begun", subject=batch.pk, actor=actor(by), platform=channel.platform.slug)
    return batch


def deliver(*, batch_id: UUID) -> None:
    """Send what of a batch waits now. Safe to repeat: the same notices make the same mail, with the same Message-ID."""
    batch = Batch.objects.select_related("channel__platform").get(pk=batch_id)
    if gates.pause_of(batch.channel_id):
        return                                  # each waits by itself
    rows = [row for escalation, attempt in claimed(batch, timezone.now()) if (row := opened(escalation, attempt))]
    if not rows:
        return
    try:
        proof = email.leave(digest.message(batch.reference, [outgoing(row) for row in rows]), pgp_key=batch.channel.pgp_key)
    except (Retry, Stop) as error:
        each_by_itself(rows, error)
        return
    gates.came_through(rows[0].escalation)
    for row in rows:
        sent(escalation=row.escalation, proof=proof, attempt=row.attempt)


@transaction.atomic
def claimed(batch: Batch, now: datetime) -> list[tuple[Escalation, Attempt]]:
    """Those that wait and that nobody is sending, each with the attempt that is being made now."""
    Batch.objects.select_for_update().get(pk=batch.pk)
    under_way = Attempt.objects.filter(ok=False, error=gates.SENDING, at__gt=now - gates.PROBE).values("escalation")
    waiting = batch.escalations.filter(state=State.REQUESTED).exclude(pk__in=under_way)
    rows = list(waiting.select_related("case__unit", "platform", "channel", "notice_key").order_by("pk"))
    return [(row, Attempt.objects.create(escalation=row, at=now, ok=False, error=gates.SENDING)) for row in rows]


def opened(escalation: Escalation, attempt: Attempt) -> Row | None:
    """None where the reporter took the yes back meanwhile; a caseworker sees it as not sent."""
    secret = key_for_worker(escalation.notice_key, case=escalation.case_id)
    notice = open_notice(escalation, secret)
    if may_still_leave(escalation.case, notice):
        return Row(escalation, attempt, notice, replying.address(secret, escalation))
    Attempt.objects.filter(pk=attempt.pk).update(error=Failure.WITHDRAWN.value)
    failed(escalation=escalation, failure=Failure.WITHDRAWN)
    return None


def outgoing(row: Row) -> Outgoing:
    one = row.escalation
    return Outgoing(row.notice, one.channel.address, one.language, key=one.pk.hex, at=one.requested_at,
                    recipient=str(one.platform), reply_to=row.replies)


@transaction.atomic
def each_by_itself(rows: Sequence[Row], error: Retry | Stop) -> None:
    failure = failures.of_code(error.code)
    Attempt.objects.filter(pk__in=[row.attempt.pk for row in rows]).update(error=failure.value)
    gates.went_wrong(rows[0].escalation, failure)
    for row in rows:
        enqueue("escalation.deliver", escalation_id=str(row.escalation.pk))
