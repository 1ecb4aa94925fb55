"""Merging a case with another, and taking it out again."""
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from cases.merging import services as merging
from cases.merging.models import Merging
from cases.merging.selectors import Refusal, refusal
from cases.models import Case
from cases.permissions import Permission, Staff
from cases.selectors import cases_for
from cases.triage import reading
from cases.triage.merge_forms import MergeForm, UnmergeForm, refused
from cases.triage.merging import candidates
from cases.triage.views.access import member_with, open_case_for

CONFLICT = 409


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def merge(request: HttpRequest, ref: str) -> HttpResponse:
    case, by = open_case_for(request, ref, Permission.WORK_CASES), member_with(Permission.WORK_CASES, request)
    if request.method != "POST":
        return merge_page(request, case, by, MergeForm(case))
    form = MergeForm(case, request.POST)
    if not form.is_valid():
        return merge_page(request, case, by, form, status=400)
    other = cases_for(by).select_related("key").prefetch_related("key__wraps").filter(ref=form.cleaned_data["ref"]).first()
    led, leading = form.sides(other or case)
    reason = Refusal.KEPT if other is None else refusal(led, leading, by)
    if reason is None:
        reason = merged(request, led, leading, by, form.cleaned_data["reason"])
    if reason is not None:
        return merge_page(request, case, by, refused(form, reason), status=CONFLICT)
    words = _("{merged} is merged into this case. Nothing of it is lost, and it can be taken out again.")
    messages.success(request, format_html(words, merged=format_html('<bdi dir="ltr">{}</bdi>', led.ref)))
    return redirect("triage:case", leading.ref)


def merged(request: HttpRequest, led: Case, leading: Case, by: Staff, words: str) -> Refusal | None:
    """Seal and merge; the reason why not, if something changed at this moment."""
    row = uuid4()
    sealed = reading.seal_reason(led, words, name="merge_reason", record=row, keyring=reading.keyring_of(request))
    try:
        merging.merge(case=led, into=leading, merging_id=row, reason=sealed, by=by)
    except merging.MergeRefused as error:
        return error.reason
    return None


def merge_page(request: HttpRequest, case: Case, by: Staff, form: MergeForm, *, status: int = 200) -> HttpResponse:
    return render(request, "triage/merge.html", {"case": case, "form": form, "candidates": candidates(case, by),
                                                 "locked": reading.keyring_of(request) is None}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def unmerge(request: HttpRequest, ref: str) -> HttpResponse:
    """Of the merged case: it is worked by itself again."""
    case, by = open_case_for(request, ref, Permission.WORK_CASES), member_with(Permission.WORK_CASES, request)
    row = Merging.objects.filter(case=case, undone_at=None).first()
    if row is None:
        raise Http404
    if request.method != "POST":
        return unmerge_page(request, case, UnmergeForm(case))
    form = UnmergeForm(case, request.POST)
    if not form.is_valid():
        return unmerge_page(request, case, form, status=400)
    reason = reading.seal_reason(case, form.cleaned_data["reason"], name="undo_reason", record=row.pk,
                                 keyring=reading.keyring_of(request))
    if merging.unmerge(case=case, by=by, reason=reason) is None:
        raise PermissionDenied              # a colleague was faster
    messages.success(request, _("This case is worked by itself again, and stands in the queue."))
    return redirect("triage:case", case.ref)


def unmerge_page(request: HttpRequest, case: Case, form: UnmergeForm, *, status: int = 200) -> HttpResponse:
    return render(request, "triage/unmerge.html", {"case": case, "form": form, "locked": reading.keyring_of(request) is None},
                  status=status)
