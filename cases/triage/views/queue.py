from collections.abc import Mapping
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cases.handover.selectors import owed_by
from cases.models import Case
from cases.permissions import Permission
from cases.triage import consulting, filters, queue, reading, saved
from cases.triage.asking import waiting_for
from cases.triage.bulk.selecting import AT_MOST
from cases.triage.matches import reasons
from cases.triage.models import BulkRun
from cases.triage.neighbours import place
from cases.triage.views.access import member_with

REFUSED = 400           # a filter that cannot be read finds nothing, and says why


@require_safe
@never_cache
def cases(request: HttpRequest) -> HttpResponse:
    """The member's queue; without an open vault the same list, without a word of what was written."""
    member, keyring = member_with(Permission.READ_CASES, request), reading.keyring_of(request)
    known, desk = filters.Known(member), saved.desk_of(member)
    found = filters.read(request.GET, member, known)
    page = queue.page(found, member, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    texts, why = reading.summaries(page.cases, keyring=keyring, by=member), reasons(page.cases, member)
    views = [queue.Tab(str(view), view.params) for view in saved.views_of(member, desk)]
    names = dict(known.platforms)
    return render(request, "triage/queue.html", {
        "form": found.form, "found": found, "units": known.units, "columns": saved.columns_of(desk),
        "tabs": queue.tabs(member, found.params, [*queue.TABS, *views], known),
        "rows": [queue.Row(case, texts[case.pk], why[case.pk], place(found, queue.place_of(case, found)), named(case, names))
                 for case in page.cases],
        "more": page.next and address(found, after=page.next), "back": page.previous and address(found, before=page.previous),
        "first": address(found), "locked": keyring is None, "owed": owed_by(member),
        "questions": len(waiting_for(member)) + consulting.waiting_for(member).count(),
        "practice": any(unit.practice for unit in known.units),
        "bulk_acts": [choice for choice in BulkRun.Act.choices if choice[0] != BulkRun.Act.TAKE],
        "all": queue.counted([found.cases(member, timezone.now())])[0] if page.next or page.previous else 0, "at_most": AT_MOST,
        "view": urlencode(found.params), "at": f"{timezone.now().timestamp():.3f}",
    }, status=200 if found.readable else REFUSED)


def named(case: Case, names: Mapping[str, str]) -> list[str]:
    return [names.get(slug, slug) for slug in case.platforms]


def address(found: filters.Filter, **place: str) -> str:
    """The same filter, from the first page or from a cursor."""
    return "?" + urlencode(found.params | place)


@require_safe
def keyboard(request: HttpRequest) -> HttpResponse:
    """What each key does; the queue and the case page show the same in a dialog."""
    member_with(Permission.READ_CASES, request)
    return render(request, "triage/keyboard.html")
