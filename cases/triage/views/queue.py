from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cases.handover.selectors import owed_by
from cases.permissions import Permission
from cases.triage import filters, queue, reading
from cases.triage.asking import waiting_for
from cases.triage.bulk.selecting import AT_MOST
from cases.triage.matches import reasons
from cases.triage.models import BulkRun
from cases.triage.views.access import member_with

REFUSED = 400           # a filter that cannot be read finds nothing, and says why


@require_safe
@never_cache
def cases(request: HttpRequest) -> HttpResponse:
    """The member's queue; without an open vault the same list, without a word of what was written."""
    member, keyring = member_with(Permission.READ_CASES, request), reading.keyring_of(request)
    known = filters.Known(member)
    found = filters.read(request.GET, member, known)
    page = queue.page(found, member, after=request.GET.get("after", ""), before=request.GET.get("before", ""))
    texts = reading.summaries(page.cases, keyring=keyring, by=member)
    why = reasons(page.cases, member)
    return render(request, "triage/queue.html", {
        "form": found.form, "found": found, "units": known.units, "tabs": queue.tabs(member, found.params, queue.TABS, known),
        "rows": [queue.Row(case, texts[case.pk], why[case.pk]) for case in page.cases],
        "more": page.next and address(found, after=page.next), "back": page.previous and address(found, before=page.previous),
        "first": address(found), "locked": keyring is None, "owed": owed_by(member), "questions": len(waiting_for(member)),
        "bulk_acts": [choice for choice in BulkRun.Act.choices if choice[0] != BulkRun.Act.TAKE],
        "all": queue.counted([found.cases(member, timezone.now())])[0] if page.next or page.previous else 0, "at_most": AT_MOST,
        "view": urlencode(found.params), "at": f"{timezone.now().timestamp():.3f}",
    }, status=200 if found.readable else REFUSED)


def address(found: filters.Filter, **place: str) -> str:
    """The same filter, from the first page or from a cursor."""
    return "?" + urlencode(found.params | place)
