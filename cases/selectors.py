"""Reads with a rule."""
from django.db.models import Q, QuerySet

from cases.models import Case, Consent, Link
from cases.permissions import Permission, Staff, may


def cases_for(staff: Staff) -> QuerySet[Case]:
    """The cases of the member's own units; none without the permission, whatever the memberships say."""
    if not may(staff, Permission.READ_CASES):
        return Case.objects.none()
    return Case.objects.filter(unit__memberships__member_id=staff.pk)


def consent(case: Case, act: Consent.Act) -> Consent | None:
    """The newest answer for an act, or None when it was never asked."""
    return Consent.objects.filter(case=case, act=act.value).order_by("-at").first()


def agrees(case: Case, act: Consent.Act) -> bool:
    """True only for a plain yes: "ask me first" is a no until asked."""
    newest = consent(case, act)
    return newest is not None and newest.answer == Consent.Answer.YES


def linked_to(case: Case) -> list[Case]:
    """Cases tied to this one, in any unit; what a reader may see of them is the caller's to decide."""
    links = Link.objects.filter(Q(a=case) | Q(b=case)).values_list("a_id", "b_id")
    others = {one for pair in links for one in pair if one != case.pk}
    return list(Case.objects.filter(pk__in=others).select_related("unit"))
