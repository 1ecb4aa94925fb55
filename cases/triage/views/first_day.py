"""The first day at the desk: made-up cases, and a walk through what a caseworker does."""
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from cases.handover.selectors import holders
from cases.permissions import Permission
from cases.triage import practice, reading
from cases.triage.first_day import walk
from cases.triage.views.access import member_with
from cases.vault.signing import KeyMissing


@require_safe
@never_cache
def first_day(request: HttpRequest) -> HttpResponse:
    member, keyring = member_with(Permission.READ_CASES, request), reading.keyring_of(request)
    unit = practice.unit_of(member)
    waits = unit is not None and keyring is not None and unit.pk not in keyring.units
    return render(request, "triage/first_day.html", {
        "unit": unit, "walk": walk(member), "locked": keyring is None, "waits": waits,
        "holders": holders(unit) if unit and waits else []})


@require_POST
def begin(request: HttpRequest) -> HttpResponse:
    """New cases; those of before go, with all that was done in them."""
    member = member_with(Permission.WORK_CASES, request)
    again = practice.cases_of(member).exists()
    try:
        practice.begin(by=member)
    except practice.NotInPractice as error:
        raise PermissionDenied from error
    except KeyMissing:
        messages.warning(request, _("The practice unit has no key that can be trusted yet, so nothing can be sealed to it. Tell "
                                    "your administrator."))
    else:
        messages.success(request, _("Your practice cases are ready. Those of before are being destroyed.") if again else
                         _("Your practice cases are ready."))
    return redirect("triage:first_day")
