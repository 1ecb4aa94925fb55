"""Is it still online? What members see at the links of a notice, and what they let the portal look at."""
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from cases.escalation import looking, services, sightings
from cases.permissions import Permission
from cases.triage import reading
from cases.triage.calendars import units_set_by
from cases.triage.sighting_forms import LookForm, SightingForm
from cases.triage.sighting_reading import links_of
from cases.triage.views.access import member_with
from cases.triage.views.escalate import escalation_for, show
from cases.triage.views.settings import member_with_any
from cases.vault.signing import KeyMissing


@require_POST
def saw(request: HttpRequest, ref: str, reference: str) -> HttpResponse:
    """What the member saw. Takes an open vault: which link is which stands in the sealed notice."""
    case, one = escalation_for(request, ref, reference)
    member = member_with(Permission.ESCALATE, request)
    form = SightingForm(links_of(one, case=case, keyring=reading.keyring_of(request), by=member), request.POST)
    if not form.is_valid():
        return show(request, case, one, status=400, saw=form)
    try:
        back = sightings.saw(escalation=one, views=form.views, by=member)
    except services.NotNow:
        messages.warning(request, _("Nothing can be recorded for this notice now."))
    else:
        messages.success(request, _("Recorded. The case is in review again: ask the platform once more.") if back
                         else _("Recorded."))
    return redirect("triage:escalation", case.ref, one.reference)


@require_POST
def look(request: HttpRequest, ref: str, reference: str) -> HttpResponse:
    """Let the portal look at the links until a day. Takes an open vault: the worker gets a copy of them."""
    case, one = escalation_for(request, ref, reference)
    member, form = member_with(Permission.ESCALATE, request), LookForm(request.POST, label_suffix="")
    links = links_of(one, case=case, keyring=reading.keyring_of(request), by=member)
    if not form.is_valid():
        return show(request, case, one, status=400, look=form)
    try:
        looking.allow(escalation=one, links=looking.lookable(links), days=form.cleaned_data["days"], by=member)
    except services.NotNow:
        messages.warning(request, _("The portal may not look at these links."))
    except KeyMissing:
        messages.warning(request, _("The portal’s worker has no key yet: it must be set up first."))
    else:
        messages.success(request, _("The portal looks once a day, and shows here what it was answered."))
    return redirect("triage:escalation", case.ref, one.reference)


@require_POST
def look_no_more(request: HttpRequest, ref: str, reference: str) -> HttpResponse:
    case, one = escalation_for(request, ref, reference)
    looking.end(escalation=one, by=member_with(Permission.ESCALATE, request))
    messages.success(request, _("The portal looks no more, and its copy of the links is destroyed."))
    return redirect("triage:escalation", case.ref, one.reference)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def units(request: HttpRequest) -> HttpResponse:
    """Which of the member's units let links be looked at by machine."""
    member = member_with_any(request, Permission.SUPERVISE, Permission.MANAGE_PEOPLE)
    found, posted = looking.units_that_allow(units_set_by(member).filter(practice=False)), request.POST.get("unit", "")
    if request.method == "POST":
        unit = next((each for each in found if each.code == posted), None)
        if unit is None:
            raise Http404
        looking.let_unit(unit=unit, yes=request.POST.get("look") == "on", by=member)
        messages.success(request, _("Changed."))
        return redirect("triage:looking")
    return render(request, "triage/looking.html", {"units": found.items(), "proxy": bool(settings.LOOK_PROXY)})
