"""Which cases may be merged, and which are."""
from enum import StrEnum

from django.db.models import QuerySet

from cases.models import Case
from cases.permissions import Permission, Staff, may
from cases.selectors import cases_for, opens
from cases.workflow import Status

MOST = 200                  # reports about one thing; more are a flood, and are folded in the queue


class Refusal(StrEnum):
    """Why two cases are not merged; worded for staff in cases.triage.merge_forms."""
    KEPT = "kept"           # not both are open to the member
    SAME = "same"
    UNIT = "unit"
    CHILD = "child"         # one is about somebody under 18, the other is not: other rules hold for each
    CLOSED = "closed"
    MERGED = "merged"       # the case is led by another already
    LED = "led"             # the one that should lead is led itself
    LEADS = "leads"         # the case leads others: they would hang on a chain
    FULL = "full"


def led_by(case: Case) -> QuerySet[Case]:
    return Case.objects.filter(merged_into=case.pk).order_by("opened_at", "pk")


def refusal(case: Case, into: Case, by: Staff) -> Refusal | None:
    """Why `case` may not be merged into `into` by this member; None: it may. At most nine queries."""
    pair = {case.pk, into.pk}
    if not may(by, Permission.WORK_CASES) or cases_for(by).filter(pk__in=pair).count() < len(pair) \
            or not (opens(by, case) and opens(by, into)):
        return Refusal.KEPT
    return unfit(case, into)


def unfit(case: Case, into: Case) -> Refusal | None:
    """The same without the member: what speaks against it in the cases themselves."""
    if case.pk == into.pk:
        return Refusal.SAME
    if case.unit_id != into.unit_id:
        return Refusal.UNIT
    if case.child != into.child:
        return Refusal.CHILD
    if Status.CLOSED in {case.status, into.status}:
        return Refusal.CLOSED
    if case.merged_into_id:
        return Refusal.MERGED
    if into.merged_into_id:
        return Refusal.LED
    if led_by(case).exists():
        return Refusal.LEADS
    return Refusal.FULL if led_by(into).count() >= MOST else None
