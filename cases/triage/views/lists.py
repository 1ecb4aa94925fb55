"""Putting fingerprints on a shared list: one member proposes, another decides."""
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from cases.hashing import listing
from cases.hashing.models import Listing
from cases.hashing.services import PublishRefused
from cases.models import Case
from cases.permissions import Permission, Staff, may
from cases.triage.escalating import REFUSAL_NAMES
from cases.triage.lists import TROUBLE_NAMES, ApproveForm, ProposeForm, RefuseForm, known_elsewhere, rows_of, why_not
from cases.triage.views.access import member_with, open_case_for

CONFLICT = 409
FORMS: dict[str, type[forms.Form]] = {"propose": ProposeForm, "approve": ApproveForm, "refuse": RefuseForm, "end": forms.Form}
DONE = {
    "propose": gettext_lazy("Proposed. A colleague decides."),
    "approve": gettext_lazy("The fingerprints are on the list now."),
    "refuse": gettext_lazy("Refused: they are on no list."),
    "end": gettext_lazy("Taken off the list. Platforms see so at their next pull."),
}


@require_safe
@never_cache
def waiting(request: HttpRequest) -> HttpResponse:
    """Cases whose fingerprints wait for a second person."""
    member = member_with(Permission.ESCALATE, request)
    return render(request, "triage/lists.html", {"cases": listing.waiting_for(member).select_related("unit")})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def case_list(request: HttpRequest, ref: str) -> HttpResponse:
    case, member = open_case_for(request, ref, Permission.ESCALATE), member_with(Permission.ESCALATE, request)
    if request.method != "POST":
        return page(request, case, member)
    act = request.POST.get("act", "")
    form = FORMS[act](request.POST) if act in FORMS else None
    if form is None or not form.is_valid():
        return page(request, case, member, trouble=_("Choose what to do, and why. Nothing was changed."), status=400)
    try:
        do(act, case, member, form.cleaned_data)
    except PublishRefused as error:
        return page(request, case, member, trouble=str(REFUSAL_NAMES[error.reason]), status=CONFLICT)
    except (listing.NotYours, listing.StandsOut, listing.NothingWaits) as error:
        code = {listing.NotYours: "not_yours", listing.StandsOut: "stands_out", listing.NothingWaits: "nothing"}[type(error)]
        return page(request, case, member, trouble=str(TROUBLE_NAMES[code]), status=CONFLICT)
    messages.success(request, str(DONE[act]))
    return redirect("triage:case_list", case.ref)


def do(act: str, case: Case, member: Staff, typed: dict[str, Any]) -> None:
    if act == "propose":
        listing.propose(case=case, by=member, basis=Listing.Basis(typed["basis"]))
    elif act == "approve":
        listing.approve(case=case, by=member, despite=typed["despite"])
    elif act == "refuse":
        listing.refuse(case=case, by=member, why=Listing.Why(typed["why"]))
    else:
        listing.end(case=case, by=member)


def page(request: HttpRequest, case: Case, member: Staff, *, trouble: str = "", status: int = 200) -> HttpResponse:
    rows, no = rows_of(case), why_not(case)
    proposed = [row for row in rows if row.state == Listing.State.PROPOSED]
    standing = [row for row in rows if row.state in {Listing.State.PROPOSED, Listing.State.APPROVED}]
    mine = any(listing.is_theirs(row, member) for row in proposed)
    context = {
        "case": case, "rows": rows, "why_not": no, "trouble": trouble, "elsewhere": known_elsewhere(case), "standing": standing,
        "proposed": proposed, "mine": mine, "held": sorted(str(reason.label) for reason in listing.standing_out(proposed)),
        "may_despite": may(member, Permission.SUPERVISE), "approve": ApproveForm(label_suffix=""),
        "refuse": RefuseForm(label_suffix=""),
        "propose": None if no else ProposeForm.of(case),
    }
    return render(request, "triage/case_list.html", context, status=status)
