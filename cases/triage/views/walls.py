"""Who may open a case: walls, restriction, broken glass. Fetch with permission, form, one service call, back to the page."""
from typing import Any
from uuid import UUID, uuid4

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from cases.models import BreakGlass, Case, Exclusion
from cases.permissions import Permission, may
from cases.selectors import opened_by, opens
from cases.triage import reading, walls
from cases.triage.views.access import case_for, member_with
from cases.triage.wall_forms import AsideForm, ExcludeForm, GlassForm, LiftForm

CONFLICT = 409
LAST_READER = gettext_lazy("Nobody of the unit would be left who may read this case. "
                           "Ask a supervisor to move it to another unit.")


@require_safe
@never_cache
def access(request: HttpRequest, ref: str) -> HttpResponse:
    """The rule that holds for this case, and what the member may do about it."""
    return show(request, case_for(request, ref))


def show(request: HttpRequest, case: Case, *, status: int = 200, **given: Any) -> HttpResponse:
    """After a refused act `given` holds what was typed."""
    member, keyring = member_with(Permission.READ_CASES, request), reading.keyring_of(request)
    supervises, doors = may(member, Permission.SUPERVISE), opened_by(member, [case])
    context: dict[str, Any] = {
        "case": case, "member": member, "locked": keyring is None, "supervises": supervises,
        "opens": case.pk in doors, "glass": BreakGlass.objects.filter(pk=doors.get(case.pk)).first(),
        "may_break": case.pk not in doors and may(member, Permission.WORK_CASES),
        "aside_form": AsideForm(), "exclude_form": ExcludeForm(case), "glass_form": GlassForm(),
        "refused": [form for form in given.values() if isinstance(form, forms.Form) and form.errors],
    }
    if supervises:
        reasons = reading.read_reasons(case, keyring=keyring, by=member)
        context["walls"] = [(wall, reasons.get(wall.pk), lift_form(wall, given)) for wall in
                            Exclusion.objects.filter(case=case).select_related("member", "by", "lifted_by")]
        context["panes"] = [(pane, reasons.get(pane.pk)) for pane in
                            BreakGlass.objects.filter(case=case).select_related("member")]
    return render(request, "triage/access.html", context | given, status=status)


def lift_form(wall: Exclusion, given: dict[str, Any]) -> LiftForm:
    return given["lift"] if given.get("lifting") == wall.pk else LiftForm(prefix=wall.pk.hex[:8])   # type: ignore[no-any-return]


@require_POST
def step_aside(request: HttpRequest, ref: str) -> HttpResponse:
    """"I know somebody in this case"."""
    case, form = case_for(request, ref), AsideForm(request.POST)
    member = member_with(Permission.READ_CASES, request)
    if not form.is_valid():
        return show(request, case, status=400, aside_form=form)
    try:
        walls.exclude(case=case, member=member, cause=Exclusion.Cause(form.cleaned_data["cause"]), by=member)
    except walls.LastReader:
        form.add_error(None, LAST_READER)
        return show(request, case, status=CONFLICT, aside_form=form)
    messages.success(request, _("Thank you. From now on that case does not exist for you."))
    return redirect("triage:queue")


@require_POST
def exclude(request: HttpRequest, ref: str) -> HttpResponse:
    """A supervisor builds a wall."""
    case, by = case_for(request, ref, Permission.SUPERVISE), member_with(Permission.SUPERVISE, request)
    form = ExcludeForm(case, request.POST)
    if not form.is_valid():
        return show(request, case, status=400, exclude_form=form)
    member = form.people[form.cleaned_data["member"]]
    try:
        walls.exclude(case=case, member=member, cause=Exclusion.Cause(form.cleaned_data["cause"]), by=by)
    except walls.LastReader:
        form.add_error(None, LAST_READER)
        return show(request, case, status=CONFLICT, exclude_form=form)
    return redirect("triage:queue") if member.pk == by.pk else redirect("triage:access", case.ref)


@require_POST
def lift(request: HttpRequest, ref: str, wall: UUID) -> HttpResponse:
    """Another supervisor takes it down."""
    case, by = case_for(request, ref, Permission.SUPERVISE), member_with(Permission.SUPERVISE, request)
    standing = get_object_or_404(Exclusion, pk=wall, case=case)
    form = LiftForm(request.POST, prefix=standing.pk.hex[:8])
    if not form.is_valid():
        return show(request, case, status=400, lift=form, lifting=standing.pk)
    try:
        reason = reading.seal_reason(case, form.cleaned_data["reason"], name="lift_reason", record=standing.pk,
                                     keyring=reading.keyring_of(request))
        walls.lift(exclusion=standing, reason=reason, by=by)
    except walls.NotAnother:
        form.add_error(None, _("Somebody else must lift this: a supervisor who neither stands behind it nor put it up."))
        return show(request, case, status=CONFLICT, lift=form, lifting=standing.pk)
    return redirect("triage:access", case.ref)


@require_POST
def restrict(request: HttpRequest, ref: str) -> HttpResponse:
    """Keep the case for who has it (`on`), or open it to the unit again."""
    case, by = case_for(request, ref, Permission.SUPERVISE), member_with(Permission.SUPERVISE, request)
    try:
        walls.restrict(case=case, on="on" in request.POST, by=by)
    except walls.NoOwner:
        messages.warning(request, _("Give the case to somebody first: it would be kept for nobody."))
    return redirect("triage:access", case.ref)


@require_POST
def break_glass(request: HttpRequest, ref: str) -> HttpResponse:
    """Open a kept case for an hour, with a reason; supervisors and auditors are told."""
    case, by = case_for(request, ref, Permission.WORK_CASES), member_with(Permission.WORK_CASES, request)
    form, pane = GlassForm(request.POST), uuid4()
    if opens(by, case):
        return redirect("triage:case", case.ref)
    if not form.is_valid():
        return show(request, case, status=400, glass_form=form)
    keyring = reading.keyring_of(request)
    reason = reading.seal_reason(case, form.cleaned_data["reason"], name="glass", record=pane, keyring=keyring)
    walls.break_glass(case=case, glass_id=pane, cause=BreakGlass.Cause(form.cleaned_data["cause"]), reason=reason, by=by)
    return redirect("triage:case", case.ref)
