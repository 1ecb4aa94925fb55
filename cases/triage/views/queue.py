from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from cases.handover.selectors import owed_by
from cases.permissions import Permission
from cases.selectors import cases_for
from cases.triage import queue, reading
from cases.triage.asking import waiting_for
from cases.triage.forms import QueueFilter
from cases.triage.matches import reasons
from cases.triage.views.access import member_with


@require_safe
@never_cache
def cases(request: HttpRequest) -> HttpResponse:
    """The member's queue; without an open vault the same list, without a word of what was written."""
    member = member_with(Permission.READ_CASES, request)
    form, mine, keyring = QueueFilter(request.GET, member=member), cases_for(member), reading.keyring_of(request)
    page = queue.page(mine, form.chosen, member, after=request.GET.get("after", ""))
    texts = reading.summaries(page.cases, keyring=keyring, by=member)
    why = reasons(page.cases, member)
    return render(request, "triage/queue.html", {
        "form": form, "tabs": queue.tabs(mine, form.params, member),
        "rows": [queue.Row(case, texts[case.pk], why[case.pk]) for case in page.cases],
        "more": page.next and address(request, page.next), "first": address(request), "locked": keyring is None,
        "owed": owed_by(member), "questions": len(waiting_for(member)),
    })


def address(request: HttpRequest, after: str = "") -> str:
    """The same filters, from the first page or from a cursor."""
    params = request.GET.copy()
    params["after"] = after
    return "?" + params.urlencode()
