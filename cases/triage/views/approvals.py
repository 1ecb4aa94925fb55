"""A second person's yes or no to a notice, what waits for one, which units want one; and the notice on paper."""
from collections.abc import Callable
from datetime import datetime

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.escalation import approvals, second, services
from cases.escalation.channels import letter
from cases.escalation.channels.base import Outgoing
from cases.escalation.models import Escalation
from cases.escalation.notices import WRITTEN_IN
from cases.hashing.services import PublishRefused
from cases.models import Case
from cases.permissions import Permission
from cases.triage import approving, reading
from cases.triage.calendars import units_set_by
from cases.triage.escalating import CONSENT_NAMES, MISSING_NAMES, REFUSAL_NAMES
from cases.triage.post_reading import secret_of
from cases.triage.views.access import member_with
from cases.triage.views.escalate import escalation_for, show
from cases.triage.views.settings import member_with_any

CONFLICT = 409


@require_safe
@never_cache
def waiting(request: HttpRequest) -> HttpResponse:
    member = member_with(Permission.ESCALATE, request)
    return render(request, "triage/approvals.html", {"rows": list(approving.waiting(member))})


@require_POST
def decide(request: HttpRequest, ref: str, reference: str) -> HttpResponse:
    """The words that were decided on are those that the member has open: without an open vault nobody decides."""
    case, one = escalation_for(request, ref, reference)
    form = approving.DecideForm(request.POST)
    act = {"approve": let_leave, "return": give_back}.get(request.POST.get("act", ""))
    if act is None or not form.is_valid():
        return show(request, case, one, status=400, decide=form)
    if refused := why_not(lambda: act(request, case, one, form.cleaned_data["reason"].strip())):
        form.add_error(None, refused)
        one.refresh_from_db(fields=["state"])
        return show(request, case, one, status=CONFLICT, decide=form)
    return redirect("triage:escalation", case.ref, one.reference)


def let_leave(request: HttpRequest, case: Case, one: Escalation, _reason: str) -> None:
    member, keyring = member_with(Permission.ESCALATE, request), reading.keyring_of(request)
    secret = secret_of(one, case=case, keyring=keyring, by=member)
    notice = reading.read_notice(one, case=case, keyring=keyring, by=member).notice
    if notice is None:
        raise Http404
    approvals.approve(escalation=one, notice=notice, secret=secret, by=member)
    messages.success(request, _("The notice leaves."))


def give_back(request: HttpRequest, case: Case, one: Escalation, reason: str) -> None:
    member = member_with(Permission.ESCALATE, request)
    secret = secret_of(one, case=case, keyring=reading.keyring_of(request), by=member)
    approvals.give_back(escalation=one, reason=approving.seal_reason(secret, reason, case=case, row=one.pk), by=member)
    messages.success(request, _("The notice went back to whoever wrote it."))


def why_not(act: Callable[[], None]) -> str:
    """Why it could not be done, in words; empty when it was."""
    try:
        act()
    except approvals.OwnNotice:
        return _("Nobody decides on their own notice: a colleague does.")
    except services.NotNow:
        return _("This cannot be done now: the case has moved on, or a colleague was quicker.")
    except (services.ConsentMissing, services.Incomplete, PublishRefused) as error:
        return worded(error)
    return ""


def worded(error: services.ConsentMissing | services.Incomplete | PublishRefused) -> str:
    """Why a notice may not leave."""
    if isinstance(error, services.ConsentMissing):
        return str(CONSENT_NAMES[error.act])
    if isinstance(error, services.Incomplete):
        return " ".join(str(MISSING_NAMES[lack]) for lack in error.lacks)
    return str(REFUSAL_NAMES[error.reason])


@require_safe
@never_cache
def paper(request: HttpRequest, ref: str, reference: str, language: str) -> HttpResponse:
    """The frozen notice as a letter, to be printed and posted."""
    case, one = escalation_for(request, ref, reference)
    member = member_with(Permission.ESCALATE, request)
    notice = reading.read_notice(one, case=case, keyring=reading.keyring_of(request), by=member).notice
    if notice is None or language not in WRITTEN_IN:
        raise Http404
    at: datetime = one.requested_at
    outgoing = Outgoing(notice, one.channel.address, one.language, key=one.pk.hex, at=at, recipient=str(one.platform))
    answer = HttpResponse(letter.pdf(outgoing, language=language), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{letter.file_name(outgoing)}"'
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def two_people(request: HttpRequest) -> HttpResponse:
    """Which of the member's units want a second person for their notices."""
    member = member_with_any(request, Permission.SUPERVISE, Permission.MANAGE_PEOPLE)
    found, posted = second.units_that_want(units_set_by(member)), request.POST.get("unit", "")
    if request.method == "POST":
        unit = next((each for each in found if each.code == posted), None)
        if unit is None:
            raise Http404
        second.want(unit=unit, yes=request.POST.get("second") == "on", by=member)
        messages.success(request, _("Changed."))
        return redirect("triage:two_people")
    return render(request, "triage/two_people.html", {"units": found.items()})

