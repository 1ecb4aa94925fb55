"""The desk's page about partners. Nothing of a case can be seen here."""
from typing import cast
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cases.exchange import selectors
from cases.exchange.dealings import history
from cases.hashing.models import Listing
from cases.hashing.searching import entries_for
from cases.permissions import Permission, Staff, may
from cases.selectors import cases_for, opened_by
from cases.statistics.scorecard import of_platforms


@require_safe
@never_cache
def partners(request: HttpRequest) -> HttpResponse:
    """For supervisors and administrators."""
    member = cast(Staff, request.user)
    if not (may(member, Permission.SUPERVISE) or may(member, Permission.MANAGE_PEOPLE)):
        raise PermissionDenied
    reports = selectors.reports()
    scores = of_platforms({report.partner.platform: "" for report in reports})
    return render(request, "exchange/partners.html", {
        "reports": [(report, scores[report.partner.platform]) for report in reports], "sources": selectors.sources()})


@require_safe
@never_cache
def entry(request: HttpRequest, entry: UUID) -> HttpResponse:
    """What became of one entry of a shared list: who agreed to it, which partners pulled it, what they said."""
    member = cast(Staff, request.user)
    if not may(member, Permission.SEARCH_HASHES):
        raise PermissionDenied
    found = get_object_or_404(entries_for(member), pk=entry)
    mine = Listing.objects.filter(entry=found, hash__case__in=cases_for(member))
    listings = list(mine.select_related("hash__case", "proposed_by", "decided_by"))
    doors = opened_by(member, [row.hash.case for row in listings])
    return render(request, "exchange/entry.html", {
        "entry": found, "reports": history(found), "listings": [row for row in listings if row.hash.case_id in doors]})
