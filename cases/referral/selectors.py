"""Reads with a rule: to whom a case may go, whether it may go now, what a member sees of demands."""
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from django.db.models import Case as Either, Count, Q, QuerySet, Value, When
from django.db.models.functions import TruncMonth

from cases.escalation.models import Authority
from cases.models import Case
from cases.permissions import Permission, Staff, may
from cases.referral.models import Demand, Ground, Policy, Referral
from cases.referral.words import accused_there, act_for, is_general
from cases.selectors import agrees_to, cases_for
from cases.units.models import Unit
from cases.units.selectors import units_of
from cases.workflow import Status

State = Referral.State
OPEN = (State.ASKED, State.READY, State.TAKEN, State.HANDED, State.ACCEPTED)


class Hurdle(StrEnum):
    NOT_NOW = "not_now"                 # the case is new, closed, worked in another or part of one
    PRACTICE = "practice"
    ACCUSED = "accused"
    NOT_AGREED = "not_agreed"
    NO_CHILD = "no_child"               # the duty is for children


@dataclass(frozen=True)
class Choice:
    """An authority, whether it takes such a case, and whether the reporter has agreed to it."""
    authority: Authority
    meant: bool
    agreed: bool


def hurdle(case: Case, authority: Authority, ground: Ground) -> Hurdle | None:
    """Why the case may not go there; None when it may."""
    if case.unit.practice:
        return Hurdle.PRACTICE
    if case.status in {Status.NEW, Status.CLOSED} or case.merged_into_id or case.split_of_id:
        return Hurdle.NOT_NOW
    if accused_there(case, authority):
        return Hurdle.ACCUSED
    if ground == Ground.CHILD_DUTY and not case.child:
        return Hurdle.NO_CHILD
    return Hurdle.NOT_AGREED if ground == Ground.CONSENT and not has_agreed(case, authority) else None


def has_agreed(case: Case, authority: Authority) -> bool:
    return agrees_to(case, act_for(authority), authority.slug, general=is_general(authority))


def takes_two(case: Case, ground: Ground) -> bool:
    """Without a yes, of a child, and wherever the unit wants it."""
    return ground != Ground.CONSENT or case.child or wants_two(case.unit)


def wants_two(unit: Unit) -> bool:
    return Policy.objects.filter(unit=unit, two_people=True).exists()


def may_second(referral: Referral, member: Staff) -> bool:
    """Somebody else; without a yes of the reporter, a supervisor. Whether the case is open to them the caller has seen to."""
    needed = Permission.ESCALATE if referral.ground == Ground.CONSENT else Permission.SUPERVISE
    return referral.state == State.ASKED and referral.by_id != member.pk and may(member, needed)


def choices(case: Case) -> list[Choice]:
    """Every authority in use to which the accused does not belong, those meant for such a case first."""
    offered = [each for each in Authority.objects.filter(retired_at=None) if not accused_there(case, each)]
    found = [Choice(each, meant_for(each, case), has_agreed(case, each)) for each in offered]
    return sorted(found, key=lambda choice: (not choice.meant, choice.authority.order))


def meant_for(authority: Authority, case: Case) -> bool:
    whom = {"child": case.child, "adult": not case.child}.get(authority.whom, True)
    return whom and (not authority.harms or case.harm in authority.harms)


def referrals_of(case: Case) -> list[Referral]:
    return list(Referral.objects.filter(case=case).select_related("authority", "by", "second", "taken_by"))


# --- demands ----------------------------------------------------------------------------------------------------------
def demands_for(member: Staff) -> QuerySet[Demand]:
    """Of the member's units; one about a case only where the case exists for them. None without the permission."""
    if not may(member, Permission.READ_CASES):
        return Demand.objects.none()
    mine = Q(case=None, unit__in=units_of(member)) | Q(case__in=cases_for(member))      # type: ignore[arg-type]   # members are Staff
    return Demand.objects.filter(mine).select_related("unit", "case", "by", "first", "second")


def granted(case: Case) -> Demand | None:
    """What two people decided to give of this case and was not given yet."""
    given = Demand.objects.filter(case=case, decision__in=[Demand.Decision.PART, Demand.Decision.GIVEN])
    return given.exclude(decided_at=None).filter(given=None).order_by("number").first()


def demands_by_month(first: date, after: date) -> list[tuple[date, str, str, int]]:
    """Month in which they came, who asked, what was decided ("" while nobody has), and how many; of the whole house."""
    rows = Demand.objects.filter(received_on__gte=first, received_on__lt=after, unit__practice=False).annotate(
        month=TruncMonth("received_on"),
        decided=Either(When(decided_at__isnull=False, then="decision"), default=Value(""))).order_by()
    return list(rows.values_list("month", "who", "decided").annotate(n=Count("pk")))


def may_agree(demand: Demand, member: Staff) -> bool:
    return bool(demand.decision) and demand.decided_at is None and demand.first_id != member.pk and may(
        member, Permission.SUPERVISE)
