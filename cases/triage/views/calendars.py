"""Working hours, days off, seasons, and what a deadline allows."""
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from cases.clock.models import Calendar
from cases.clock.services import Overlaps, years_without
from cases.permissions import Permission, Staff
from cases.triage import calendars as services
from cases.triage.calendar_forms import HolidayForm, HoursForm, LimitsForm, PeriodForm
from cases.triage.views.settings import member_with_any

FORMS: dict[str, type[HoursForm | HolidayForm | PeriodForm]] = {
    "hours": HoursForm, "holiday": HolidayForm, "period": PeriodForm}


def setting(request: HttpRequest) -> Staff:
    return member_with_any(request, Permission.SUPERVISE, Permission.MANAGE_PEOPLE)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def calendars(request: HttpRequest) -> HttpResponse:
    """`unit`, posted: it gets a calendar of its own."""
    member = setting(request)
    if request.method == "POST":
        unit = get_object_or_404(services.units_set_by(member), code=request.POST.get("unit", ""))
        try:
            own = services.own_calendar(unit=unit, by=member)
        except services.NotShared:
            return redirect("triage:calendar", unit.calendar_id)
        return redirect("triage:calendar", own.pk)
    return render(request, "triage/calendars.html", {
        "calendars": services.calendars_set_by(member).prefetch_related("unit_set"),
        "theirs": set(services.units_set_by(member).values_list("pk", flat=True))})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def calendar(request: HttpRequest, pk: int) -> HttpResponse:
    member = setting(request)
    found = get_object_or_404(services.calendars_set_by(member), pk=pk)
    if request.method != "POST":
        return page(request, found)
    act = request.POST.get("act", "")
    if act not in FORMS:
        return short(request, found, act, member)
    form = FORMS[act](request.POST, calendar=found)
    if not form.is_valid():
        return page(request, found, status=400, **{act: form})
    try:
        services.change(calendar=found, form=form, by=member)
    except Overlaps:
        form.add_error("first", _("Another period of this calendar has some of these days. Remove it first."))
        return page(request, found, status=409, **{act: form})
    return done(request, found)


def short(request: HttpRequest, found: Calendar, act: str, member: Staff) -> HttpResponse:
    """What needs no form: one button, one number."""
    number = request.POST.get("which", "")
    if not number.isascii() or not number.isdigit():
        raise Http404
    if act == "no_holiday":
        services.drop(row=get_object_or_404(found.holidays, pk=number), by=member)
    elif act == "no_period":
        services.drop(row=get_object_or_404(found.periods, pk=number), by=member)
    elif act == "year" and int(number) in years_without(found):
        services.add_year(calendar=found, year=int(number), by=member)
    else:
        raise Http404
    return done(request, found)


def done(request: HttpRequest, found: Calendar) -> HttpResponse:
    messages.success(request, _("Changed. Running deadlines are being counted anew."))
    return redirect("triage:calendar", found.pk)


def page(request: HttpRequest, found: Calendar, *, status: int = 200, **forms: Any) -> HttpResponse:
    context = {f"{name}_form": forms.get(name) or form(calendar=found) for name, form in FORMS.items()}
    return render(request, "triage/calendar.html", context | {
        "calendar": found, "units": found.unit_set.all(), "holidays": found.holidays.all(), "periods": found.periods.all(),
        "years": years_without(found), "refused": list(forms.values()),
    }, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def limits(request: HttpRequest) -> HttpResponse:
    """How long each unit gives itself. Posted for one unit at a time."""
    member = setting(request)
    shown = services.limits(services.units_set_by(member).select_related("calendar"))
    posted = request.POST.get("unit", "")
    if request.method == "POST" and posted not in {each.unit.code for each in shown}:
        raise Http404
    rows = [(each, LimitsForm(request.POST if each.unit.code == posted else None, unit=each.unit, now=each.levels))
            for each in shown]
    sent = next((form for _each, form in rows if form.is_bound), None)
    if sent and sent.is_valid():
        services.set_limits(unit=sent.unit, wanted=sent.wanted, by=member)
        messages.success(request, _("Changed, for clocks that start from now on."))
        return redirect("triage:limits")
    return render(request, "triage/limits.html", {"rows": rows, "refused": sent}, status=400 if sent else 200)
