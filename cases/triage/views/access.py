"""Fetching with permission. Another unit's case does not exist for the member; a role without cases is told so."""
from typing import cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from cases.models import Case
from cases.permissions import Permission, Staff, may
from cases.selectors import cases_for, opens


def member_with(permission: Permission, request: HttpRequest) -> Staff:
    """The signed-in member, or 403."""
    member = cast(Staff, request.user)
    if not may(member, permission):
        raise PermissionDenied
    return member


def case_for(request: HttpRequest, ref: str, permission: Permission = Permission.READ_CASES) -> Case:
    """A case of the member's own units by its reference, or 404; 403 without the permission."""
    member = member_with(permission, request)
    cases = cases_for(member).select_related("unit__calendar", "assignee", "key", "conversation_key", "opinion", "taking__by")
    return get_object_or_404(cases.prefetch_related("key__wraps", "conversation_key__wraps"), ref=ref.upper())


def open_case_for(request: HttpRequest, ref: str, permission: Permission) -> Case:
    """The same, for what needs the case's words: 403 while they are kept for others of the unit."""
    case = case_for(request, ref, permission)
    if not opens(member_with(permission, request), case):
        raise PermissionDenied
    return case
