"""A report from the website that is another body's matter: the reporter is told where to go, it is closed, and counted with the
calls that are not ours (cases.statistics.calls), unless it was made up for practice."""
from uuid import UUID

from django.db import transaction
from django.utils.translation import gettext as _, override

from cases.models import Case
from cases.permissions import Staff
from cases.public_words import Said
from cases.services import lock_case
from cases.statistics import calls
from cases.statistics.words import SENT_NAMES, Reason, SentTo
from cases.triage import services
from cases.triage.moves import Move, closing_move
from cases.workflow import Source, Status


def letter(case: Case, sent_to: SentTo | None) -> str:
    """What the reporter reads, in their language; with a gap for the office while none is chosen."""
    with override(case.language):
        if sent_to == SentTo.NOBODY:
            return _("Thank you for writing to us. What you tell of is not something that we can act on, so we close your "
                     "report. If something is done to you online, write to us here again.")
        return _("Thank you for writing to us. What you tell of is another office's matter, and it can do more than we can: "
                 "%(office)s. We close your report here; if something is done to you online, write to us here again.") % {
            "office": SENT_NAMES[sent_to.value] if sent_to else "…"}


@transaction.atomic
def send_on(*, case: Case, reason: Reason, sent_to: SentTo, message_id: UUID, body: bytes, by: Staff,
            version: int | None = None) -> Case:
    """Tell the reporter (`body` is the sealed letter), close, count. Raises Stale, NeedsSecond, TransitionRefused; then nothing
    happened."""
    fresh = lock_case(case, version)
    if fresh.status == Status.NEW:
        fresh = services.move(case=fresh, choice=Move(Status.IN_REVIEW, Said.IN_REVIEW), by=by)
    services.reply(case=fresh, message_id=message_id, body=body, by=by)
    closed = services.move(case=fresh, choice=closing_move(Said.CLOSED_NOT_FOR_US), by=by)
    if not closed.unit.practice:
        calls.count(came=Source(closed.source), reason=reason, sent_to=sent_to, by=by)
    return closed
