"""The post: what came in, what could not go out, and what staff do about either."""
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from cases.escalation import delivery, services
from cases.escalation.models import Escalation
from cases.hashing.services import PublishRefused
from cases.models import Case
from cases.permissions import Permission
from cases.triage import reading
from cases.triage.escalating import CONSENT_NAMES, MISSING_NAMES, REFUSAL_NAMES
from cases.triage.post import post_of
from cases.triage.post_forms import NOTHING, AnswerForm
from cases.triage.post_reading import secret_of
from cases.triage.views.access import member_with
from cases.triage.views.escalate import escalation_for, show

State = Escalation.State


@require_safe
@never_cache
def post(request: HttpRequest) -> HttpResponse:
    member = member_with(Permission.ESCALATE, request)
    return render(request, "triage/post.html", {"page": post_of(member, timezone.localdate()),
                                                "locked": reading.keyring_of(request) is None})


@require_POST
def again(request: HttpRequest, ref: str, reference: str) -> HttpResponse:
    """Send a dead letter once more. Takes an open vault: the worker gets its copy of the notice's key back."""
    case, one = escalation_for(request, ref, reference)
    member = member_with(Permission.ESCALATE, request)
    secret = secret_of(one, case=case, keyring=reading.keyring_of(request), by=member)
    try:
        delivery.send_again(escalation=one, secret=secret, by=member)
    except services.NotNow:
        messages.warning(request, _("It cannot be sent again now: the case is not in work, or the notice is no dead letter."))
    except services.ConsentMissing as error:
        messages.warning(request, CONSENT_NAMES[error.act])
    except services.Incomplete as error:
        messages.warning(request, " ".join(str(MISSING_NAMES[lack]) for lack in error.lacks))
    except PublishRefused as error:
        messages.warning(request, REFUSAL_NAMES[error.reason])
    else:
        messages.success(request, _("The notice is on its way again."))
    return back(request, case, one)


@require_POST
def settled(request: HttpRequest, ref: str, reference: str) -> HttpResponse:
    """A dead letter that was seen to in another way."""
    case, one = escalation_for(request, ref, reference)
    try:
        delivery.set_aside(escalation=one, by=member_with(Permission.ESCALATE, request))
    except services.NotNow:
        messages.warning(request, _("This was recorded before."))
    return back(request, case, one)


def back(request: HttpRequest, case: Case, one: Escalation) -> HttpResponse:
    if request.POST.get("from") == "post":
        return redirect("triage:post")
    return redirect("triage:escalation", case.ref, one.reference)


@require_POST
def answer(request: HttpRequest, ref: str, reference: str) -> HttpResponse:
    """What the platform said: typed in, or read in its mails."""
    case, one = escalation_for(request, ref, reference)
    member, mails = member_with(Permission.ESCALATE, request), request.POST.getlist("mails")
    shown = [row for row in services.unsorted(one).defer("body") if str(row.pk) in mails]
    form = AnswerForm(one, request.POST, mails=shown)
    if not form.is_valid():
        return show(request, case, one, status=400, answer=form)
    outcome = form.cleaned_data["outcome"]
    try:
        with transaction.atomic():
            if outcome == NOTHING:
                services.nothing_new(escalation=one, mails=form.mails, by=member)
            else:
                services.answer(escalation=one, outcome=State(outcome), by=member, reason=form.cleaned_data["reason"],
                                mails=form.mails)
    except services.NotNow:
        messages.warning(request, _("This was recorded before."))
    return redirect("triage:escalation", case.ref, one.reference)
