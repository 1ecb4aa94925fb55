"""A second person reads a frozen notice and lets it leave, or gives it back with a reason. Nobody decides on their own."""
from django.db import transaction
from django.utils import timezone

from cases.audit.services import actor, record
from cases.escalation.composing_models import Approval
from cases.escalation.models import Escalation
from cases.escalation.notices import Notice
from cases.escalation.services import SENDERS, NotNow, State, check, move, start
from cases.hashing.services import PublishRefused, match_for_good, refusal
from cases.notifications.models import Occasion
from cases.notifications.services import tell_members
from cases.permissions import Permission, Staff, may
from cases.selectors import on_this_side, opens
from cases.services import lock_case
from cases.units.selectors import members_of
from cases.vault import custody


class OwnNotice(Exception):
    """Whoever wrote a notice, or may not send one, decides on none."""


def decides(escalation: Escalation, member: Staff) -> bool:
    return (escalation.state == State.PROPOSED and escalation.by_id != member.pk and may(member, Permission.ESCALATE)
            and opens(member, escalation.case))


@transaction.atomic
def approve(*, escalation: Escalation, notice: Notice, secret: bytes, by: Staff) -> Escalation:
    """Let it leave. All that had to hold when it was written must hold now.

    `notice` as it was frozen and `secret`, its key, come out of an open vault: only now the worker gets its copy.
    Raises OwnNotice, NotNow, ConsentMissing, Incomplete, hashing's PublishRefused.
    """
    if notice.hashes:
        match_for_good(case_id=escalation.case_id)
    case = lock_case(escalation.case)
    if not decides(escalation, by):
        raise OwnNotice if escalation.state == State.PROPOSED else NotNow(escalation.state)
    check(case, notice)
    if notice.hashes and (reason := refusal(case)):
        raise PublishRefused(reason)
    fresh = move(escalation, State.REQUESTED, by=by)
    if fresh.channel.kind in SENDERS and not case.unit.practice:
        custody.let_worker_read(fresh.notice_key, secret, case=case.pk)
    settle(fresh, by, event="notice_approved")
    start(fresh)
    return fresh


@transaction.atomic
def give_back(*, escalation: Escalation, reason: bytes, by: Staff) -> Escalation:
    """It does not leave; `reason` is sealed under the notice's key for its row. Raises OwnNotice, NotNow."""
    lock_case(escalation.case)
    if not decides(escalation, by):
        raise OwnNotice if escalation.state == State.PROPOSED else NotNow(escalation.state)
    fresh = move(escalation, State.RETURNED, by=by)
    settle(fresh, by, event="notice_returned", reason=reason)
    return fresh


def settle(escalation: Escalation, by: Staff, *, event: str, reason: bytes | None = None) -> None:
    """Note who decided, and tell who asked."""
    Approval.objects.filter(escalation=escalation).update(decided_by=by.pk, decided_at=timezone.now(), reason=reason)
    record(event, subject=escalation.case_id, actor=actor(by), escalation=escalation.pk)
    author = on_this_side(escalation.case, members_of(escalation.case.unit)).filter(pk=escalation.by_id)
    tell_members(occasion=Occasion.APPROVED, members=author, case=escalation.case)          # type: ignore[arg-type]   # members
