"""Being reminded of a case."""
from uuid import UUID, uuid4

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.http import require_POST

from cases.models import Case
from cases.permissions import Permission, Staff
from cases.triage import reading, reminding
from cases.triage.models import Reminder
from cases.triage.remind_forms import RemindForm
from cases.triage.views.access import case_for, member_with
from cases.triage.views.acts import back, open_act
from cases.triage.views.case import show


@open_act("remind", RemindForm)
def remind(request: HttpRequest, case: Case, member: Staff) -> HttpResponse:
    form, row = RemindForm(case, request.POST), uuid4()
    if not form.is_valid():
        return show(request, case, status=400, remind=form)
    reason = reading.seal_reason(case, form.cleaned_data["reason"], name="reminder", record=row,
                                 keyring=reading.keyring_of(request))
    reminding.remind(case=case, row=row, day=form.cleaned_data["day"], reason=reason, by=member)
    return back(case, "remind")


@require_POST
def remind_done(request: HttpRequest, ref: str, row: UUID) -> HttpResponse:
    case, member = case_for(request, ref, Permission.WORK_CASES), member_with(Permission.WORK_CASES, request)
    try:
        reminding.done(reminder=get_object_or_404(Reminder, pk=row, case=case, member_id=member.pk), by=member)
    except reminding.NotTheirs as error:
        raise PermissionDenied from error
    return back(case, "remind")
