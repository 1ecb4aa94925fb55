"""Putting right what is known of a case in the clear."""
from uuid import UUID, uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from cases.models import Case
from cases.permissions import Permission, Staff
from cases.services import Stale
from cases.triage import correcting, reading
from cases.triage.facts_forms import FactsForm
from cases.triage.models import Correction
from cases.triage.views.access import member_with, open_case_for

CONFLICT = 409


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def facts(request: HttpRequest, ref: str) -> HttpResponse:
    case, member = open_case_for(request, ref, Permission.WORK_CASES), member_with(Permission.WORK_CASES, request)
    if request.method != "POST":
        return page(request, case, member, FactsForm(case))
    form, row = FactsForm(case, request.POST), uuid4()
    if not form.is_valid():
        return page(request, case, member, form, status=400)
    reason = reading.seal_reason(case, form.cleaned_data["reason"], name="correction", record=row,
                                 keyring=reading.keyring_of(request))
    try:
        kept = correcting.correct(case=case, facts=form.facts, row=row, reason=reason, by=member,
                                  version=form.cleaned_data["version"])
    except (Stale, correcting.Waits):
        return page(request, open_case_for(request, ref, Permission.WORK_CASES), member, form, trouble="stale", status=CONFLICT)
    if kept.applied_at is None:
        messages.info(request, _("This would say that the case is no child’s. It waits until a supervisor agrees."))
    return redirect("triage:case", case.ref)


def page(request: HttpRequest, case: Case, member: Staff, form: FactsForm, *, trouble: str = "",
         status: int = 200) -> HttpResponse:
    row = correcting.waiting(case)
    return render(request, "triage/facts.html", {
        "case": case, "form": form, "trouble": trouble, "waiting": row, "change": correcting.change(row) if row else "",
        "may_agree": row and correcting.may_agree(row, member), "own": row and row.by_id == member.pk,
        "belongs": case.child and case.unit.code == "adults",
    }, status=status)


@require_POST
def facts_agree(request: HttpRequest, ref: str, row: UUID) -> HttpResponse:
    """`act`: agree, or drop."""
    case, member = open_case_for(request, ref, Permission.WORK_CASES), member_with(Permission.WORK_CASES, request)
    correction = get_object_or_404(Correction, pk=row, case=case, kind=Correction.Kind.FACTS.value)
    try:
        if request.POST.get("act") == "agree":
            correcting.agree(correction=correction, by=member)
        else:
            correcting.drop(correction=correction, by=member)
    except correcting.NotAnother as error:
        raise PermissionDenied from error
    return redirect("triage:case", case.ref)
