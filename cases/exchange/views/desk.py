"""The desk's page about partners. Nothing of a case can be seen here."""
from typing import cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cases.exchange import selectors
from cases.permissions import Permission, Staff, may


@require_safe
@never_cache
def partners(request: HttpRequest) -> HttpResponse:
    """For supervisors and administrators."""
    member = cast(Staff, request.user)
    if not (may(member, Permission.SUPERVISE) or may(member, Permission.MANAGE_PEOPLE)):
        raise PermissionDenied
    return render(request, "exchange/partners.html", {"reports": selectors.reports(), "sources": selectors.sources()})
