"""The morning page."""
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cases.permissions import Permission
from cases.triage.today import morning
from cases.triage.views.access import member_with
from cases.units.selectors import units_of


@require_safe
@never_cache
def today(request: HttpRequest) -> HttpResponse:
    member = member_with(Permission.READ_CASES, request)
    page = morning(member, timezone.now())
    practice = not page.units and units_of(member).filter(practice=True).exists()       # type: ignore[arg-type]   # a member
    return render(request, "triage/today.html", {"page": page, "practice": practice, "day": timezone.localdate()})
