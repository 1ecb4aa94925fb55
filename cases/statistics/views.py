"""The page of figures. Nothing of a case can be seen here, so nothing is audited; the public's pages show none of it."""
import csv
from datetime import date

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cases.permissions import Permission, may
from cases.statistics import figures as counts

BOM = "\ufeff"                  # so that a spreadsheet reads the Urdu


@require_safe
@never_cache
def figures(request: HttpRequest) -> HttpResponse:
    chosen = month_for(request)
    return render(request, "statistics/figures.html", {"month": counts.month(chosen), "months": counts.months()})


@require_safe
@never_cache
def download(request: HttpRequest) -> HttpResponse:
    """The tables of one month as CSV (RFC 4180), in the reader's language; hidden cells are empty."""
    chosen = month_for(request)
    response = HttpResponse(BOM, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="figures-{chosen:%Y-%m}.csv"'
    writer, month = csv.writer(response), counts.month(chosen)
    writer.writerow(["month", "table", "value", "name", "count"])
    writer.writerow([f"{chosen:%Y-%m}", "total", "", "", "" if month.total is None else month.total])
    for table in month.tables:
        for line in table.lines:
            writer.writerow([f"{chosen:%Y-%m}", table.dimension, line.value, words(line.name), "" if line.n is None else line.n])
    return response


def words(name: str) -> str:
    """A name that a spreadsheet would take for a formula (OWASP, CSV injection) begins with an apostrophe."""
    return f"'{name}" if name.startswith(("=", "+", "-", "@", "\t", "\r")) else name


def month_for(request: HttpRequest) -> date:
    """One of the months that are shown; the newest unless another is asked for. 403 without the permission, 404 for any other."""
    if not may(request.user, Permission.READ_FIGURES):  # type: ignore[arg-type]   # signed in, so a member
        raise PermissionDenied
    known = {f"{first:%Y-%m}": first for first in counts.months()}
    asked = request.GET.get("month", "")
    if asked and asked not in known:
        raise Http404
    return known.get(asked) or counts.months()[0]
