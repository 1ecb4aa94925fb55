"""The next step after a notice is put off, or there is none. Taking it is composing or referring."""
from uuid import uuid4

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cases.escalation import deferring
from cases.escalation.models import Escalation
from cases.models import Case
from cases.permissions import Permission
from cases.triage import reading
from cases.triage.next_steps import EndForm, LaterForm, advice_on, seal_reason
from cases.triage.post_reading import secret_of
from cases.triage.views.access import member_with
from cases.triage.views.escalate import escalation_for, show


@require_POST
def next_step(request: HttpRequest, ref: str, reference: str) -> HttpResponse:
    """`act`: "later" with a number of days, or "end" with a reason, which takes an open vault."""
    case, one = escalation_for(request, ref, reference)
    act = {"later": later, "end": end}.get(request.POST.get("act", ""))
    if act is None:
        raise Http404
    return act(request, case, one) or redirect("triage:escalation", case.ref, one.reference)


def later(request: HttpRequest, case: Case, one: Escalation) -> HttpResponse | None:
    form = LaterForm(request.POST)
    if not form.is_valid():
        return show(request, case, one, status=400, later=form)
    if still_suggested(request, case, one):
        deferring.put_off(escalation=one, days=form.cleaned_data["days"], by=member_with(Permission.ESCALATE, request))
        messages.success(request, _("Put off."))
    return None


def end(request: HttpRequest, case: Case, one: Escalation) -> HttpResponse | None:
    form, row, member = EndForm(request.POST), uuid4(), member_with(Permission.ESCALATE, request)
    if not form.is_valid():
        return show(request, case, one, status=400, ending=form)
    secret = secret_of(one, case=case, keyring=reading.keyring_of(request), by=member)
    if still_suggested(request, case, one):
        sealed = seal_reason(secret, form.cleaned_data["reason"].strip(), case=case, row=row)
        deferring.end(escalation=one, row=row, reason=sealed, by=member)
        messages.success(request, _("No further step follows, until something new happens."))
    return None


def still_suggested(request: HttpRequest, case: Case, one: Escalation) -> bool:
    if advice_on(one, case) is not None:
        return True
    messages.warning(request, _("Nothing is suggested here any more: look what stands here now."))
    return False
