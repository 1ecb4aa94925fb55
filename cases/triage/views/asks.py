"""Asking the reporter for more, from the case page."""
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cases.conversation import services
from cases.conversation.models import Ask
from cases.models import Case
from cases.permissions import Permission, Staff
from cases.services import Stale
from cases.triage.asks import AskForm
from cases.triage.views.access import case_for, member_with, open_case_for
from cases.triage.views.acts import CONFLICT, back, open_act
from cases.triage.views.case import show


@open_act("asks", AskForm)
def ask_reporter(request: HttpRequest, case: Case, member: Staff) -> HttpResponse:
    form = AskForm(case, request.POST)
    if not form.is_valid():
        return show(request, case, status=400, asks=form)
    try:
        services.ask(case=case, by=member, version=form.cleaned_data["version"], **form.chosen)
    except Stale:
        return show(request, case_for(request, case.ref), status=CONFLICT, trouble="stale", asks=form)
    except services.AlreadyAsked:
        form.add_error("what", _("This waits for an answer already."))
        return show(request, case, status=CONFLICT, asks=form)
    except services.NotAllowed:
        form.add_error(None, _("The case is closed: open it again first."))
        return show(request, case, status=CONFLICT, asks=form)
    return back(case, "asks")


@require_POST
def take_back(request: HttpRequest, ref: str, ask: UUID) -> HttpResponse:
    case, member = open_case_for(request, ref, Permission.WORK_CASES), member_with(Permission.WORK_CASES, request)
    try:
        services.take_back(ask=get_object_or_404(Ask.objects.select_related("case"), pk=ask, case=case), by=member)
    except services.NotAllowed as error:
        raise PermissionDenied from error
    return back(case, "asks")
