"""The roster: read by the unit, changed by its supervisors; a shift is its member's to hand on."""
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from cases.permissions import Permission, Staff, may
from cases.triage.roster import ShiftForm, people_of, roster as shown
from cases.triage.views.access import member_with
from cases.units import duty
from cases.units.models import Shift, Unit
from cases.units.selectors import units_of


@require_safe
@never_cache
def rosters(request: HttpRequest) -> HttpResponse:
    """The member's units; straight on if there is one."""
    units = list(units_of(member_with(Permission.READ_CASES, request)))         # type: ignore[arg-type]   # a member
    if len(units) == 1:
        return redirect("triage:roster", units[0].code)
    return render(request, "triage/rosters.html", {"units": units})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def roster(request: HttpRequest, code: str) -> HttpResponse:
    """`act`: add, give (`shift` to `to`), drop (`shift`)."""
    member = member_with(Permission.READ_CASES, request)
    unit = get_object_or_404(units_of(member).select_related("calendar"), code=code)     # type: ignore[arg-type]   # a member
    if request.method != "POST":
        return page(request, unit, member)
    form = ShiftForm(request.POST, unit=unit) if request.POST.get("act") == "add" else None
    if form and not form.is_valid():
        return page(request, unit, member, form=form, status=400)
    try:
        if form:
            duty.add_shifts(unit=unit, member=form.people[form.cleaned_data["member"]], times=form.times, by=member)
        else:
            change(request, unit, member)
    except duty.NotTheirs as error:
        raise PermissionDenied from error
    messages.success(request, _("The roster is changed."))
    return redirect("triage:roster", unit.code)


def change(request: HttpRequest, unit: Unit, member: Staff) -> None:
    number = request.POST.get("shift", "")
    row = get_object_or_404(Shift.objects.select_related("unit__calendar"), unit=unit,
                            pk=number if number.isascii() and number.isdigit() else 0)
    if request.POST.get("act") == "drop":
        duty.drop_shift(shift=row, by=member)
    else:
        to = people_of(unit).get(request.POST.get("to", ""))
        if to is None:
            raise duty.NotTheirs
        duty.hand_on(shift=row, to=to, by=member)


def page(request: HttpRequest, unit: Unit, member: Staff, *, form: ShiftForm | None = None, status: int = 200) -> HttpResponse:
    context: dict[str, Any] = {
        "roster": shown(unit, timezone.now()), "form": form or ShiftForm(unit=unit), "people": people_of(unit),
        "supervises": may(member, Permission.SUPERVISE), "me": member.pk,
    }
    return render(request, "triage/roster.html", context, status=status)
