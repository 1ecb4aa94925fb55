"""What the worker does of a partner's feedback, submissions and pulls.

Apart from the services, so that the exchange role does not even load what opens cases."""
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from cases.audit.models import Entry
from cases.audit.services import record
from cases.escalation.models import Escalation
from cases.escalation.services import list_answered
from cases.exchange.models import Feedback, Partner, Recall, Submission
from cases.exchange.services import AGAIN, name_of
from cases.hashing.entries import suspend
from cases.hashing.foreign import Row, take_in
from cases.hashing.models import ListEntry, Listing
from cases.hashing.wire.stopncii import FeedbackValue
from cases.models import Case
from cases.notifications.models import Occasion
from cases.notifications.services import tell_assignee, tell_reporter
from cases.public_words import Said
from cases.services import tell_status

State = Escalation.State
VERDICTS = {FeedbackValue.BLOCKED: State.ACTIONED, FeedbackValue.NOT_BLOCKED: State.REFUSED,
            FeedbackValue.PENDING_REVIEW: State.ACKNOWLEDGED}        # the others say nothing of our notice
FORGOT = {FeedbackValue.WITHDRAWN, FeedbackValue.DELETED}
MOST_RECALLS = 500


@transaction.atomic
def apply(*, feedback_id: UUID) -> bool:
    """Move the escalations that a feedback answers, once. False: it answers a notice that has not left yet; ask again."""
    feedback = Feedback.objects.select_for_update(of=("self",)).select_related("partner", "entry").filter(
        pk=feedback_id, applied_at=None).first()
    if feedback is None:                 # applied before, or deleted with its entry
        return True
    partner, value = feedback.partner, FeedbackValue(feedback.value)
    outcome, moved = VERDICTS.get(value), 0
    if value in FORGOT:
        confirm(Recall.objects.filter(partner=partner, entry=feedback.entry, confirmed_at=None).first())
    if outcome:                          # locks cases, so it comes before the turn to publish
        moved = list_answered(entry=feedback.entry, platform=partner.platform, outcome=outcome, partner=partner.pk)
        if value == FeedbackValue.NOT_BLOCKED and suspend(entry=feedback.entry, partner=name_of(partner)):
            for case in cases_behind(feedback.entry):
                tell_assignee(case=case, occasion=Occasion.ANSWER)
        if Escalation.objects.filter(entries=feedback.entry, platform__slug=partner.platform, state=State.REQUESTED).exists():
            return False
    Feedback.objects.filter(pk=feedback.pk).update(applied_at=timezone.now())
    record("feedback_applied", subject=feedback.entry_id, actor=name_of(partner), value=feedback.value.lower(), moved=moved)
    return True


def cases_behind(entry: ListEntry) -> list[Case]:
    return list(Case.objects.filter(media_hashes__listings__entry=entry).distinct())


@transaction.atomic
def take_submissions(*, partner_id: UUID) -> int:
    """What a partner sent stands among the foreign hashes from now on."""
    partner = Partner.objects.get(pk=partner_id)
    rows = list(Submission.objects.filter(partner=partner).order_by("at")[:1000])
    taken = take_in(source=f"partner-{partner.number}",
                    rows=[Row(f"{row.kind}-{row.value}", row.kind, row.value, row.at) for row in rows])
    Submission.objects.filter(pk__in=[row.pk for row in rows]).delete()
    return taken.new


# --- withdrawals: who was told, who has confirmed ---------------------------------------------------------------------
@transaction.atomic
def note_recalls() -> int:
    """For each entry that has left the list since: which partners may hold it. Their names go into the inboxes of its cases."""
    gone = ListEntry.objects.filter(state__in=[ListEntry.State.WITHDRAWN, ListEntry.State.SUSPENDED], recalled_at=None)
    entries = list(gone.order_by("modified_at")[:MOST_RECALLS])
    told: set[tuple[UUID, str]] = set()
    for entry in entries:
        for partner in [one for one in Partner.objects.all() if may_hold(one, entry)]:
            again = {"at": entry.modified_at, "confirmed_at": None}
            Recall.objects.update_or_create(partner=partner, entry=entry, defaults=again)
            told |= {(case.pk, partner.platform) for case in cases_behind(entry) if entry.state == ListEntry.State.WITHDRAWN}
    ListEntry.objects.filter(pk__in=[entry.pk for entry in entries]).update(recalled_at=timezone.now())
    tell(told, Said.PARTNER_MAY_HOLD)
    return len(entries)


def may_hold(partner: Partner, entry: ListEntry) -> bool:
    """Whether the partner has pulled anything between the entry's publication and its end."""
    if entry.published_at is None or entry.kind not in partner.kinds or entry.category not in partner.categories:
        return False
    return pulls_of(partner).filter(at__gte=entry.published_at, at__lte=entry.modified_at, details__count__gt=0).exists()


def pulls_of(partner: Partner) -> QuerySet[Entry]:
    return Entry.objects.filter(actor=name_of(partner), event="list_fetched")


@transaction.atomic
def confirm_by_pulls() -> int:
    """NCMEC's clients drop what a tombstone names: who has come past it has dropped it. StopNCII's do not and must say so."""
    confirmed = 0
    for partner in Partner.objects.filter(recall__confirmed_at=None).distinct():
        newest = pulls_of(partner).filter(details__protocol="ncmec").order_by("-at").first()
        if newest is None:
            continue
        passed = datetime.fromisoformat(newest.details["mark"]) - AGAIN      # what it asked for twice has come for certain
        for recall in Recall.objects.filter(partner=partner, confirmed_at=None, at__lt=passed):
            confirm(recall)
            confirmed += 1
    return confirmed


def confirm(recall: Recall | None) -> None:
    if recall is None:
        return
    Recall.objects.filter(pk=recall.pk).update(confirmed_at=timezone.now())
    record("recall_confirmed", subject=recall.entry_id, actor=name_of(recall.partner))
    still = Recall.objects.filter(partner=recall.partner, confirmed_at=None).values("entry")
    done = [case for case in cases_behind(recall.entry) if not Listing.objects.filter(hash__case=case, entry__in=still).exists()]
    tell({(case.pk, recall.partner.platform) for case in done}, Said.PARTNER_DROPPED)


def tell(whom: set[tuple[UUID, str]], said: Said) -> None:
    cases = Case.objects.in_bulk([case for case, _platform in whom])
    for case_id, platform in sorted(whom, key=str):
        tell_status(case=cases[case_id], said=said, platform=platform)
        tell_reporter(case=cases[case_id])
