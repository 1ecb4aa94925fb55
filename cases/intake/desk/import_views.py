"""Many reports from one file: look first, then take what is good. The file lies in no table and on no disk; it travels in the
page, and each press sends it again. So do the receipt codes, signed, until they are on paper: when the page is gone, nobody here
can show them again."""
import csv
from datetime import datetime
from typing import Any, cast

from django.conf import settings
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.intake.desk import importing, paper, table
from cases.intake.desk.importing import Made
from cases.intake.desk.views import MOST_LINES, OPEN_FOR
from cases.permissions import Permission, Staff, may
from cases.units.models import Unit
from cases.vault.custody import KeyMissing
from cases.vault.receipt import display

NO_FILE = _("Choose a file.")
NO_KEY = _("A unit has no key yet, so its reports cannot be sealed. Nothing is lost: go on when it has one.")
ROW, COLUMN, WRONG = _("Row"), _("Column"), _("What is wrong")
BOM = "\ufeff"                  # so that a spreadsheet reads the Urdu
SHOWN = 200                     # wrong cells on the page; the file of errors has all
REFUSED = 400
PAPER = "cases.intake.desk.import"
AT_ONCE = 40                    # receipts in one PDF: five seconds


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
    codes, made = "codes" in request.POST, receipts_in(request, by)
    try:
        opened = importing.work(trial, by=by, codes=codes)
    except KeyMissing:
        return page(request, text=text, trial=trial, trouble=NO_KEY, codes=codes, made=made, status=503)
    left = importing.attempt(text)
    return page(request, text=text if left.ready or left.wrong else "", trial=left, done=before + len(opened), worked=True,
                codes=codes, made=[*made, *(one for one in opened if one.code)])


def page(request: HttpRequest, *, text: str = "", trial: importing.Trial | None = None, done: int = 0, worked: bool = False,
         codes: bool = False, made: list[Made] | None = None, trouble: Any = "", status: int = 200) -> HttpResponse:
    return render(request, "intake/desk/import.html", {
        "text": text, "trial": trial, "done": done, "worked": worked, "trouble": trouble, "columns": table.book().names.values(),
        "codes": codes, "paper": packed(made, supervisor(request)) if made else "", "batches": batches(made or []),
        "wrong": trial.wrong[:SHOWN] if trial else [], "all": done + len(trial.ready) if trial else 0}, status=status)


# --- receipts ---------------------------------------------------------------------------------------------------------
def packed(made: list[Made], by: Staff) -> str:
    rows = [[one.row, one.code, one.language, one.unit, one.promised.isoformat(), one.unsaid] for one in made]
    return signing.dumps({"by": str(by.pk), "made": rows}, salt=PAPER, compress=True)


def receipts_in(request: HttpRequest, by: Staff) -> list[Made]:
    """Those that the page carries; none of a page that is too old, or another member's."""
    try:
        told_of = signing.loads(request.POST.get("paper", ""), salt=PAPER, max_age=OPEN_FOR)
    except signing.BadSignature:
        return []
    return [Made(row, code, language, unit, datetime.fromisoformat(promised), tuple(unsaid))
            for row, code, language, unit, promised, unsaid in told_of["made"] if told_of["by"] == str(by.pk)]


def batches(made: list[Made]) -> list[tuple[int, int, int]]:
    """Where each PDF begins, and its first and last row of the file."""
    return [(start, made[start].row, made[start:start + AT_ONCE][-1].row) for start in range(0, len(made), AT_ONCE)]


@require_POST
@never_cache
def receipts_file(request: HttpRequest) -> HttpResponse:
    """A sheet for each report, while their page is open. The helplines' numbers are those that the page shows."""
    made, start = receipts_in(request, supervisor(request)), request.POST.get("start", "")
    chosen = made[int(start):int(start) + AT_ONCE] if start.isdecimal() and len(start) < len("10000") else []
    if not chosen:
        raise PermissionDenied
    units = {unit.code: unit for unit in Unit.objects.filter(code__in={one.unit for one in chosen})}
    lines = {code: helplines(request, code) for code, _name in settings.LANGUAGES}
    answer = HttpResponse(paper.receipts([
        paper.Letter(display(one.code), one.language, units[one.unit], one.promised,
                     [line for line in lines[one.language] if line[1] not in one.unsaid], one.row) for one in chosen]),
        content_type="application/pdf")
    answer["Content-Disposition"] = 'attachment; filename="notes.pdf"'      # whoever finds it learns nothing from its name
    return answer


def helplines(request: HttpRequest, language: str) -> list[tuple[str, str]]:
    names, numbers = request.POST.getlist(f"name-{language}"), request.POST.getlist(f"number-{language}")
    return list(zip(names[:MOST_LINES], numbers[:MOST_LINES], strict=False))


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
