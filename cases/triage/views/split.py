"""Splitting a case in two, and undoing it."""
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.html import format_html
from django.utils.translation import gettext as _, gettext_noop
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from cases.merging.models import Splitting
from cases.merging.selectors import refusal_to_split
from cases.merging.services import MergeRefused
from cases.merging.splitting import SplitRefused
from cases.models import Case
from cases.permissions import Permission
from cases.services import Stale
from cases.triage import reading, splitting
from cases.triage.merging import REFUSALS, reference
from cases.triage.split_forms import SplitForm, UnsplitForm
from cases.triage.views.access import member_with, open_case_for
from cases.vault.custody import KeyMissing

CONFLICT = 409
CHANGED = gettext_noop("The case changed while you were reading. Go back to it, look, and come again.")
NO_KEY = gettext_noop("This unit has no key that can be trusted yet: its members must set it up first.")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def split(request: HttpRequest, ref: str) -> HttpResponse:
    case, by = open_case_for(request, ref, Permission.WORK_CASES), member_with(Permission.WORK_CASES, request)
    keyring = reading.keyring_of(request)
    opened = reading.read_case(case, keyring=keyring, by=by)
    parts = splitting.parts_to_choose(case, opened.answers, opened.state, keyring=keyring, by=by)
    refused = refusal_to_split(case, by)
    if request.method != "POST" or refused:
        return split_page(request, case, SplitForm(case, parts), str(splitting.REFUSALS[refused]) if refused else "",
                          status=CONFLICT if request.method == "POST" else 200)
    form = SplitForm(case, parts, request.POST)
    if not form.is_valid():
        return split_page(request, case, form, status=400)
    try:
        second = splitting.split(case=case, chosen=form.chosen, harm=form.harm, about=form.cleaned_data["text"],
                                 reason=form.cleaned_data["reason"], by=by, keyring=keyring, version=form.cleaned_data["version"])
    except (SplitRefused, Stale, KeyMissing) as error:
        form.add_error(None, why_not(error))
        return split_page(request, case, form, status=CONFLICT)
    words = _("{second} was split from {first}. The reporter goes on reading and writing in {first}.")
    messages.success(request, format_html(words, second=reference(second.ref), first=reference(case.ref)))
    return redirect("triage:case", second.ref)


def why_not(error: Exception) -> str:
    if isinstance(error, SplitRefused):
        return str(splitting.REFUSALS[error.reason])
    if isinstance(error, MergeRefused):
        return str(REFUSALS[error.reason])
    return _(NO_KEY) if isinstance(error, KeyMissing) else _(CHANGED)


def split_page(request: HttpRequest, case: Case, form: SplitForm, refused: str = "", *, status: int = 200) -> HttpResponse:
    return render(request, "triage/split.html", {"case": case, "form": form, "not_now": refused,
                                                 "locked": reading.keyring_of(request) is None}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def unsplit(request: HttpRequest, ref: str) -> HttpResponse:
    """Of the second case: its parts go back to the first."""
    case, by = open_case_for(request, ref, Permission.WORK_CASES), member_with(Permission.WORK_CASES, request)
    if not Splitting.objects.filter(case=case, undone_at=None).exists():
        raise Http404
    form = UnsplitForm(case, request.POST if request.method == "POST" else None)
    if not form.is_bound or not form.is_valid():
        return unsplit_page(request, case, form, status=400 if form.is_bound else 200)
    try:
        first = splitting.undo(case=case, reason=form.cleaned_data["reason"], by=by, keyring=reading.keyring_of(request),
                               version=form.cleaned_data["version"])
    except (SplitRefused, MergeRefused, Stale) as error:
        form.add_error(None, why_not(error))
        return unsplit_page(request, case, form, status=CONFLICT)
    messages.success(request, _("All parts are in this case again, and it is worked for both."))
    return redirect("triage:case", first.ref)


def unsplit_page(request: HttpRequest, case: Case, form: UnsplitForm, *, status: int = 200) -> HttpResponse:
    return render(request, "triage/unsplit.html", {"case": case, "form": form, "locked": reading.keyring_of(request) is None},
                  status=status)
