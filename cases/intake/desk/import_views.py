"""Many reports from one file: look first, then take what is good. The file lies in no table and on no disk; it travels in the
page, and each press sends it again."""
import csv
from typing import Any, cast

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from cases.intake.desk import importing, table
from cases.permissions import Permission, Staff, may
from cases.vault.custody import KeyMissing

NO_FILE = _("Choose a file.")
NO_KEY = _("A unit has no key yet, so its reports cannot be sealed. Nothing is lost: go on when it has one.")
ROW, COLUMN, WRONG = _("Row"), _("Column"), _("What is wrong")
BOM = "\ufeff"                  # so that a spreadsheet reads the Urdu
SHOWN = 200                     # wrong cells on the page; the file of errors has all
REFUSED = 400


def supervisor(request: HttpRequest) -> Staff:
    """The signed-in member who may import, or 403."""
    member = cast(Staff, request.user)
    if not may(member, Permission.SUPERVISE):
        raise PermissionDenied
    return member


@require_safe
@never_cache
def empty_file(request: HttpRequest) -> HttpResponse:
    """The heads of the columns, in both languages."""
    supervisor(request)
    answer = sheet_named("reports")
    csv.writer(answer).writerow(table.template())
    return answer


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def reports(request: HttpRequest) -> HttpResponse:
    by = supervisor(request)
    if request.method != "POST":
        return page(request)
    try:
        text = posted_text(request)
        trial = importing.attempt(text)
    except table.NotATable as error:
        return page(request, trouble=error.args[0], status=REFUSED)
    act = request.POST.get("act", "try")
    if act == "errors":
        return errors(trial)
    if act != "go":
        return page(request, text=text, trial=trial)
    return go_on(request, text, trial, by)


def posted_text(request: HttpRequest) -> str:
    """The chosen file, or the text that an earlier page carries. Raises table.NotATable."""
    if file := request.FILES.get("file"):
        return table.decoded(file.read(table.MOST_BYTES + 1))
    text = request.POST.get("text", "")
    if not text:
        raise table.NotATable(NO_FILE)
    return table.decoded(text.encode())


def go_on(request: HttpRequest, text: str, trial: importing.Trial, by: Staff) -> HttpResponse:
    """One slice."""
    before = int(request.POST.get("done", "0")) if request.POST.get("done", "0").isdecimal() else 0
    try:
        done = before + importing.work(trial, by=by)
    except KeyMissing:
        return page(request, text=text, trial=trial, trouble=NO_KEY, status=503)
    left = importing.attempt(text)
    return page(request, text=text if left.ready or left.wrong else "", trial=left, done=done, worked=True)


def page(request: HttpRequest, *, text: str = "", trial: importing.Trial | None = None, done: int = 0, worked: bool = False,
         trouble: Any = "", status: int = 200) -> HttpResponse:
    return render(request, "intake/desk/import.html", {
        "text": text, "trial": trial, "done": done, "worked": worked, "trouble": trouble, "columns": table.book().names.values(),
        "wrong": trial.wrong[:SHOWN] if trial else [], "all": done + len(trial.ready) if trial else 0}, status=status)


def errors(trial: importing.Trial) -> HttpResponse:
    answer = sheet_named("errors")
    writer = csv.writer(answer)
    writer.writerow([ROW, COLUMN, WRONG])
    writer.writerows([wrong.row, plain(wrong.column), plain(wrong.words)] for wrong in trial.wrong)
    return answer


def sheet_named(name: str) -> HttpResponse:
    answer = HttpResponse(BOM, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = f'attachment; filename="{name}.csv"'
    return answer


def plain(words: str) -> str:
    """What a spreadsheet would take for a formula (OWASP, CSV injection) begins with an apostrophe."""
    return f"'{words}" if words.startswith(("=", "+", "-", "@", "\t", "\r")) else words
