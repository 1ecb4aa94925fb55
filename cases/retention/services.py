"""Who may decide that a case goes: its schedule with two people, or its reporter alone. A hold stops both.

What was made up, for practice, goes when its member begins anew. Deciding and destroying are two acts. The decision is a row
(`Disposal`) with an outbox job; the worker destroys (`disposal.carry_out`), so neither the public role nor the desk needs the
right to delete anything.
"""
from datetime import datetime
from enum import StrEnum

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone

from cases.audit.services import actor, record
from cases.models import Case
from cases.notifications.services import drop_address
from cases.outbox.services import enqueue
from cases.permissions import Staff
from cases.retention import tombstones
from cases.retention.models import Disposal, Hold, Proposal, Schedule
from cases.retention.periods import PERIODS
from cases.retention.selectors import due_under, is_due, is_held, is_preserved, waiting_for_parts
from cases.selectors import first_of
from cases.services import lock_case, refuse_everything
from cases.units.models import Unit


class Held(Exception):
    """A hold stands: the case may not be destroyed. Receipt and address still end: they are the reporter's."""


class TooLate(Exception):
    """The case is already being destroyed, or has a hold already."""


class NotForPractice(Exception):
    """Only what was made up goes without a second person and without its time being over."""


class Preserved(Exception):
    """A file of the case was preserved by order and nobody has had it: until then the hold stands."""


class Refusal(StrEnum):
    """Why a supervisor's decision had no effect."""
    HELD = "held"
    NOT_DUE = "not_due"                  # reopened, the schedule changed, or it was never proposed
    NOT_APPROVED = "not_approved"        # the first of the two is missing
    SAME_PERSON = "same_person"
    ALREADY = "already"                  # a colleague approved it before


class Refused(Exception):
    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


# --- holds ------------------------------------------------------------------------------------------------------------
@transaction.atomic
def place_hold(*, case: Case, reason: Hold.Reason, by: Staff) -> Hold:
    """From now on nothing of the case can be deleted; a proposal to do so is dropped. What was split is held by its first case.
    Raises TooLate."""
    fresh = lock_case(Case(pk=first_of(case)))
    if _standing(fresh).exists() or Disposal.objects.filter(case=fresh.pk).exists():
        raise TooLate(fresh.ref)
    Proposal.objects.filter(case=fresh).delete()
    record("hold_placed", subject=fresh.pk, actor=actor(by), reason=reason.value)
    return Hold.objects.create(case=fresh, reason=reason.value, by_id=by.pk, at=timezone.now())


@transaction.atomic
def hold_for_authority(*, case: Case, by: Staff) -> None:
    """Place a hold for police or another authority, or make the one that stands theirs, so that nobody lifts it because its first
    reason is over. Raises TooLate while the case is being destroyed."""
    fresh, reason = lock_case(Case(pk=first_of(case))), Hold.Reason.AUTHORITY
    if not _standing(fresh).exists():
        place_hold(case=fresh, reason=reason, by=by)
    elif _standing(fresh).exclude(reason=reason.value).update(reason=reason.value):
        record("hold_for_authority", subject=fresh.pk, actor=actor(by))


@transaction.atomic
def lift_hold(*, case: Case, because: Hold.Lifted, by: Staff) -> None:
    """The row stays with the case and says who held it and why. Nothing to lift: nothing happens. Raises Preserved."""
    fresh = lock_case(Case(pk=first_of(case)))
    if is_preserved(fresh):
        raise Preserved(fresh.ref)
    if _standing(fresh).update(lifted_at=timezone.now(), lifted_by_id=by.pk, lifted_because=because.value):
        record("hold_lifted", subject=fresh.pk, actor=actor(by), reason=because.value)


def _standing(case: Case) -> QuerySet[Hold]:
    return Hold.objects.filter(case=case, lifted_at=None)


# --- schedules and proposals ------------------------------------------------------------------------------------------
@transaction.atomic
def set_up_schedules() -> int:
    """The periods of periods.py for units that exist. What the ministry has changed stays. Returns how many are new."""
    units = {unit.code: unit for unit in Unit.objects.all()} | {"": None}
    made = 0
    for period in PERIODS:
        if period.unit in units:
            words = {"name_en": period.name[0], "name_ur": period.name[1], "reason_en": period.reason[0],
                     "reason_ur": period.reason[1], "days": period.days}
            made += Schedule.objects.get_or_create(unit=units[period.unit], outcome=period.outcome, defaults=words)[1]
    return made


@transaction.atomic
def propose(now: datetime) -> int:
    """Put what is due before the supervisors, and take back what no longer is. Destroys nothing. Returns how many are new."""
    due = {case: schedule for schedule in Schedule.objects.all() for case in due_under(schedule, now)}
    waiting = waiting_for_parts(due)
    due = {case: schedule for case, schedule in due.items() if case.pk not in waiting}
    Proposal.objects.exclude(case__in=due).delete()
    known = set(Proposal.objects.values_list("case", flat=True))
    fresh = [Proposal(case=case, schedule=schedule, at=now) for case, schedule in due.items() if case.pk not in known]
    for proposal in fresh:
        proposal.save()
        record("disposal_proposed", subject=proposal.case_id, actor="system", days=proposal.schedule.days)
    return len(fresh)


@transaction.atomic
def approve(*, case: Case, by: Staff) -> Proposal:
    """The first of two. Raises Refused."""
    proposal = _proposal(case)
    if proposal.approved_by_id not in {None, by.pk}:
        raise Refused(Refusal.ALREADY)
    proposal.approved_by_id, proposal.approved_at = by.pk, timezone.now()
    proposal.save(update_fields=["approved_by", "approved_at"])
    record("disposal_approved", subject=proposal.case_id, actor=actor(by))
    return proposal


@transaction.atomic
def put_back(*, case: Case, by: Staff, of: Staff | None = None) -> None:
    """Take an approval back, one's own or a colleague's (`of`: only that member's); the case stays proposed. To keep it for
    longer takes a hold."""
    fresh = lock_case(case)
    approved = Proposal.objects.filter(case=fresh).exclude(approved_by=None)
    if (approved.filter(approved_by=of.pk) if of else approved).update(approved_by=None, approved_at=None):
        record("disposal_put_back", subject=fresh.pk, actor=actor(by))


@transaction.atomic
def confirm(*, case: Case, by: Staff) -> Disposal:
    """The second of two, never the first again. From here on it cannot be stopped. Raises Refused."""
    proposal = _proposal(case)
    if proposal.approved_by_id is None:
        raise Refused(Refusal.NOT_APPROVED)
    if proposal.approved_by_id == by.pk:
        raise Refused(Refusal.SAME_PERSON)
    return _begin(proposal.case, Disposal.Why.SCHEDULE, approved_by=proposal.approved_by_id, confirmed_by=by.pk)


@transaction.atomic
def erase(*, case: Case) -> Disposal:
    """The reporter's own right, so without a second person and at once: what waits to be sent is sent no more. Raises Held."""
    fresh = lock_case(case)
    if is_held(fresh):
        raise Held(fresh.ref)
    refuse_everything(case=fresh)
    drop_address(case=fresh)
    return _begin(fresh, Disposal.Why.REPORTER)


@transaction.atomic
def clear_practice(*, case: Case, by: Staff) -> Disposal:
    """A case of the practice unit: it is nobody's, so one member clears it away. Raises NotForPractice, Held."""
    fresh = lock_case(case)
    if not fresh.unit.practice:
        raise NotForPractice(fresh.ref)
    if is_held(fresh):
        raise Held(fresh.ref)
    return _begin(fresh, Disposal.Why.PRACTICE, confirmed_by=by.pk)


@transaction.atomic
def resume() -> int:
    """Ask again for what was decided and not finished: a job that failed, a queue that was lost. Returns how many."""
    unfinished = list(Disposal.objects.filter(finished_at=None))
    for disposal in unfinished:
        enqueue("retention.carry_out", disposal_id=str(disposal.pk))
    return len(unfinished)


def _proposal(case: Case) -> Proposal:
    """The proposal, its case locked and looked at again: much may have happened since the night. Raises Refused."""
    fresh = lock_case(case)
    if is_held(fresh):
        raise Refused(Refusal.HELD)
    proposal = Proposal.objects.filter(case=fresh).first()
    if proposal is None or not is_due(fresh):
        raise Refused(Refusal.NOT_DUE)
    proposal.case = fresh
    return proposal


def _begin(case: Case, why: Disposal.Why, **people: object) -> Disposal:
    """The decision; deciding twice is deciding once. The caller holds the case's lock and has looked for a hold."""
    digest = tombstones.digest("case", case.pk)
    decided = Disposal.objects.filter(digest=digest).first()
    if decided is None:
        decided = Disposal.objects.create(digest=digest, case=case.pk, why=why.value, outcome=case.outcome, at=timezone.now(),
                                          **{f"{name}_id": person for name, person in people.items()})
        who = str(people["confirmed_by"]) if "confirmed_by" in people else "reporter"
        record("disposal_begun", subject=case.pk, actor=who, why=why.value)
        enqueue("retention.carry_out", disposal_id=str(decided.pk))
    return decided
