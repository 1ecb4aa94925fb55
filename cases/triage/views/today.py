"""The morning page."""
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cases.permissions import Permission
from cases.triage.today import morning
from cases.triage.views.access import member_with


@require_safe
@never_cache
def today(request: HttpRequest) -> HttpResponse:
    member = member_with(Permission.READ_CASES, request)
    return render(request, "triage/today.html", {"page": morning(member, timezone.now())})
