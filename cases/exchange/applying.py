"""What the worker does of a partner's feedback, submissions and pulls.

Apart from the services, so that the exchange role does not even load what opens cases."""
from datetime import timedelta
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from cases.audit.models import Entry
from cases.audit.services import record
from cases.escalation import uploads
from cases.escalation.models import Escalation
from cases.escalation.services import list_answered
from cases.exchange import pulls
from cases.exchange.models import Feedback, Partner, Pull, Recall, Submission
from cases.exchange.selectors import listed_for
from cases.exchange.services import AGAIN, name_of
from cases.hashing.entries import OFF, gone, suspend
from cases.hashing.foreign import Row, take_in
from cases.hashing.models import ForeignHash, ListEntry, Listing
from cases.hashing.selectors import pictures
from cases.hashing.wire.stopncii import FeedbackValue
from cases.models import Case
from cases.notifications.models import Occasion
from cases.notifications.services import tell_assignee, tell_reporter
from cases.outbox.services import enqueue
from cases.public_words import Said
from cases.services import lock_case, tell_status

State = Escalation.State
VERDICTS = {FeedbackValue.BLOCKED: State.ACTIONED, FeedbackValue.NOT_BLOCKED: State.REFUSED,
            FeedbackValue.PENDING_REVIEW: State.ACKNOWLEDGED}        # the others say nothing of our notice
FORGOT = {FeedbackValue.WITHDRAWN, FeedbackValue.DELETED}
DAY = timedelta(days=1)
MOST_RECALLS, AT_ONCE = 500, 1000
MOST_CHANGES = 4                 # verdicts of one partner on one entry within a day that are carried into cases
FEWEST_SUSPENDED = 10            # pictures that one partner may have suspended within a day; or a twentieth of what it is given


@transaction.atomic
def apply(*, feedback_id: UUID) -> bool:
    """Move the escalations that a feedback answers, once. False: its time has not come; ask again.

    That is: it answers a notice that has not left yet, or the partner says so much that somebody may have stolen its keys.
    Of a partner that changed its mind meanwhile the newest word counts; what a retired one left behind says nothing.
    """
    feedback = Feedback.objects.select_for_update(of=("self",)).select_related("partner", "entry").filter(
        pk=feedback_id, applied_at=None).first()
    if feedback is None:                 # applied before, or deleted with its entry
        return True
    partner, value, moved = feedback.partner, FeedbackValue(feedback.value), 0
    if partner.active and not said_otherwise_since(feedback):
        if value in VERDICTS and (too_fickle(feedback) or too_much(feedback)):
            return False
        moved = carry(feedback, value)
        if value in VERDICTS and waits_for_a_notice(feedback):
            return False
    Feedback.objects.filter(pk=feedback.pk).update(applied_at=timezone.now())
    record("feedback_applied", subject=feedback.entry_id, actor=name_of(partner), value=feedback.value.lower(), moved=moved)
    return True


def carry(feedback: Feedback, value: FeedbackValue) -> int:
    """Into the cases; how many notices it moved."""
    partner, entry = feedback.partner, feedback.entry
    if value in FORGOT:
        confirm(Recall.objects.filter(partner=partner, entry=entry, confirmed_at=None).first())
    if value not in VERDICTS:
        return 0
    moved = list_answered(entry=entry, platform=partner.platform, outcome=VERDICTS[value], partner=partner.pk)
    if value == FeedbackValue.NOT_BLOCKED and suspend(entry=entry, partner=name_of(partner)):   # after the cases' locks: its turn
        for case in cases_behind(entry):
            tell_assignee(case=case, occasion=Occasion.ANSWER)
    return moved


def said_otherwise_since(feedback: Feedback) -> bool:
    """A verdict after this verdict, or anything after what is none."""
    verdicts = list(VERDICTS) if feedback.value in VERDICTS else [value.value for value in FeedbackValue]
    return Feedback.objects.filter(partner=feedback.partner, entry=feedback.entry, at__gt=feedback.at,
                                   value__in=verdicts).exists()


def too_fickle(feedback: Feedback) -> bool:
    """Each change is told to the reporter, who must not be tossed to and fro."""
    carried = Entry.objects.filter(subject=str(feedback.entry_id), actor=name_of(feedback.partner), event="feedback_applied",
                                   at__gt=timezone.now() - DAY, details__moved__gt=0)
    return carried.count() >= MOST_CHANGES


def too_much(feedback: Feedback) -> bool:
    """One partner empties no list for all others within a day: what goes beyond the brake waits, and its page says so."""
    if feedback.value != FeedbackValue.NOT_BLOCKED or feedback.entry.state != ListEntry.State.ACTIVE:
        return False
    lately = Entry.objects.filter(actor=name_of(feedback.partner), event="hash_suspended", at__gt=timezone.now() - DAY).count()
    given = pictures(listed_for(feedback.partner).filter(state=ListEntry.State.ACTIVE))
    return lately >= max(FEWEST_SUSPENDED, given.count() // 20)


def waits_for_a_notice(feedback: Feedback) -> bool:
    notices = Escalation.objects.filter(entries=feedback.entry, platform__slug=feedback.partner.platform)
    return notices.filter(state=State.REQUESTED).exists()


def cases_behind(entry: ListEntry) -> list[Case]:
    return list(Case.objects.filter(media_hashes__listings__entry=entry).distinct())


@transaction.atomic
def take_submissions(*, partner_id: UUID) -> int:
    """What a partner sent stands among the foreign hashes from now on; what a retired one did, no more."""
    partner = Partner.objects.get(pk=partner_id)
    rows = list(Submission.objects.filter(partner=partner).order_by("at")[:AT_ONCE])
    if not partner.active:
        Submission.objects.filter(partner=partner).delete()
        return 0
    taken = take_in(source=source_of(partner),
                    rows=[Row(f"{row.kind}-{row.value}", row.kind, row.value, row.at) for row in rows])
    Submission.objects.filter(pk__in=[row.pk for row in rows]).delete()
    count_submitted(partner)
    return taken.new


def count_submitted(partner: Partner) -> None:
    """What stands and what waits. The door counts up with the partner's row locked, so that nothing comes in between."""
    Partner.objects.select_for_update(no_key=True).get(pk=partner.pk)
    stands = ForeignHash.objects.filter(source=source_of(partner), deleted_at=None).count()
    waits = Submission.objects.filter(partner=partner).count()
    Partner.objects.filter(pk=partner.pk).update(submitted=stands + waits)


@transaction.atomic
def forget_submissions(*, partner_id: UUID) -> bool:
    """What a retired partner sent, its keys being stolen perhaps, marks no case any more. False: there is more to forget."""
    partner, now = Partner.objects.get(pk=partner_id), timezone.now()
    if partner.active:
        return True
    known = list(ForeignHash.objects.filter(source=source_of(partner), deleted_at=None)[:AT_ONCE])
    take_in(source=source_of(partner), rows=[Row(one.remote, one.kind, "", max(now, one.updated)) for one in known])
    return len(known) < AT_ONCE


def source_of(partner: Partner) -> str:
    """The name of what it sends, among the lists of others."""
    return f"partner-{partner.number}"


# --- withdrawals: who was told, who has confirmed ---------------------------------------------------------------------
def note_recalls() -> int:
    """For each entry that has left the list since: which partners may hold it. Their names go into the inboxes of its cases.

    One transaction each, so that one that fails holds up no other, and whoever dies in the middle has said nothing twice.
    """
    gone = ListEntry.objects.filter(state__in=OFF, recalled_at=None).order_by("modified_at")
    return sum(note_recall(entry) for entry in list(gone[:MOST_RECALLS]))


@transaction.atomic
def note_recall(seen: ListEntry) -> bool:
    """False: it changed meanwhile, or another worker was faster. Cases are locked before the entry, as everywhere."""
    cases = [lock_case(case, alone=False) for case in sorted(cases_behind(seen), key=lambda case: case.pk)]
    same = ListEntry.objects.select_for_update().filter(pk=seen.pk, modified_at=seen.modified_at, recalled_at=None)
    entry = same.first()
    if entry is None:
        return False
    ListEntry.objects.filter(pk=entry.pk).update(recalled_at=timezone.now())
    platforms = set[str]()
    for partner in [one for one in Partner.objects.all() if may_hold(one, entry)]:
        Recall.objects.update_or_create(partner=partner, entry=entry, defaults={"at": entry.modified_at, "confirmed_at": None})
        platforms.add(partner.platform)
    platforms_above = uploads.where(entry)
    if platforms_above and gone().filter(pk=entry.pk).exists():
        enqueue("escalation.take_back", entry_id=str(entry.pk))
    if entry.state == ListEntry.State.WITHDRAWN:
        platforms |= platforms_above
        tell({(case.pk, platform) for case in cases for platform in platforms if not told_since(entry, case, platform)},
             Said.PARTNER_MAY_HOLD)
    return True


def told_since(entry: ListEntry, case: Case, platform: str) -> bool:
    """Once for all of a case's fingerprints that left the list together."""
    return case.history.filter(said=Said.PARTNER_MAY_HOLD, platform=platform, at__gte=entry.modified_at).exists()


def may_hold(partner: Partner, entry: ListEntry, protocol: str = "") -> bool:
    """Whether the partner was given anything while the entry stood on the list."""
    return listed_for(partner).filter(pulls.held_by(partner, protocol), pk=entry.pk).exists()


@transaction.atomic
def confirm_by_pulls() -> int:
    """NCMEC's clients drop what a tombstone names: who has come past it has dropped it. StopNCII's do not and must say so, also
    when a partner runs both. What is on the list again meanwhile is no withdrawal to confirm."""
    confirmed = 0
    for partner in Partner.objects.filter(recall__confirmed_at=None, recall__isnull=False).distinct():
        newest = Pull.objects.filter(partner=partner, protocol="ncmec").order_by("-newest").first()
        if newest is None:
            continue
        passed = newest.mark - AGAIN         # what it asked for twice has come for certain
        waiting = Recall.objects.filter(partner=partner, confirmed_at=None, at__lt=passed, entry__state__in=OFF)
        for recall in waiting.select_related("entry", "partner"):
            if not may_hold(partner, recall.entry, "stopncii"):
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
