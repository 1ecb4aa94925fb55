"""What a unit does for its people: set by its supervisors, one unit at a time."""
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from cases.permissions import Permission
from cases.triage.calendars import units_set_by
from cases.triage.views.settings import member_with_any
from cases.triage.welfare_forms import WelfareForm
from cases.units.welfare import of_units, set_welfare


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def welfare(request: HttpRequest) -> HttpResponse:
    member = member_with_any(request, Permission.SUPERVISE, Permission.MANAGE_PEOPLE)
    found, posted = of_units(units_set_by(member)), request.POST.get("unit", "")
    if request.method == "POST" and posted not in {unit.code for unit in found}:
        raise Http404
    rows = [WelfareForm(request.POST if unit.code == posted else None, welfare=each) for unit, each in found.items()]
    sent = next((form for form in rows if form.is_bound), None)
    if sent and sent.is_valid():
        set_welfare(unit=sent.unit, by=member, **sent.cleaned_data)             # type: ignore[arg-type]   # a member
        messages.success(request, _("Changed."))
        return redirect("triage:welfare")
    return render(request, "triage/welfare.html", {"rows": rows, "refused": sent}, status=400 if sent else 200)
