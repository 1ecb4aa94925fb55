"""Tasks: on the case page each is written down, given and settled; the page "Tasks" shows a member's own."""
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from cases.handover.selectors import owed_by
from cases.models import Case
from cases.permissions import Permission, Staff
from cases.triage import reading, selectors, todo
from cases.triage.forms import TaskForm
from cases.triage.models import Task
from cases.triage.staff_words import seal_task
from cases.triage.views.access import member_with, open_case_for
from cases.triage.views.acts import back, open_act
from cases.triage.views.case import show


@require_safe
@never_cache
def mine(request: HttpRequest) -> HttpResponse:
    """What the member has to do in all cases."""
    member, keyring = member_with(Permission.READ_CASES, request), reading.keyring_of(request)
    page = todo.page_of(member, selectors.platform_names()[get_language() or "en"], keyring=keyring)
    return render(request, "triage/tasks.html", {"page": page, "locked": keyring is None, "owed": owed_by(member)})


@open_act("task", TaskForm)
def add(request: HttpRequest, case: Case, member: Staff) -> HttpResponse:
    form = TaskForm(case, request.POST)
    if not form.is_valid():
        return show(request, case, status=400, task=form)
    task_id, words = seal_task(case, form.cleaned_data["text"], keyring=reading.keyring_of(request))
    todo.add(case=case, task_id=task_id, words=words, by=member, to=form.member, due_on=form.cleaned_data["due_on"])
    return back(case, "tasks")


@require_POST
def change(request: HttpRequest, ref: str, task: Any) -> HttpResponse:
    """`act` says what: done, undone, or given `to` somebody."""
    case, member = open_case_for(request, ref, Permission.WORK_CASES), member_with(Permission.WORK_CASES, request)
    row, act = get_object_or_404(Task.objects.select_related("case"), pk=task, case=case), request.POST.get("act", "")
    try:
        if act in {"done", "undone"}:
            todo.settle(task=row, done=act == "done", by=member)
        elif act == "give":
            to = {str(person.pk): person for person in todo.people_for(case)}.get(request.POST.get("to", ""))
            todo.give(task=row, to=to, by=member)
    except (todo.NotTheirs, todo.NotAReader) as error:
        raise PermissionDenied from error
    return onward(request) or back(case, "tasks")


def onward(request: HttpRequest) -> HttpResponse | None:
    """Back to the list of tasks, where the button stood there."""
    place = request.POST.get("next", "")
    safe = place and url_has_allowed_host_and_scheme(place, allowed_hosts={request.get_host()})
    return redirect(place) if safe else None
