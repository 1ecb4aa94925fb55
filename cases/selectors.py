"""Reads with a rule."""
from django.db.models import QuerySet

from cases.models import Case, Consent
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
