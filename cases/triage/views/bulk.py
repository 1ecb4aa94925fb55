"""One act on many cases: begun from the queue, tried, run, watched and undone. A run is its member's alone."""
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.html import format_html, format_html_join
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from cases.models import Case
from cases.outbox.services import enqueue
from cases.permissions import Permission, Staff
from cases.selectors import cases_for
from cases.triage import reading, services
from cases.triage.bulk import running, selecting, starting, trying
from cases.triage.bulk.acts import doing
from cases.triage.bulk.forms import BulkForm, form_for
from cases.triage.bulk.reasons import WORDS
from cases.triage.models import BulkRow, BulkRun
from cases.triage.queue import PAGE
from cases.triage.views.access import member_with
from cases.triage.views.acts import notice_language, traces

OWN = 50
LOOK_AGAIN = "3"        # seconds, without a script: the page says so
State, RowState = BulkRun.State, BulkRow.State


@dataclass(frozen=True)
class Group:
    """Rows with one end. `words`: empty for those that were done, or would be."""
    words: Promise | str
    refs: list[str]


def groups(rows: Sequence[tuple[str, str]]) -> list[Group]:
    """(why, reference) in the rows' order → what is (to be) done first, then the reasons, the most frequent first."""
    by_reason: dict[str, list[str]] = {}
    for why, ref in rows:
        by_reason.setdefault(why, []).append(ref)
    return [Group(WORDS.get(why, why) if why else "", refs)
            for why, refs in sorted(by_reason.items(), key=lambda each: (each[0] != "", -len(each[1])))]


# --- from the queue ---------------------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def runs(request: HttpRequest) -> HttpResponse:
    """The member's own runs; a POST begins one with what is ticked in the queue. The act of the pressed button goes first."""
    by = member_with(Permission.WORK_CASES, request)
    if request.method != "POST":
        return render(request, "triage/bulk_runs.html", {"runs": own(by)[:OWN]})
    act = request.POST.get("go") or request.POST.get("act", "")
    if act not in BulkRun.Act.values:
        messages.warning(request, _("Choose what to do with them."))
        return to_view(request)
    if act == BulkRun.Act.TAKE:
        return take(request, by)
    try:
        run = selecting.draft(act=BulkRun.Act(act), cases=chosen(request, by), by=by)
    except selecting.Nothing:
        messages.warning(request, _("Choose at least one case."))
        return to_view(request)
    except selecting.TooMany:
        messages.warning(request, _("This view shows more than 1,000 cases. Narrow it with the filters, then choose again."))
        return to_view(request)
    return redirect("triage:bulk", run.pk)


def to_view(request: HttpRequest) -> HttpResponse:
    """Back to the list that was on the screen."""
    view = QueryDict(request.POST.get("view", "")).urlencode()
    return redirect(redirect("triage:queue").headers["Location"] + (f"?{view}" if view else ""))


def chosen(request: HttpRequest, by: Staff) -> Any:
    """What is ticked, or with `all` everything that the view shows."""
    if "all" in request.POST:
        return selecting.shown(request.POST.get("view", ""), request.POST.get("at", ""), by)
    return selecting.named(request.POST.getlist("ref"), by)


def take(request: HttpRequest, by: Staff) -> HttpResponse:
    """"Assign to me", of one page: done at once, since its member waits for it, and undone like any other run."""
    try:
        run = selecting.draft(act=BulkRun.Act.TAKE, cases=selecting.named(request.POST.getlist("ref")[:PAGE], by), by=by)
    except selecting.Nothing:
        messages.warning(request, _("Choose at least one case."))
        return to_view(request)
    starting.start(run=run, by=by)
    running.work(run_id=run.pk)
    mine = cases_for(by).filter(pk__in=BulkRow.objects.filter(run=run, state=RowState.DONE).values("case"))
    taken = list(mine.select_related("key").prefetch_related("key__wraps"))
    for case in taken:
        notice_language(request, case, by)
        services.keep_traces(case=case, traces=traces(request, case, by))
    messages.success(request, ngettext("%(n)d case is now yours.", "%(n)d cases are now yours.", len(taken)) % {"n": len(taken)})
    if left := BulkRow.objects.filter(run=run).exclude(state=RowState.DONE).values_list("case__ref"):
        named = format_html_join(", ", '<bdi dir="ltr">{}</bdi>', left)
        words = _("Open these one by one, because a colleague has them or the reporter asked for a woman: {refs}")
        messages.warning(request, format_html(words, refs=named))
    return to_view(request)


# --- one run ----------------------------------------------------------------------------------------------------------
def own(by: Staff) -> Any:
    return BulkRun.objects.filter(by=by.pk)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def run(request: HttpRequest, pk: UUID) -> HttpResponse:
    by = member_with(Permission.WORK_CASES, request)
    found = get_object_or_404(own(by).select_related("undoes"), pk=pk)
    if request.method != "POST":
        return draft_page(request, found, by) if found.state == State.DRAFT else run_page(request, found)
    act = request.POST.get("do", "")
    if act in {"try", "start"}:
        return begin(request, found, by, start=act == "start")
    if act == "stop":
        running.stop(run=found, by=by)
    elif act == "resume" and found.state == State.RUNNING:
        enqueue("triage.bulk", run_id=str(found.pk))
    elif act == "undo":
        return undo(found, by)
    return redirect("triage:bulk", found.pk)


def cases_of(found: BulkRun, by: Staff) -> list[Case]:
    rows = BulkRow.objects.filter(run=found).values("case")
    return list(cases_for(by).filter(pk__in=rows).select_related("unit").defer(*trying.SEALED))


def draft_page(request: HttpRequest, found: BulkRun, by: Staff, form: BulkForm | None = None, tries: Sequence[trying.Try] = (), *,
               status: int = 200) -> HttpResponse:
    """The form; after "Look what would happen" also the answer, case by case."""
    cases = form.cases if form else cases_of(found, by)
    return render(request, "triage/bulk_draft.html", {
        "run": found, "form": form or form_for(found, cases=cases, by=by), "cases": len(cases), "tried": bool(tries),
        "would": trying.count(tries), "groups": groups([(each.why, each.case.ref if each.case else "") for each in tries]),
        "locked": reading.keyring_of(request) is None}, status=status)


def begin(request: HttpRequest, found: BulkRun, by: Staff, *, start: bool) -> HttpResponse:
    """Try, or begin. What would happen is worked out anew each time, so that nothing is begun on an old answer."""
    if found.state != State.DRAFT:
        return redirect("triage:bulk", found.pk)
    form = form_for(found, cases=cases_of(found, by), by=by, data=request.POST)
    if not form.is_valid():
        return draft_page(request, found, by, form, status=400)
    if not found.undoes_id:
        found.params = form.params
    tries = trying.attempt(found, by)
    if not start or not trying.count(tries):
        return draft_page(request, found, by, form, tries)
    found.save(update_fields=["params"])
    with suppress(starting.Begun):          # pressed twice: it runs
        starting.start(run=found, by=by, comment=form.cleaned_data["reason"], keyring=reading.keyring_of(request))
    return redirect("triage:bulk", found.pk)


def undo(found: BulkRun, by: Staff) -> HttpResponse:
    """A run of its own; what took no comment is undone without one, at once."""
    try:
        back = selecting.undoing(run=found, by=by)
    except selecting.Nothing as error:
        raise PermissionDenied from error
    if not doing(back).says_why:
        starting.start(run=back, by=by)
        running.work(run_id=back.pk)
    return redirect("triage:bulk", back.pk)


def run_page(request: HttpRequest, found: BulkRun) -> HttpResponse:
    """Progress, then what became of each."""
    rows = list(BulkRow.objects.filter(run=found).order_by("place").values_list("state", "why", "case__ref"))
    settled = [(why, ref) for state, why, ref in rows if state != RowState.WAITING]
    done = sum(state == RowState.DONE for state, _why, _ref in rows)
    undone = BulkRun.objects.filter(undoes=found).exclude(state=State.DRAFT).first()
    answer = render(request, "triage/bulk_run.html", {
        "run": found, "all": len(rows), "settled": len(settled), "done": done, "groups": groups(settled), "undone": undone,
        "undoable": found.state == State.DONE and done and doing(found).undo and not found.undoes_id and undone is None})
    if found.state == State.RUNNING:
        answer["Refresh"] = LOOK_AGAIN
    return answer
