"""For supervisors: who has how much, and what is late. Numbers only."""
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cases.permissions import Permission
from cases.triage.load import loads
from cases.triage.views.access import member_with


@require_safe
@never_cache
def load(request: HttpRequest) -> HttpResponse:
    member = member_with(Permission.SUPERVISE, request)
    return render(request, "triage/load.html", {"loads": loads(member, timezone.now())})
