"""Saved views: the list of them, saving what the queue shows, changing, moving; and the columns of the list."""
from urllib.parse import urlencode
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.permissions import Permission, Staff
from cases.triage import saved
from cases.triage.filters import Known, read
from cases.triage.models import SavedView
from cases.triage.view_forms import ColumnsForm, ViewForm
from cases.triage.views.access import member_with

REFUSED = 400


def view_for(member: Staff, pk: UUID, *, change: bool = False) -> SavedView:
    """One that the member sees, or 404; with `change` one that they may change."""
    for view in saved.views_of(member):
        if view.pk == pk and (not change or saved.may_change(view, member)):
            return view
    raise Http404


@require_safe
@never_cache
def views(request: HttpRequest) -> HttpResponse:
    return page(request, member_with(Permission.READ_CASES, request))


def page(request: HttpRequest, member: Staff, *, status: int = 200, columns: ColumnsForm | None = None) -> HttpResponse:
    known = Known(member)
    rows = [(view, read(view.params, member, known), saved.may_change(view, member)) for view in saved.views_of(member)]
    return render(request, "triage/views.html", {
        "rows": [(view, found, "?" + urlencode(found.params), mine) for view, found, mine in rows],
        "columns_form": columns or ColumnsForm.of(member), "refused": [columns] if columns else [],
    }, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def save(request: HttpRequest) -> HttpResponse:
    """What the queue shows now, as a view."""
    member = member_with(Permission.READ_CASES, request)
    known, views = Known(member), saved.views_of(member)
    if request.method == "POST":
        form = ViewForm(member, known, request.POST, views=views)
    else:
        form = ViewForm(member, known, params=urlencode(read(request.GET, member, known).params), views=views)
    return written(request, member, form) or shown(request, form)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def change(request: HttpRequest, view: UUID) -> HttpResponse:
    """Its name, and who sees it."""
    member = member_with(Permission.READ_CASES, request)
    form = ViewForm(member, Known(member), request.POST or None, view=view_for(member, view, change=True))
    return written(request, member, form) or shown(request, form)


def written(request: HttpRequest, member: Staff, form: ViewForm) -> HttpResponse | None:
    """The answer to a form that was accepted; None for one to be shown."""
    if not form.is_valid():
        return None
    try:
        view = saved.save_view(view=form.target, by=member, **form.values)
    except saved.TooMany:
        form.add_error(None, _("There are %(n)d views already: remove one first.") % {"n": saved.AT_MOST})
        return None
    return redirect("triage:views") if form.view else redirect(redirect("triage:queue").headers["Location"]
                                                               + "?" + urlencode(view.params))


def shown(request: HttpRequest, form: ViewForm) -> HttpResponse:
    found = read(form.view.params, form.member, form.known) if form.view else form.found
    return render(request, "triage/view.html", {"form": form, "found": found, "view": form.view},
                  status=REFUSED if form.is_bound else 200)


@require_POST
def drop(request: HttpRequest, view: UUID) -> HttpResponse:
    member = member_with(Permission.READ_CASES, request)
    saved.drop_view(view=view_for(member, view, change=True), by=member)
    return redirect("triage:views")


@require_POST
def move(request: HttpRequest, view: UUID) -> HttpResponse:
    """One place up, or with `down` one place down, among the member's own tabs."""
    member = member_with(Permission.READ_CASES, request)
    saved.move_view(member=member, view=view_for(member, view).pk, up="down" not in request.POST)
    return redirect("triage:views")


@require_POST
def columns(request: HttpRequest) -> HttpResponse:
    member = member_with(Permission.READ_CASES, request)
    form = ColumnsForm.of(member, request.POST)
    if not form.is_valid():
        return page(request, member, status=REFUSED, columns=form)
    saved.keep_desk(member=member, columns=form.cleaned_data["columns"])
    return redirect("triage:queue")
