"""The desk's side of published figures: prepare, look, publish as somebody else, withdraw."""
from typing import cast
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from cases.permissions import Permission, Staff, may
from cases.statistics import publishing
from cases.statistics.forms import PrepareForm, WithdrawForm
from cases.statistics.models import Publication
from cases.statistics.presenting import published
from cases.statistics.publishing import Refusal, Refused

TROUBLE: dict[Refusal, Promise] = {
    Refusal.RUNNING: _("Choose months that are over and have been counted since: the count is made every night."),
    Refusal.OVERLAPS: _("Some of these months are in other figures, prepared or published. Numbers of overlapping months could "
                        "be subtracted from each other: withdraw those first."),
    Refusal.FEW: _("Too few reports came in these months: fewer than ten, or a number that would give a small one away."),
    Refusal.SAME_PERSON: _("You prepared it, so somebody else must publish it."),
    Refusal.GONE: _("A colleague was quicker: look at it again."),
}
BAD, CONFLICT = 400, 409


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def publications(request: HttpRequest) -> HttpResponse:
    """All there are, and a form for another."""
    member = publisher(request)
    form = PrepareForm(request.POST if request.method == "POST" else None)
    status = 200
    if form.is_bound:
        if form.is_valid():
            try:
                made = publishing.prepare(span=form.span, by=member)
                return redirect("statistics:publication", publication=made.pk)
            except Refused as refused:
                form.add_error("last", str(TROUBLE[refused.reason]))
        status = BAD
    rows = Publication.objects.select_related("prepared_by", "published_by", "withdrawn_by")
    return render(request, "statistics/publications.html", {"rows": rows, "form": form}, status=status)


@require_http_methods(["GET", "HEAD"])
@never_cache
def publication(request: HttpRequest, publication: UUID) -> HttpResponse:
    """Exactly what everybody would read, or reads."""
    publisher(request)
    return show(request, found(publication))


@require_POST
@never_cache
def publish(request: HttpRequest, publication: UUID) -> HttpResponse:
    member, row = publisher(request), found(publication)
    try:
        publishing.publish(publication=row, by=member)
    except Refused as refused:
        return show(request, row, trouble=TROUBLE[refused.reason], status=CONFLICT)
    return redirect("statistics:publication", publication=row.pk)


@require_POST
@never_cache
def withdraw(request: HttpRequest, publication: UUID) -> HttpResponse:
    """What everybody could read takes words in both languages; what was only prepared does not."""
    member, row = publisher(request), found(publication)
    form = WithdrawForm(request.POST)
    if row.published_at and not form.is_valid():
        return show(request, row, form=form, status=BAD)
    note = {"en": form.cleaned_data["note_en"], "ur": form.cleaned_data["note_ur"]} if row.published_at else {}
    try:
        publishing.withdraw(publication=row, by=member, note=note)
    except Refused as refused:
        return show(request, found(publication), trouble=TROUBLE[refused.reason], status=CONFLICT)
    return redirect("statistics:publications")


def show(request: HttpRequest, row: Publication, *, trouble: Promise | str = "", form: WithdrawForm | None = None,
         status: int = 200) -> HttpResponse:
    return render(request, "statistics/publication.html", {
        "row": row, "told": published(row.numbers, get_language() or "en"), "trouble": trouble, "form": form or WithdrawForm(),
        "mine": row.prepared_by_id == cast(Staff, request.user).pk}, status=status)


def found(publication: UUID) -> Publication:
    return get_object_or_404(Publication.objects.select_related("prepared_by", "published_by", "withdrawn_by"), pk=publication)


def publisher(request: HttpRequest) -> Staff:
    member = cast(Staff, request.user)
    if not may(member, Permission.PUBLISH_FIGURES):
        raise PermissionDenied
    return member
