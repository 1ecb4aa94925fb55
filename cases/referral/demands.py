"""The register of demands: who asks for case data, by which law, what two people decided, what was given. Rows stay for good."""
from datetime import date
from uuid import UUID

from django.db import IntegrityError, transaction
from django.utils import timezone

from cases.audit.services import actor, record
from cases.models import Case
from cases.permissions import Permission, Staff, may
from cases.referral.models import Demand
from cases.referral.selectors import demands_for, may_agree
from cases.referral.services import NotTheirs, Quicker
from cases.units.models import Unit
from cases.vault.models import DataKey

TRIES = 5
GIVES = {Demand.Decision.PART, Demand.Decision.GIVEN}


class NothingToGive(Exception):
    """What is given is of one case, and leaves as a referral of it."""


@transaction.atomic
def register(*, demand_id: UUID, unit: Unit, case: Case | None, who: Demand.Who, law: Demand.Law, scope: Demand.Scope,
             key: DataKey, words: bytes, received_on: date, by: Staff) -> Demand:
    """Write it down, whatever comes of it. Who had it in their hands need not be a supervisor."""
    if not may(by, Permission.WORK_CASES):
        raise NotTheirs(str(demand_id))
    made = Demand(id=demand_id, unit=unit, case=case, who=who.value, law=law.value, scope=scope.value, key=key, words=words,
                  received_on=received_on, by_id=by.pk, at=timezone.now())
    _numbered(made)
    record("demand_registered", subject=case.pk if case else unit.pk, actor=actor(by), demand=made.pk, who=who.value,
           law=law.value, scope=scope.value)
    return made


def _numbered(made: Demand) -> None:
    """The next number: a gap would show that a row is gone."""
    for _try in range(TRIES):
        last = Demand.objects.order_by("-number").values_list("number", flat=True).first() or 0
        made.number = last + 1
        try:
            with transaction.atomic():
                made.save(force_insert=True)
            return
        except IntegrityError as error:
            if "number" not in str(error):
                raise
    raise Quicker("number")


@transaction.atomic
def propose(*, demand: Demand, decision: Demand.Decision, reason: bytes, by: Staff) -> Demand:
    """The first of two supervisors. Before it is decided another proposal takes its place. Raises NotTheirs, Quicker,
    NothingToGive."""
    fresh = _locked(demand, by)
    if fresh.decided_at:
        raise Quicker(str(fresh.number))
    if decision in GIVES and fresh.case_id is None:
        raise NothingToGive(str(fresh.number))
    fresh.decision, fresh.reason, fresh.first_id = decision.value, reason, by.pk
    fresh.save(update_fields=["decision", "reason", "first"])
    record("demand_proposed", subject=fresh.case_id or fresh.unit_id, actor=actor(by), demand=fresh.pk, decision=decision.value)
    return fresh


@transaction.atomic
def agree(*, demand: Demand, decision: Demand.Decision, by: Staff) -> Demand:
    """The second, to exactly the decision that they read. Raises NotTheirs, Quicker."""
    fresh = _locked(demand, by)
    if fresh.decided_at or fresh.decision != decision.value:
        raise Quicker(str(fresh.number))
    if not may_agree(fresh, by):
        raise NotTheirs(str(fresh.number))
    fresh.second_id, fresh.decided_at = by.pk, timezone.now()
    fresh.save(update_fields=["second", "decided_at"])
    record("demand_decided", subject=fresh.case_id or fresh.unit_id, actor=actor(by), demand=fresh.pk, decision=fresh.decision)
    return fresh


def _locked(demand: Demand, by: Staff) -> Demand:
    if not may(by, Permission.SUPERVISE) or not demands_for(by).filter(pk=demand.pk).exists():
        raise NotTheirs(str(demand.number))
    return Demand.objects.select_for_update(of=("self",)).get(pk=demand.pk)
