"""The second person of closing a child's case, on the case page."""
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from cases.models import Case
from cases.permissions import Permission, Staff
from cases.services import Stale
from cases.triage import closing as closings, reading
from cases.triage.closing_forms import ClosingForm
from cases.triage.models import Closing
from cases.triage.services import NotAgreed
from cases.triage.views.access import case_for, member_with, open_case_for
from cases.triage.views.acts import CONFLICT, back
from cases.triage.views.case import show
from cases.workflow import TransitionRefused


@require_POST
def decide(request: HttpRequest, ref: str, closing: UUID) -> HttpResponse:
    """`act` is agree, refuse (with a reason) or take_back."""
    case, member = open_case_for(request, ref, Permission.WORK_CASES), member_with(Permission.WORK_CASES, request)
    row = get_object_or_404(Closing.objects.select_related("case"), pk=closing, case=case)
    form = ClosingForm(case, request.POST)
    if not form.is_valid():
        return show(request, case, status=400, closing=form)
    try:
        act(request, case, row, form, member)
    except closings.NotTheirs as error:
        raise PermissionDenied from error
    except NotAgreed:
        form.add_error(None, _("The reporter has not agreed to this. Write and ask first."))
        return show(request, case, status=CONFLICT, closing=form)
    except (closings.NothingWaits, Stale, TransitionRefused):
        return show(request, case_for(request, case.ref), status=CONFLICT, trouble="stale", closing=form)
    return back(case)


def act(request: HttpRequest, case: Case, row: Closing, form: ClosingForm, member: Staff) -> None:
    wish = form.cleaned_data["act"]
    if wish == "agree":
        closings.agree(closing=row, by=member)
    elif wish == "take_back":
        closings.take_back(closing=row, by=member)
    else:
        answer = reading.seal_reason(case, form.cleaned_data["reason"], name="closing_answer", record=row.pk,
                                     keyring=reading.keyring_of(request))
        closings.refuse(closing=row, answer=answer, by=member)
