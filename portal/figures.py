"""The public's page of figures. It reads one table, of what two members published, and no other."""
from datetime import date

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.utils.translation import get_language, get_language_bidi
from django.views.decorators.http import require_safe

from cases.statistics import charts
from cases.statistics.charts import Mark
from cases.statistics.models import Edition
from cases.statistics.presenting import Shown, in_words, month_name, published
from cases.statistics.publishing import slug_of
from portal.pages import page

# A report after the Santa Clara Principles 2.0 (transparency of states): which tables are under which heading.
PARTS = {"reports": ("months", "outcome", "harm", "age", "written", "source", "platform", "call"), "notices": ("notice", "law"),
         "time": ("score", "first", "breach"), "demands": ("demand", "demander"), "appeals": ("event", "opinion")}


@login_not_required
@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """What was published, the newest first; what was withdrawn keeps its day and its note."""
    rows = [described(each) for each in Edition.objects.all()]
    return page(request, "pages/figures.html", {"editions": rows})


@login_not_required
@require_safe
def edition(request: HttpRequest, span: str) -> HttpResponse:
    found = [each for each in Edition.objects.all() if slug_of(each.first, each.last) == span]
    standing = next((each for each in found if each.numbers is not None), None)
    if standing is None or standing.numbers is None:
        raise Http404
    tables = {table.code: table for table in published(standing.numbers, get_language() or "en")}
    parts = {part: [tables[code] for code in codes if code in tables] for part, codes in PARTS.items()}
    return page(request, "pages/figures_edition.html", {
        **described(standing), "total": standing.numbers["total"], "parts": parts, "chart": months_chart(tables["months"]),
        "withdrawn": [each for each in found if each.withdrawn_at], "year": span.isdigit()})


def described(edition: Edition) -> dict[str, object]:
    note = edition.note_ur if (get_language() or "").startswith("ur") else edition.note_en
    return {"edition": edition, "span": slug_of(edition.first, edition.last), "months": in_months(edition.first, edition.last),
            "note": note}


def in_months(first: date, last: date) -> str:
    if (first.month, last.month, first.year) == (1, 12, last.year):
        return str(first.year)
    return month_name(first) if first == last else f"{month_name(first)} – {month_name(last)}"


def months_chart(table: Shown) -> Shown | None:
    marks = [Mark(name, cells[0].n) for name, cells in table.rows]
    chart = charts.columns(marks, rtl=get_language_bidi()) if len(marks) > 1 else None
    return Shown(table.code, table.title, table.heads, table.rows, chart=chart, said=in_words(marks)) if chart else None
