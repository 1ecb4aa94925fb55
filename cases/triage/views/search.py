"""The search: one box for references, labels, accounts and links, and for words in all that was written. A POST, so that no word
stands in an address, a log or the browser's history."""
from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from cases.permissions import Permission, Staff
from cases.triage import queue, reading, search_forms
from cases.triage.exact import exact
from cases.triage.filters import Filter
from cases.triage.fulltext import Slice, search as read_through
from cases.triage.search_forms import Going, SearchForm
from cases.triage.views.access import member_with
from cases.vault.parking import Locked

REFUSED = 400


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def search(request: HttpRequest) -> HttpResponse:
    by, posted = member_with(Permission.READ_CASES, request), request.method == "POST"
    form = SearchForm(request.POST if posted else None)
    found = search_forms.narrowed(request.POST if posted else search_forms.a_year(), by)
    if not posted or not form.is_valid() or not found.readable:
        return page(request, form, found, status=REFUSED if posted else 200)
    if "unlock" in request.POST and reading.keyring_of(request) is None:
        raise Locked
    return page(request, form, found, **results(request, form, found, Going(request.POST), by))


def results(request: HttpRequest, form: SearchForm, found: Filter, going: Going, by: Staff) -> dict[str, Any]:
    """What stands on the page of one slice; without an open vault only what is found without opening anything."""
    now, keyring = timezone.now(), reading.keyring_of(request)
    after = going.cleaned_data.get("after", "")
    at_once = exact(form.cleaned_data["words"], by=by, known=found.form.known, now=now)
    if keyring is None:
        return {"exact": at_once}
    part = read_through(found, form.folded, by=by, keyring=keyring, now=now, after=after)
    everything = going.number("all") or queue.counted([found.cases(by, now, everything=True)], search_forms.COUNTED)[0]
    earlier = search_forms.still_theirs(going.refs, by)
    return {"exact": at_once, "slice": part, "earlier": earlier, **sums(part, going, everything),
            "carried": carried(form, found, part, going, earlier, everything)}


def sums(part: Slice, going: Going, everything: int) -> dict[str, Any]:
    done = going.number("done") + part.read
    return {"done": done, "shut": going.number("shut") + part.shut, "hits": going.number("hits") + len(part.hits),
            "all": max(everything, done),
            "shown_all": f"{search_forms.COUNTED:,}+" if everything > search_forms.COUNTED else max(everything, done)}


def carried(form: SearchForm, found: Filter, part: Slice, going: Going, earlier: list[str],
            everything: int) -> list[tuple[str, object]]:
    """The fields of the form that asks for the next slice."""
    refs = [*earlier, *(hit.case.ref for hit in part.hits)][-search_forms.CARRIED:]
    numbers: Mapping[str, object] = sums(part, going, everything)
    return [("words", form.cleaned_data["words"]), *found.params.items(), ("after", part.next), ("found", " ".join(refs)),
            ("all", everything), *((name, numbers[name]) for name in ("done", "shut", "hits"))]


def page(request: HttpRequest, form: SearchForm, found: Filter, *, status: int = 200, **context: Any) -> HttpResponse:
    return render(request, "triage/search.html", {
        "form": form, "usual": search_forms.labelled(found.form, search_forms.USUAL),
        "more": [found.form[name] for name in search_forms.MORE],
        "more_used": any(name in found.params for name in search_forms.MORE), "locked": reading.keyring_of(request) is None,
        **context}, status=status)
