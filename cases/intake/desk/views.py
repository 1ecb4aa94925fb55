"""Reports typed by staff: one page, read back once, sealed as any other; then the receipt, to be printed and handed over.

Until it is sent nothing is kept: what was typed travels in the page. The receipt code travels with it, signed, so that a page
sent twice opens one case and shows the same code; when the page is gone, nobody here can show it again.
"""
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.core import signing
from django.core.exceptions import PermissionDenied
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language, gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from cases.intake import receipts, services
from cases.intake.desk import aloud, paper
from cases.intake.desk.forms import NotOursForm, Sheet, blank, read
from cases.intake.desk.services import take_report
from cases.intake.state import Draft
from cases.intake.steps import report, told
from cases.permissions import Permission, Staff, may
from cases.services import AlreadyOpen
from cases.statistics import calls
from cases.statistics.words import Reason, SentTo
from cases.units.duty import reads_again
from cases.units.models import Unit
from cases.vault.custody import KeyMissing
from cases.vault.receipt import display
from cases.vault.turnstile import Busy
from cases.workflow import Source

SALT, PAPER = "cases.intake.desk", "cases.intake.desk.paper"
MOST_LINES = 20
OPEN_FOR = timedelta(hours=12)          # a page of this morning can still be sent
LAST_CALL = "last_call"                 # in the session: the row that a slip of the hand was counted in
NOT_CARRIED = {"csrfmiddlewaretoken", "token", "act"}
REFUSED, AWAY = 400, 503


def operator(request: HttpRequest) -> Staff:
    """The signed-in member who may take reports, or 403."""
    member = cast(Staff, request.user)
    if not may(member, Permission.TAKE_REPORTS):
        raise PermissionDenied
    return member


# --- what travels with the page ---------------------------------------------------------------------------------------
def token_of(draft: Draft, by: Staff) -> str:
    return signing.dumps({"submission": draft.submission.hex, "case": draft.case.hex, "code": draft.code, "by": str(by.pk)},
                         salt=SALT)


def draft_of(request: HttpRequest, by: Staff) -> Draft:
    """The one that the page began; a new one for a page that is too old, or another member's. Nothing typed hangs on it."""
    try:
        record = signing.loads(request.POST.get("token", ""), salt=SALT, max_age=OPEN_FOR)
    except signing.BadSignature:
        return Draft()
    if record["by"] != str(by.pk):
        return Draft()
    return Draft(UUID(record["submission"]), UUID(record["case"]), record["code"])


def carried(request: HttpRequest) -> list[tuple[str, str]]:
    """What was typed, for the next page's hidden fields."""
    return [(name, value) for name, values in request.POST.lists() if name not in NOT_CARRIED for value in values]


# --- a report ---------------------------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def take(request: HttpRequest) -> HttpResponse:
    by = operator(request)
    if request.method != "POST":
        return page(request, blank(get_language() or "ur"), by)
    sheet, act = read(request.POST, draft_of(request, by)), request.POST.get("act", "check")
    if act == "change":
        return page(request, sheet, by)
    if not sheet.complete:
        return page(request, sheet, by, status=REFUSED)
    try:
        unit = services.route(sheet.walked.known.facts, sheet.walked.known.conflict)
    except Unit.DoesNotExist:
        return page(request, sheet, by, trouble="closed", status=AWAY)
    return send(request, sheet, unit, by) if act == "send" else check(request, sheet, unit, by)


def page(request: HttpRequest, sheet: Sheet, by: Staff, *, trouble: str = "", status: int = 200,
         not_ours_form: NotOursForm | None = None) -> HttpResponse:
    return render(request, "intake/desk/take.html", {
        "sheet": sheet, "token": token_of(sheet.draft, by), "trouble": trouble, "known": sheet.walked.known,
        "texts": [aloud.newest(code) for code in languages_first(get_language() or "ur")],
        "refused": [form for form in sheet.all_forms if form.is_bound and form.errors],
        "not_ours": not_ours_form or sheet.elsewhere or NotOursForm(), "elsewhere": sheet.elsewhere is not None,
        "counted": calls.on(timezone.localdate()), "last": request.session.get(LAST_CALL),
        "made_by_post": request.method == "POST",
    }, status=status)


def languages_first(code: str) -> list[str]:
    return sorted(dict(settings.LANGUAGES), key=lambda each: each != code)


def check(request: HttpRequest, sheet: Sheet, unit: Unit, by: Staff, *, trouble: str = "", status: int = 200) -> HttpResponse:
    """To be read back to the person before it is sent."""
    return render(request, "intake/desk/check.html", {
        "sheet": sheet, "token": token_of(sheet.draft, by), "fields": carried(request), "unit": unit, "trouble": trouble,
        "sections": [(step, told(form)) for step, form in sheet.steps], "known": sheet.walked.known}, status=status)


def send(request: HttpRequest, sheet: Sheet, unit: Unit, by: Staff) -> HttpResponse:
    """Open the case, once however often this is posted. What fails leaves everything on the page."""
    language, came = sheet.arrival.cleaned_data["language"], sheet.arrival.came
    heard = aloud.newest(language).version if came != Source.LETTER else ""
    try:
        draft = report(sheet.draft, sheet.walked, receipts.make_lock(sheet.draft.code), language)
        take_report(draft=replace(draft, source=came), heard=heard, by=by)
    except Busy:
        return check(request, sheet, unit, by, trouble="busy", status=AWAY)
    except KeyMissing:
        return check(request, sheet, unit, by, trouble="closed", status=AWAY)
    except (OperationalError, InterfaceError):
        return check(request, sheet, unit, by, trouble="away", status=AWAY)
    except AlreadyOpen:                     # the answer to the first Send was lost on the way
        return receipt(request, sheet, unit, language)
    return receipt(request, sheet, unit, language)


def receipt(request: HttpRequest, sheet: Sheet, unit: Unit, language: str) -> HttpResponse:
    shown = printed(sheet, unit, language)
    told_of = {"code": " ".join(shown["groups"]), "language": language, "unit": unit.code,
               "promised": shown["promised"].isoformat(), "by": str(operator(request).pk)}
    return render(request, "intake/desk/receipt.html", shown | {"paper": signing.dumps(told_of, salt=PAPER)})


@require_POST
@never_cache
def receipt_file(request: HttpRequest) -> HttpResponse:
    """The same as a PDF, while its page is open. The numbers are those that the page shows."""
    by = operator(request)
    try:
        told_of = signing.loads(request.POST.get("paper", ""), salt=PAPER, max_age=OPEN_FOR)
    except signing.BadSignature as error:
        raise PermissionDenied from error
    if told_of["by"] != str(by.pk):
        raise PermissionDenied
    names, numbers = request.POST.getlist("name")[:MOST_LINES], request.POST.getlist("number")[:MOST_LINES]
    letter = paper.Letter(told_of["code"], told_of["language"], get_object_or_404(Unit, code=told_of["unit"]),
                          datetime.fromisoformat(told_of["promised"]), list(zip(names, numbers, strict=False)))
    answer = HttpResponse(paper.receipt(letter), content_type="application/pdf")
    answer["Content-Disposition"] = 'attachment; filename="note.pdf"'       # whoever finds it learns nothing from its name
    return answer


def printed(sheet: Sheet, unit: Unit, language: str) -> dict[str, Any]:
    known = sheet.walked.known
    return {"groups": display(sheet.draft.code).split(), "unit": unit, "language": language, "rtl": language == "ur",
            "promised": services.promised(unit, known.facts), "again": reads_again(timezone.now(), unit), "known": known,
            "address": f"{settings.ORIGINS['public']}/{language}/inbox/"}


# --- a call that is not ours ------------------------------------------------------------------------------------------
@require_POST
def not_ours(request: HttpRequest) -> HttpResponse:
    """Count it, or with `back` take the last one back. Nothing of the caller is asked."""
    by = operator(request)
    if "back" in request.POST:
        if (row := request.session.pop(LAST_CALL, None)) and calls.take_back(row=row, by=by):
            messages.success(request, _("Taken back: it is not counted."))
        return redirect("taking:take")
    form = NotOursForm(request.POST)
    if not form.is_valid():
        return page(request, blank(get_language() or "ur"), by, status=REFUSED, not_ours_form=form)
    told_of = form.cleaned_data
    row = calls.count(came=Source(told_of["came"]), reason=Reason(told_of["reason"]), sent_to=SentTo(told_of["sent_to"]), by=by)
    request.session[LAST_CALL] = row.pk
    messages.success(request, _("Counted. Nothing of the caller was kept."))
    return redirect("taking:take")
