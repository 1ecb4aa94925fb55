"""The report in the reporter's browser: the typed steps as one document, and Send. Nothing typed comes here but sealed."""
from dataclasses import replace
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from cases.evidence.selectors import case_takes_files
from cases.intake import evidence_ticket, receipts, sealed_services, services, throttle, words
from cases.intake.fields import Words
from cases.intake.forms import ReceiptForm, StepForm
from cases.intake.posting import body
from cases.intake.sealed import LONGEST_BODY, BadFingerprint, Malformed, SealedReport, parse
from cases.intake.sealed_services import SealAgain
from cases.intake.state import Draft, seal
from cases.intake.steps import CHECK, DONE, RECEIPT, Step, Walk, shown, told as told_by
from cases.services import AlreadyOpen
from cases.units.duty import reads_again
from cases.units.models import Unit
from cases.vault.custody import KeyMissing

ASKED_HERE = ("who", "what")                # by the server: they decide who reads what is typed after them
NOTICES = ("crowd", "closed", "away", "refused", "odd", "part", "weak", "fingerprint")       # what the page may have to say


def typed_document(request: HttpRequest, draft: Draft, walked: Walk, unit: Unit) -> HttpResponse:
    """Every typed step, with the keys to seal to: from here on the browser asks us nothing before Send.

    Raises KeyMissing.
    """
    typed = [step for step in walked.asked if step.name not in ASKED_HERE]
    sections = [(step, [] if step in typed else told_by(walked.forms[step.name])) for step in walked.asked]
    total = len(walked.asked)
    common = {"known": walked.known, "layout": "intake/panel.html", "phone": True, "unit": unit, "total": total,
              "bars": range(1, total + 1)}
    pages: dict[str, dict[str, Any]] = {
        step.name: {"step": step, "number": walked.asked.index(step) + 1, "form": filled(draft, step, walked)} for step in typed}
    pages |= {CHECK: {"sections": sections}, RECEIPT: {"form": ReceiptForm(code=""), "groups": []}}
    panels = [render_to_string(f"intake/{name}.html", {"page": name, **common, **page}, request) for name, page in pages.items()]
    return render(request, "intake/typed.html", {
        "panels": panels, "notices": NOTICES, "data": told(draft, walked, typed) | {"seal": sealed_services.offer(unit)}})


def filled(draft: Draft, step: Step, walked: Walk) -> StepForm:
    """Blank, unless it was typed on our own pages before the script had come. As if there were pictures, where they are asked
    for: whether there are, the browser knows."""
    pictures = any(each.name == "pictures" for each in walked.asked)
    return shown(step, replace(walked.known, pictures=int(pictures)), draft.answers.get(step.name))


def told(draft: Draft, walked: Walk, typed: list[Step]) -> dict[str, Any]:
    """For the script: what was answered so far, and how to check and name what is typed now."""
    who, what, facts = walked.forms["who"].cleaned_data, walked.forms["what"].cleaned_data, walked.known.facts
    forms = {step.name: step.form(known=walked.known) for step in typed}
    return {
        "steps": list(forms), "state": seal(draft), "send": reverse("intake:send"), "words": words.for_page(),
        "told": {name: who[name] for name in ("relation", "age_now", "age_then")},
        "facts": {"harm": facts.harm, "age_now": facts.age_now, "age_then": facts.age_then, "dangers": sorted(facts.dangers),
                  "conflict": what["conflict"] or "", "wants_woman": what["wants_woman"]},
        "short": {name: {field: str(short) for field, short in form.summary.items()} for name, form in forms.items()},
        "rules": {name: {field: bound.rule for field, bound in form.fields.items() if isinstance(bound, Words)}
                  for name, form in forms.items()},
    }


@login_not_required
@csrf_exempt                    # no cookie, so no authority to borrow; PublicPages refuses posts from other sites
@require_POST
def send_sealed(request: HttpRequest) -> HttpResponse:
    """Open the case, once however often this is posted. Answers the last page, or in JSON why not; then nothing is kept."""
    if throttle.exceeded(throttle.REPORTS, request):
        return refused("crowd", 429)
    try:
        report = parse(body(request, LONGEST_BODY))
        return send(request, report)
    except BadFingerprint as bad:
        return JsonResponse({"outcome": "fingerprint", "place": bad.place}, status=400)
    except Malformed:
        return refused("odd", 400)
    except KeyMissing:
        return refused("closed", 503)
    except (OperationalError, InterfaceError):
        return refused("away", 503)


def send(request: HttpRequest, report: SealedReport) -> HttpResponse:
    try:
        case = sealed_services.submit_sealed(report=report, language=get_language() or "en")
    except AlreadyOpen:
        return done(request, report, files=receipts.takes_files(report.lock.locator, report.case), notice="again")
    except SealAgain:
        unit = services.route(report.facts, report.conflict)
        return JsonResponse({"outcome": "again", "seal": sealed_services.offer(unit)}, status=409)
    throttle.count(throttle.REPORTS, request)
    return done(request, report, files=case_takes_files(case))


def done(request: HttpRequest, report: SealedReport, *, files: bool, notice: str = "") -> HttpResponse:
    """The last page without the code, which we do not know: the browser writes it in."""
    unit = services.route(report.facts, report.conflict)
    return render(request, "intake/done.html", {
        "page": DONE, "known": report.known, "unit": unit, "promised": services.promised(unit, report.facts), "groups": [],
        "notice": notice, "again": reads_again(timezone.now(), unit),
        "ticket": evidence_ticket.seal(evidence_ticket.after(report.submission, report.case)) if files else ""})


def refused(outcome: str, status: int) -> HttpResponse:
    return JsonResponse({"outcome": outcome}, status=status)
