"""Reads with a rule: what is held, what is due."""
from collections.abc import Iterable
from datetime import datetime, timedelta
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from cases.evidence.selectors import waits_to_be_asked_for
from cases.models import Case
from cases.permissions import Staff
from cases.retention.models import Disposal, Hold, Proposal, Schedule
from cases.selectors import cases_for, first_of, kin_of, parts_of
from cases.workflow import Status

HELD = Q(Exists(Hold.objects.filter(case=OuterRef("pk"), lifted_at=None))) | Q(waits_to_be_asked_for())


def is_held(case: Case) -> bool:
    """Whether, and nothing of who or why: the public role may ask no more. A hold stands, or a file is preserved. Holds and files
    are the first case's where one was split."""
    return Case.objects.filter(HELD, pk=first_of(case)).exists()


def is_preserved(case: Case) -> bool:
    """Whether a file of the case is kept by order for somebody who has not had it: then no hold needs to stand."""
    return Case.objects.filter(waits_to_be_asked_for(), pk=first_of(case)).exists()


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


def all_go_at(case: Case) -> datetime | None:
    """The same for a report that is worked as several cases: when the last of them may go, all do."""
    own = goes_at(case)
    ends = [goes_at(each) for each in kin_of(case)] if own else []
    return max([own, *(end for end in ends if end)]) if own and all(ends) else None


def is_due(case: Case) -> bool:
    """Its time is over, and that of what was split from it, and no message of the reporter waits to be read."""
    goes = goes_at(case)
    return goes is not None and goes <= timezone.now() and not case.unread and all(is_due(part) for part in parts_of(case))


def waiting_for_parts(cases: Iterable[Case]) -> set[UUID]:
    """Those from which a case was split whose own time is not over."""
    return {part.split_of_id for part in Case.objects.filter(split_of__in=list(cases)) if part.split_of_id and not is_due(part)}


def due_under(schedule: Schedule, now: datetime) -> QuerySet[Case]:
    """Closed cases whose time under this schedule is over, which nothing holds, and in which no message waits to be read. What
    was split from another goes with that."""
    before = now - timedelta(days=schedule.days)
    cases = Case.objects.filter(split_of=None, status=Status.CLOSED, outcome=schedule.outcome, closed_at__lte=before,
                                unread=False)
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
    """What this member decided with another, newest first; nothing that was made up. A tombstone knows no unit, so
    nobody sees those of others."""
    theirs = Q(approved_by_id=staff.pk) | Q(confirmed_by_id=staff.pk)
    return Disposal.objects.filter(theirs).exclude(why=Disposal.Why.PRACTICE).select_related("approved_by", "confirmed_by")
