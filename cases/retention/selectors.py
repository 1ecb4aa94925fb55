"""Reads with a rule: what is held, what is due."""
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from cases.evidence.selectors import waits_to_be_asked_for
from cases.models import Case
from cases.permissions import Staff
from cases.retention.models import Disposal, Hold, Proposal, Schedule
from cases.selectors import cases_for
from cases.workflow import Status

HELD = Q(Exists(Hold.objects.filter(case=OuterRef("pk"), lifted_at=None))) | Q(waits_to_be_asked_for())


def is_held(case: Case) -> bool:
    """Whether, and nothing of who or why: the public role may ask no more. A hold stands, or a file is preserved."""
    return Case.objects.filter(HELD, pk=case.pk).exists()


def is_preserved(case: Case) -> bool:
    """Whether a file of the case is kept by order for somebody who has not had it: then no hold needs to stand."""
    return Case.objects.filter(waits_to_be_asked_for(), pk=case.pk).exists()


def being_erased(case_id: str = "pk") -> Exists:
    """A condition for querysets: the decision was taken, the worker is at it. `case_id` names the column with the case's id."""
    return Exists(Disposal.objects.filter(case=OuterRef(case_id)))


def schedule_for(case: Case) -> Schedule | None:
    """The unit's own schedule for this outcome, else the one for all units; None: nobody said, so it stays."""
    rows = Schedule.objects.filter(outcome=case.outcome)
    return rows.filter(unit=case.unit_id).first() or rows.filter(unit=None).first()


def goes_at(case: Case) -> datetime | None:
    """When its time is over, if it stays closed."""
    schedule = schedule_for(case) if case.closed_at else None
    return case.closed_at + timedelta(days=schedule.days) if schedule and case.closed_at else None


def is_due(case: Case) -> bool:
    """Its time is over, and no message of the reporter waits to be read."""
    goes = goes_at(case)
    return goes is not None and goes <= timezone.now() and not case.unread


def due_under(schedule: Schedule, now: datetime) -> QuerySet[Case]:
    """Closed cases whose time under this schedule is over, which nothing holds, and in which no message waits to be read."""
    before = now - timedelta(days=schedule.days)
    cases = Case.objects.filter(status=Status.CLOSED, outcome=schedule.outcome, closed_at__lte=before, unread=False)
    if schedule.unit_id is not None:
        cases = cases.filter(unit=schedule.unit_id)
    else:
        own = Schedule.objects.filter(outcome=schedule.outcome).exclude(unit=None)
        cases = cases.exclude(unit__in=own.values("unit"))
    return cases.exclude(HELD).exclude(being_erased())


def proposals_for(staff: Staff) -> QuerySet[Proposal]:
    """What waits for a decision in the member's units."""
    mine = Proposal.objects.filter(case__in=cases_for(staff)).exclude(being_erased("case_id"))
    return mine.select_related("case__unit", "schedule", "approved_by")


def disposals_of(staff: Staff) -> QuerySet[Disposal]:
    """What this member decided with another, newest first. A tombstone knows no unit, so nobody sees those of others."""
    theirs = Q(approved_by_id=staff.pk) | Q(confirmed_by_id=staff.pk)
    return Disposal.objects.filter(theirs).select_related("approved_by", "confirmed_by")
