"""Asking another unit for advice about a case, and giving it."""
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from cases.models import Case
from cases.permissions import Permission, Staff, may
from cases.selectors import consent
from cases.services import Stale
from cases.triage import consulting, reading
from cases.triage.between import ACT, HURDLES, Hurdle, NotPermitted
from cases.triage.consult_forms import AdviceForm, ConsultForm
from cases.triage.consult_reading import read_consults, read_lent, seal_consult, seal_consult_answer
from cases.triage.models import Consult
from cases.triage.views.access import member_with, open_case_for
from cases.vault.signing import KeyMissing
from cases.workflow import Status

CONFLICT = 409
BOTH = ["GET", "HEAD", "POST"]


# --- the unit that asks -----------------------------------------------------------------------------------------------
@require_http_methods(BOTH)
@never_cache
def consult(request: HttpRequest, ref: str) -> HttpResponse:
    """What other units were asked about the case, what they answered, and the next question."""
    permission = Permission.WORK_CASES if request.method == "POST" else Permission.READ_CASES
    case, member = open_case_for(request, ref, permission), member_with(permission, request)
    if request.method != "POST":
        return consult_page(request, case, member, ConsultForm(case, member))
    form = ConsultForm(case, member, request.POST)
    if not form.is_valid():
        return consult_page(request, case, member, form, status=400)
    try:
        asked(request, case, member, form)
    except consulting.NotTheirs as error:
        raise PermissionDenied from error
    except (NotPermitted, consulting.AlreadyAsked, consulting.OnlyAQuestion, Stale, KeyMissing) as error:
        form.add_error(*refusal(error))
        return consult_page(request, case, member, form, status=CONFLICT)
    messages.success(request, _("Asked. You are told when they answer."))
    return redirect("triage:consult", case.ref)


@transaction.atomic
def asked(request: HttpRequest, case: Case, member: Staff, form: ConsultForm) -> None:
    told, keyring = form.cleaned_data, reading.keyring_of(request)
    row = seal_consult(case, told["unit"], Consult.Scope(told["scope"]), told["text"], keyring=keyring, by=member)
    consulting.ask(consult=row, by=member, version=told["version"])


def refusal(error: Exception) -> tuple[str | None, str]:
    """The field that it stands beside, and the words."""
    if isinstance(error, NotPermitted):
        return "unit" if error.hurdle == Hurdle.NO_WOMAN else "scope", str(HURDLES[error.hurdle])
    if isinstance(error, consulting.AlreadyAsked):
        return "unit", _("This unit was asked already and has not answered yet. Take that question back first.")
    if isinstance(error, consulting.OnlyAQuestion):
        return "scope", _("Of this case only a question may go: it is kept for who has it, or about somebody under 18, where a "
                          "supervisor decides.")
    if isinstance(error, KeyMissing):
        return "unit", _("This unit has no key that can be trusted yet: its members must set it up first.")
    return None, _("The case changed while you were reading. Look at it again, then press once more.")


def consult_page(request: HttpRequest, case: Case, member: Staff, form: ConsultForm, *, status: int = 200) -> HttpResponse:
    keyring, rows = reading.keyring_of(request), list(consulting.of_case(case).prefetch_related("answer_key__wraps"))
    return render(request, "triage/consult.html", {
        "case": case, "form": form, "rows": read_consults(case, rows, keyring=keyring, by=member),
        "said": consent(case, ACT), "locked": keyring is None,
        "may_ask": may(member, Permission.WORK_CASES) and case.status != Status.CLOSED}, status=status)


@require_POST
def take_back(request: HttpRequest, ref: str, consult: UUID) -> HttpResponse:
    case, member = open_case_for(request, ref, Permission.WORK_CASES), member_with(Permission.WORK_CASES, request)
    consulting.take_back(consult=get_object_or_404(consulting.consult_of(case, consult)), by=member)
    messages.success(request, _("Taken back: they cannot read it any more."))
    return redirect("triage:consult", case.ref)


# --- the unit that is asked -------------------------------------------------------------------------------------------
@require_http_methods(BOTH)
@never_cache
def advice(request: HttpRequest, consult: UUID) -> HttpResponse:
    """A question of another unit, with or without a copy of the report. It exists for who may read it, as long as it lasts."""
    permission = Permission.WORK_CASES if request.method == "POST" else Permission.READ_CASES
    member = member_with(permission, request)
    row = get_object_or_404(consulting.consults_for(member).prefetch_related("key__wraps"), pk=consult)
    if request.method != "POST" or row.answered_at:
        return advice_page(request, row, member, AdviceForm())
    form = AdviceForm(request.POST)
    if not form.is_valid():
        return advice_page(request, row, member, form, status=400)
    try:
        with transaction.atomic():
            key, sealed = seal_consult_answer(row, form.cleaned_data["text"], keyring=reading.keyring_of(request))
            consulting.answer(consult=row, key=key, sealed=sealed, by=member)
    except consulting.NotTheirs:
        return redirect("triage:advice", row.pk)            # a colleague was faster
    messages.success(request, _("Answered. They are told."))
    return redirect("triage:questions")


def advice_page(request: HttpRequest, row: Consult, member: Staff, form: AdviceForm, *, status: int = 200) -> HttpResponse:
    keyring, agreed = reading.keyring_of(request), consulting.still_agreed(row)
    return render(request, "triage/advice.html", {
        "consult": row, "agreed": agreed, "form": form, "locked": keyring is None,
        "lent": read_lent(row, keyring=keyring, by=member) if agreed else None,
        "may_work": may(member, Permission.WORK_CASES)}, status=status)
