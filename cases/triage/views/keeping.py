"""How long cases are kept: holds on the case page, and the page where two supervisors decide what goes.

Names, references and dates only: nothing here opens a case, so the vault may be locked. `portal.urls.retention` has the second
supervisor prove who they are before anything is destroyed.
"""
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from cases.models import Case
from cases.permissions import Permission, Staff
from cases.retention import selectors, services
from cases.retention.models import Proposal, Schedule
from cases.retention.services import Refusal, Refused
from cases.selectors import cases_for
from cases.triage.keeping import HoldForm, LiftForm
from cases.triage.views.access import case_for, member_with
from cases.units.selectors import units_of

MOST = 100              # cases decided with one press
RECENT = 20
Decide = Callable[..., object]


@dataclass(frozen=True)
class Result:
    """What became of one row. `refusal` is "" when it was done."""
    ref: str
    refusal: str = ""


@require_safe
@never_cache
def due(request: HttpRequest) -> HttpResponse:
    return page(request, member_with(Permission.SUPERVISE, request))


@require_POST
def approve(request: HttpRequest) -> HttpResponse:
    return decide(request, services.approve, "approved")


@require_POST
def put_back(request: HttpRequest) -> HttpResponse:
    return decide(request, services.put_back, "put_back")


@require_POST
def confirm(request: HttpRequest) -> HttpResponse:
    return decide(request, services.confirm, "confirmed")


def decide(request: HttpRequest, act: Decide, done: str) -> HttpResponse:
    """Each chosen case by itself, so that one refusal stops no other; the page says what became of each."""
    member = member_with(Permission.SUPERVISE, request)
    refs = list(dict.fromkeys(request.POST.getlist("ref")))
    if len(refs) > MOST:
        return page(request, member, trouble="many", status=400)
    if not refs:
        return page(request, member, trouble="none", status=400)
    mine = {case.ref: case for case in cases_for(member).filter(ref__in=[ref for ref in refs if len(ref) <= MOST])}
    results = [one(act, mine[ref], member) if ref in mine else Result(ref[:12], Refusal.NOT_DUE.value) for ref in refs]
    return page(request, member, results=results, done=done)


def one(act: Decide, case: Case, member: Staff) -> Result:
    try:
        act(case=case, by=member)
    except Refused as refused:
        return Result(case.ref, refused.reason.value)
    return Result(case.ref)


def page(request: HttpRequest, member: Staff, *, status: int = 200, trouble: str = "", done: str = "",
         results: list[Result] | None = None) -> HttpResponse:
    proposals = list(selectors.proposals_for(member)[:MOST * 2])
    context: dict[str, Any] = {
        "trouble": trouble, "done": done, "results": results or [],
        "worked": sum(not result.refusal for result in results or []),
        "waiting": [row for row in proposals if row.approved_by_id is None][:MOST],
        "second": [row for row in proposals if mine_to_confirm(row, member)][:MOST],
        "own": [row for row in proposals if row.approved_by_id == member.pk][:MOST],
        "recent": selectors.disposals_of(member)[:RECENT],
        "schedules": Schedule.objects.filter(unit__in=units_of(member)) | Schedule.objects.filter(unit=None),  # type: ignore[arg-type]
    }
    return render(request, "retention/due.html", context, status=status)


def mine_to_confirm(row: Proposal, member: Staff) -> bool:
    return row.approved_by_id not in {None, member.pk}


# --- holds ------------------------------------------------------------------------------------------------------------
@require_POST
def hold(request: HttpRequest, ref: str) -> HttpResponse:
    """Anybody who works the case may keep it from being deleted."""
    case, member = case_for(request, ref, Permission.WORK_CASES), member_with(Permission.WORK_CASES, request)
    form = HoldForm(request.POST)
    if not form.is_valid():
        messages.warning(request, _("Choose why the case must be kept. Nothing was changed."))
        return back(case)
    try:
        services.place_hold(case=case, reason=form.reason, by=member)
        messages.success(request, _("The hold stands: this case cannot be deleted."))
    except services.TooLate:
        messages.warning(request, _("It has a hold already, or it is already being destroyed."))
    return back(case)


@require_POST
def lift(request: HttpRequest, ref: str) -> HttpResponse:
    """A supervisor's act: afterwards the case can be deleted again."""
    case, member = case_for(request, ref, Permission.SUPERVISE), member_with(Permission.SUPERVISE, request)
    form = LiftForm(request.POST)
    if form.is_valid():
        try:
            services.lift_hold(case=case, because=form.because, by=member)
            messages.success(request, _("The hold is lifted."))
        except services.Preserved:
            messages.warning(request, _("A file of this report is preserved as the ministry has ordered, and nobody has asked "
                                        "for it yet: until it is handed out the hold stays."))
    else:
        messages.warning(request, _("Choose why the hold is lifted. Nothing was changed."))
    return back(case)


def back(case: Case) -> HttpResponse:
    return redirect("triage:case", case.ref)
