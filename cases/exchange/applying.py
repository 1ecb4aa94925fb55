"""What the worker does of a partner's feedback.

Apart from the services, so that the exchange role does not even load what opens cases."""
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from cases.audit.services import record
from cases.escalation.models import Escalation
from cases.escalation.services import list_answered
from cases.exchange.models import Feedback
from cases.hashing.wire.stopncii import FeedbackValue

State = Escalation.State
VERDICTS = {FeedbackValue.BLOCKED: State.ACTIONED, FeedbackValue.NOT_BLOCKED: State.REFUSED,
            FeedbackValue.PENDING_REVIEW: State.ACKNOWLEDGED}        # the others say nothing of our notice


@transaction.atomic
def apply(*, feedback_id: UUID) -> bool:
    """Move the escalations that a feedback answers, once. False: it answers a notice that has not left yet; ask again."""
    feedback = Feedback.objects.select_for_update(of=("self",)).select_related("partner", "entry").filter(
        pk=feedback_id, applied_at=None).first()
    if feedback is None:                 # applied before, or deleted with its entry
        return True
    partner, outcome, moved = feedback.partner, VERDICTS.get(FeedbackValue(feedback.value)), 0
    if outcome:
        moved = list_answered(entry=feedback.entry, platform=partner.platform, outcome=outcome, partner=partner.pk)
        if Escalation.objects.filter(entries=feedback.entry, platform__slug=partner.platform, state=State.REQUESTED).exists():
            return False
    Feedback.objects.filter(pk=feedback.pk).update(applied_at=timezone.now())
    record("feedback_applied", subject=feedback.entry_id, actor=f"partner:{partner.pk}", value=feedback.value.lower(),
           moved=moved)
    return True
