"""The register of demands on us: who asks for case data, what two supervisors decide, what was given."""
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.permissions import Permission, Staff, may
from cases.referral import demands as register
from cases.referral.models import Demand
from cases.referral.selectors import demands_for, may_agree
from cases.referral.services import NotTheirs, Quicker
from cases.triage import reading
from cases.triage.referral_forms import DecisionForm, DemandForm
from cases.triage.referral_reading import read_demands, seal_decision, seal_demand
from cases.triage.views.access import member_with

MOST, CONFLICT = 100, 409


@require_safe
@never_cache
def demands(request: HttpRequest) -> HttpResponse:
    """Newest first. Nothing is unsealed here."""
    member = member_with(Permission.READ_CASES, request)
    return render(request, "triage/demands.html", {"demands": list(demands_for(member)[:MOST]),
                                                   "may_write": may(member, Permission.WORK_CASES)})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def new(request: HttpRequest) -> HttpResponse:
    member = member_with(Permission.WORK_CASES, request)
    form = DemandForm(member, request.POST if request.method == "POST" else None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "triage/demand_new.html", {"form": form}, status=400 if form.errors else 200)
    typed, row = form.cleaned_data, uuid4()
    key, words = seal_demand(row, unit=typed["unit"], case=typed["ref"], words=typed["text"])
    made = register.register(
        demand_id=row, unit=typed["unit"], case=typed["ref"], who=Demand.Who(typed["who"]), law=Demand.Law(typed["law"]),
        scope=Demand.Scope(typed["scope"]), key=key, words=words, received_on=typed["received_on"], by=member)
    messages.success(request, _("It stands in the register. Two supervisors decide."))
    return redirect("triage:demand", made.number)


def demand_for(request: HttpRequest, number: int, permission: Permission) -> tuple[Demand, Staff]:
    member = member_with(permission, request)
    rows = demands_for(member).select_related("key").prefetch_related("key__wraps", "given__authority")
    return get_object_or_404(rows, number=number), member


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def demand(request: HttpRequest, number: int) -> HttpResponse:
    """One row; a POST proposes what is decided."""
    one, member = demand_for(request, number, Permission.SUPERVISE if request.method == "POST" else Permission.READ_CASES)
    if request.method != "POST":
        return show(request, one, member)
    form = DecisionForm(one, request.POST)
    if not form.is_valid():
        return show(request, one, member, form=form, status=400)
    sealed = seal_decision(one, form.cleaned_data["reason"], keyring=reading.keyring_of(request))
    try:
        register.propose(demand=one, decision=Demand.Decision(form.cleaned_data["decision"]), reason=sealed, by=member)
        messages.success(request, _("Another supervisor has to agree."))
    except NotTheirs as error:
        raise PermissionDenied from error
    except (Quicker, register.NothingToGive):
        messages.warning(request, _("It was decided before."))
    return redirect("triage:demand", one.number)


def show(request: HttpRequest, one: Demand, member: Staff, *, form: DecisionForm | None = None,
         status: int = 200) -> HttpResponse:
    keyring = reading.keyring_of(request)
    words, reason = read_demands([one], keyring=keyring, by=member)[one.pk]
    context = {"demand": one, "words": words, "reason": reason, "locked": keyring is None, "given": list(one.given.all()),
               "form": form or DecisionForm(one), "decides": may(member, Permission.SUPERVISE) and one.decided_at is None,
               "agrees": may_agree(one, member), "gives": one.decided_at and one.decision in register.GIVES}
    return render(request, "triage/demand.html", context, status=status)


@require_POST
def agree(request: HttpRequest, number: int) -> HttpResponse:
    """The second supervisor, to the decision that the page showed."""
    one, member = demand_for(request, number, Permission.SUPERVISE)
    try:
        register.agree(demand=one, decision=Demand.Decision(request.POST.get("decision", "")), by=member)
        messages.success(request, _("It is decided."))
    except NotTheirs as error:
        raise PermissionDenied from error
    except (Quicker, ValueError):
        messages.warning(request, _("It was decided before, or is proposed otherwise by now: look again."))
    return redirect("triage:demand", one.number)
