"""People, accounts, numbers and links of a case: written down on its page, put right and removed on a page of their own."""
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from cases.models import Case
from cases.permissions import Permission, Staff
from cases.triage import reading, subjects
from cases.triage.models import Subject
from cases.triage.staff_words import read_subjects, seal_subject
from cases.triage.subject_forms import SubjectForm
from cases.triage.todo import NotTheirs
from cases.triage.views.access import member_with, open_case_for
from cases.triage.views.acts import back, open_act
from cases.triage.views.case import show


@open_act("subject", SubjectForm)
def add(request: HttpRequest, case: Case, member: Staff) -> HttpResponse:
    form = SubjectForm(case, request.POST)
    if not form.is_valid():
        return show(request, case, status=400, subject=form)
    kind, name = form.cleaned_data["kind"], form.cleaned_data["text"]
    row, words = seal_subject(case, name, form.cleaned_data["about"], keyring=reading.keyring_of(request))
    subjects.add(case=case, row=row, kind=kind, words=words, tag=subjects.tag_of(kind, name), by=member)
    return back(case, "subjects")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def subject(request: HttpRequest, ref: str, subject: UUID) -> HttpResponse:
    """`act`: change, or remove."""
    case, member = open_case_for(request, ref, Permission.WORK_CASES), member_with(Permission.WORK_CASES, request)
    row = get_object_or_404(Subject.objects.select_related("case"), pk=subject, case=case)
    try:
        if request.method != "POST":
            said = read_subjects(case, [row], keyring=reading.keyring_of(request), by=member, alone=True)[row.pk]
            return page(request, case, row, SubjectForm.of(case, row, said))
        if request.POST.get("act") == "remove":
            subjects.remove(subject=row, by=member)
            return back(case, "subjects")
        return change(request, case, row, member)
    except NotTheirs as error:
        raise PermissionDenied from error


def change(request: HttpRequest, case: Case, row: Subject, by: Staff) -> HttpResponse:
    form = SubjectForm(case, request.POST)
    if not form.is_valid():
        return page(request, case, row, form, status=400)
    kind, name = form.cleaned_data["kind"], form.cleaned_data["text"]
    _row, words = seal_subject(case, name, form.cleaned_data["about"], keyring=reading.keyring_of(request), row=row.pk)
    subjects.change(subject=row, kind=kind, words=words, tag=subjects.tag_of(kind, name), by=by)
    return back(case, "subjects")


def page(request: HttpRequest, case: Case, row: Subject, form: SubjectForm, *, status: int = 200) -> HttpResponse:
    return render(request, "triage/subject.html", {
        "case": case, "subject": row, "form": form, "locked": reading.keyring_of(request) is None}, status=status)
