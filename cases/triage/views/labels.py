"""Labels and the written language: on a case, and the list of labels that supervisors keep for their units."""
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from cases.models import Case, Label
from cases.permissions import Permission, Staff
from cases.triage import labelling, services
from cases.triage.label_forms import LabelForm, NewLabelForm, WrittenForm
from cases.triage.views.access import member_with
from cases.triage.views.acts import act, back
from cases.triage.views.case import show
from cases.units.models import Unit
from cases.units.selectors import units_of

MEANT = 400


# --- on a case --------------------------------------------------------------------------------------------------------
@act
def label(request: HttpRequest, case: Case, member: Staff) -> HttpResponse:
    """Put a label on, or with `off` take it from the case."""
    if "off" in request.POST:
        carried = {str(each.pk): each for each in labelling.labels_of(case)}
        if each := carried.get(request.POST["off"]):
            labelling.remove_label(case=case, label=each, by=member)
        return back(case, "labels")
    form = LabelForm(case, request.POST)
    if not form.is_valid():
        return show(request, case, status=MEANT, label=form)
    labelling.add_label(case=case, label=form.chosen, by=member)
    return back(case, "labels")


@act
def written(request: HttpRequest, case: Case, member: Staff) -> HttpResponse:
    """The member knows better than the guess."""
    form = WrittenForm(case, request.POST)
    if not form.is_valid():
        return show(request, case, status=MEANT, written=form)
    services.note_language(case=case, written_in=form.cleaned_data["written_in"], by=member)
    return back(case, "labels")


# --- the list of a unit -----------------------------------------------------------------------------------------------
def own_units(member: Staff) -> list[Unit]:
    return list(units_of(member))               # type: ignore[arg-type]   # Staff is a protocol of the model


@require_safe
@never_cache
def labels(request: HttpRequest) -> HttpResponse:
    return page(request, member_with(Permission.SUPERVISE, request))


def page(request: HttpRequest, member: Staff, *, status: int = 200, new: NewLabelForm | None = None,
         renamed: NewLabelForm | None = None) -> HttpResponse:
    units = own_units(member)
    rows = Label.objects.filter(unit__in=units).select_related("unit")
    return render(request, "triage/labels.html", {
        "rows": [(row, renamed if renamed and renamed.label_id == row.pk else NewLabelForm(units, label=row)) for row in rows],
        "everywhere": Label.objects.filter(unit=None), "new": new or NewLabelForm(units),
        "refused": [form for form in (new, renamed) if form],
    }, status=status)


@require_POST
def make(request: HttpRequest) -> HttpResponse:
    member = member_with(Permission.SUPERVISE, request)
    form = NewLabelForm(own_units(member), request.POST)
    if not form.is_valid():
        return page(request, member, status=MEANT, new=form)
    labelling.make_label(unit=form.units[form.cleaned_data["unit"]], name_en=form.cleaned_data["name_en"],
                         name_ur=form.cleaned_data["name_ur"], by=member)
    messages.success(request, _("The label can be put on cases now."))
    return redirect("triage:labels")


def theirs(member: Staff, pk: UUID) -> Label:
    return get_object_or_404(Label, pk=pk, unit__in=own_units(member))


@require_POST
def rename(request: HttpRequest, label: UUID) -> HttpResponse:
    member = member_with(Permission.SUPERVISE, request)
    row = theirs(member, label)
    form = NewLabelForm(own_units(member), request.POST, label=row)
    if not form.is_valid():
        return page(request, member, status=MEANT, renamed=form)
    labelling.rename_label(label=row, by=member, **form.cleaned_data)
    return redirect("triage:labels")


@require_POST
def retire(request: HttpRequest, label: UUID) -> HttpResponse:
    """It stays on the cases that carry it. `again`: it is given once more."""
    member = member_with(Permission.SUPERVISE, request)
    labelling.retire_label(label=theirs(member, label), by=member, on="again" not in request.POST)
    return redirect("triage:labels")
