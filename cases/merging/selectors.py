"""Which cases may be merged or split, and which are."""
from enum import StrEnum

from django.db.models import QuerySet

from cases.merging.models import Splitting
from cases.models import Case
from cases.permissions import Permission, Staff, may
from cases.selectors import cases_for, opens, parts_of
from cases.workflow import Status

MOST_PARTS = 10
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
    SPLIT = "split"         # one was split, or came out of a split: it leads and is led by nothing else
    PART = "part"           # to be split: it came out of a split itself
    FOLDED = "folded"       # to be split: it stands behind another in the lists
    PARTS = "parts"         # to be split: it was split as often as a case can be
    SENDING = "sending"     # fingerprints are to go, and a notice with some waits to be sent
    BROKEN = "broken"       # what the reporter typed does not open


def led_by(case: Case) -> QuerySet[Case]:
    return Case.objects.filter(merged_into=case.pk).order_by("opened_at", "pk")


def refusal(case: Case, into: Case, by: Staff) -> Refusal | None:
    """Why `case` may not be merged into `into` by this member; None: it may. At most eleven queries."""
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
    return _tied(case, into)


def _tied(case: Case, into: Case) -> Refusal | None:
    """What speaks against it in the cases that hang on these two."""
    if led_by(case).exists():
        return Refusal.LEADS
    if _split(case, into):
        return Refusal.SPLIT
    return Refusal.FULL if led_by(into).count() >= MOST else None


def _split(case: Case, into: Case) -> bool:
    """What was split goes back by undoing that, which takes the parts along. Once undone, the two are merged like others."""
    if case.split_of_id == into.pk:
        return Splitting.objects.filter(case=case, undone_at=None).exists()
    return bool(case.split_of_id or into.split_of_id) or Case.objects.filter(split_of__in=[case.pk, into.pk]).exists()


def refusal_to_split(case: Case, by: Staff) -> Refusal | None:
    """Why this member may not split the case; None: they may."""
    if not may(by, Permission.WORK_CASES) or not cases_for(by).filter(pk=case.pk).exists() or not opens(by, case):
        return Refusal.KEPT
    if case.split_of_id:
        return Refusal.PART
    if case.status == Status.CLOSED:
        return Refusal.CLOSED
    if case.folded_into_id:
        return Refusal.FOLDED
    if case.merged_into_id:
        return Refusal.MERGED
    if led_by(case).exclude(split_of=case.pk).exists():
        return Refusal.LEADS
    return Refusal.PARTS if parts_of(case).count() >= MOST_PARTS else None


def waits_for_parts(case: Case) -> bool:
    """A case was split from this one and is worked still: this one has the conversation, and is closed after it."""
    return parts_of(case).filter(merged_into=None).exclude(status=Status.CLOSED.value).exists()


def in_step(case: Case, to: Status) -> bool:
    """Of cases that were split: the one with the conversation is open while any is, and the others wait for nobody's answer."""
    if case.split_of_id is None:
        return to != Status.CLOSED or not waits_for_parts(case)
    if case.status == Status.CLOSED:
        return not Case.objects.filter(pk=case.split_of_id, status=Status.CLOSED.value).exists()
    return to != Status.WAITING_REPORTER
