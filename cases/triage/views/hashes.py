"""Searching by hash. A POST, so that no hash stands in an address or a log; a file is hashed in the browser and never sent."""
from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from cases.permissions import Permission
from cases.triage import hashes
from cases.triage.hash_forms import HashForm
from cases.triage.views.access import member_with

TOO_MANY = 429


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def search(request: HttpRequest) -> HttpResponse:
    member = member_with(Permission.SEARCH_HASHES, request)
    if request.method != "POST":
        return page(request, HashForm())
    form = HashForm(request.POST)
    if not form.is_valid():
        return page(request, form, status=400)
    try:
        return page(request, form, hashes.search(values=form.cleaned_data["hashes"], by=member))
    except hashes.TooMany:
        form.add_error(None, _("You have searched %(n)d times in this hour. Please wait.") % {"n": hashes.MOST_AN_HOUR})
        return page(request, form, status=TOO_MANY)


def page(request: HttpRequest, form: HashForm, results: Sequence[hashes.Result] = (), *, status: int = 200) -> HttpResponse:
    return render(request, "triage/hashes.html", {"form": form, "results": results, "most": hashes.MOST_AN_HOUR}, status=status)
