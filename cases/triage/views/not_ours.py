"""Sending on who reported something that is another body's matter."""
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from cases.models import Case
from cases.permissions import Permission, Staff
from cases.services import Stale
from cases.triage import reading, services
from cases.triage.not_ours import letter, send_on
from cases.triage.not_ours_forms import NotOursForm
from cases.triage.views.access import member_with, open_case_for
from cases.workflow import Status, TransitionRefused

CONFLICT = 409


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def not_ours(request: HttpRequest, ref: str) -> HttpResponse:
    case, by = open_case_for(request, ref, Permission.WORK_CASES), member_with(Permission.WORK_CASES, request)
    if case.split_of_id:                # the letter goes to the reporter, in the case that it was split from
        raise PermissionDenied
    if request.method != "POST":
        return page(request, case, NotOursForm(case))
    form = NotOursForm(case, request.POST)
    if not form.is_valid():
        return page(request, case, form, status=400)
    return sent(request, case, by, form)


def sent(request: HttpRequest, case: Case, by: Staff, form: NotOursForm) -> HttpResponse:
    told = form.cleaned_data
    message_id, body = reading.seal_message(case, letter(case, told["sent_to"]), keyring=reading.keyring_of(request))
    try:
        send_on(case=case, reason=told["reason"], sent_to=told["sent_to"], message_id=message_id, body=body, by=by,
                version=told["version"])
    except (Stale, TransitionRefused):
        form.add_error(None, _("The case changed while you were reading. Go back to it, look, and come again."))
        return page(request, case, form, status=CONFLICT)
    except services.NeedsSecond:
        form.add_error(None, _("A child's case is closed by two: write to the reporter, then close it under Next step."))
        return page(request, case, form, status=CONFLICT)
    messages.success(request, _("The reporter was told where to go, and the case is closed and counted."))
    return redirect("triage:case", case.ref)


def page(request: HttpRequest, case: Case, form: NotOursForm, *, status: int = 200) -> HttpResponse:
    return render(request, "triage/not_ours.html", {
        "case": case, "form": form, "closed": case.status == Status.CLOSED, "locked": reading.keyring_of(request) is None,
        "letter": letter(case, None)}, status=status)
