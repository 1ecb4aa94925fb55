"""The page of figures and its tables as CSV. They read the tally and no case, so nothing is audited."""
import csv
from collections.abc import Iterator
from dataclasses import dataclass

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cases.permissions import Permission, may
from cases.statistics import spans
from cases.statistics.figures import Scope, counted_at, figures as count
from cases.statistics.presenting import Shown, month_name, shown
from cases.units.models import Unit
from cases.units.selectors import units_of

BOM = "\ufeff"                  # so that a spreadsheet reads the Urdu


@dataclass(frozen=True)
class Asked:
    """Whose figures, of which months. `units`: those the member may choose from; none: in no unit."""
    scope: Scope
    span: spans.Span
    units: list[Unit]
    unit: str

    @property
    def query(self) -> str:
        return self.span.query + (f"&unit={self.unit}" if self.unit else "")

    @property
    def running(self) -> bool:
        return not self.scope.whole_house


@require_safe
@never_cache
def figures(request: HttpRequest) -> HttpResponse:
    asked = read(request)
    if asked is None:
        return render(request, "statistics/figures.html", {"nowhere": True})
    found = count(asked.scope, asked.span.months)
    presets = spans.presets(running=asked.running)
    offered = [(name, presets[code], presets[code] == asked.span) for code, name in spans.PRESETS if code in presets]
    months = [(f"{month:%Y-%m}", month_name(month)) for month in spans.offered(running=asked.running)]
    return render(request, "statistics/figures.html", {
        "asked": asked, "total": found.total, "tables": shown(found), "counted_at": counted_at(), "presets": offered,
        "months": months, "first": f"{asked.span.first:%Y-%m}", "last": f"{asked.span.last:%Y-%m}"})


@require_safe
@never_cache
def download(request: HttpRequest) -> HttpResponse:
    """One table (`table`) or all of them as CSV (RFC 4180), in the reader's language; a hidden number is an empty cell."""
    asked = read(request)
    if asked is None:
        raise Http404
    tables = shown(count(asked.scope, asked.span.months))
    code = request.GET.get("table", "")
    if code and code not in {table.code for table in tables}:
        raise Http404
    response = HttpResponse(BOM, content_type="text/csv; charset=utf-8")
    named = "-".join(filter(None, ["figures", asked.unit, code, f"{asked.span.first:%Y-%m}", f"{asked.span.last:%Y-%m}"]))
    response["Content-Disposition"] = f'attachment; filename="{named}.csv"'
    writer = csv.writer(response)
    writer.writerow([_("From"), _("To"), _("Table"), _("Row"), _("Column"), _("Number"), _("At least")])
    for table in tables:
        if code in ("", table.code):
            writer.writerows([f"{asked.span.first:%Y-%m}", f"{asked.span.last:%Y-%m}", *row] for row in rows(table))
    return response


def rows(table: Shown) -> Iterator[list[str | int]]:
    for name, cells in table.rows:
        for cell in cells:
            told = cell.text if cell.n is None else cell.n
            yield [words(table.title), words(name), words(cell.head), told, _("yes") if cell.least else ""]


def words(name: str) -> str:
    """A name that a spreadsheet would take for a formula (OWASP, CSV injection) begins with an apostrophe."""
    return f"'{name}" if name.startswith(("=", "+", "-", "@", "\t", "\r")) else name


def read(request: HttpRequest) -> Asked | None:
    """None: a member of no unit. 403 without the permission, 404 for months that are not shown and for others' units."""
    member = request.user
    if not may(member, Permission.READ_FIGURES):                                # type: ignore[arg-type]   # signed in, so a member
        raise PermissionDenied
    whole_house = may(member, Permission.READ_ALL_FIGURES)                      # type: ignore[arg-type]
    units = [] if whole_house else list(units_of(member).filter(practice=False))                       # type: ignore[arg-type]
    unit = request.GET.get("unit", "")
    if unit and unit not in {one.code for one in units}:
        raise Http404
    try:
        span = spans.read(request.GET, running=not whole_house)
    except spans.NoSuchSpan as error:
        raise Http404 from error
    if not whole_house and not units:
        return None
    return Asked(Scope((unit,) if unit else tuple(one.code for one in units)), span, units, unit)
