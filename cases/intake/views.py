"""The report, a page a step. A POST answers 200 with the next page; nothing is stored before Send."""
from typing import Any

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.datastructures import MultiValueDict
from django.utils.translation import get_language, gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from cases.evidence.selectors import case_takes_files
from cases.intake import elsewhere, evidence_ticket, receipts, routing, services, throttle
from cases.intake.forms import ReceiptForm, StepForm, WhatForm
from cases.intake.outage import survives_outage
from cases.intake.page_policy import FILES_OF_THE_PHONE
from cases.intake.posting import posted
from cases.intake.sealed_views import typed_document
from cases.intake.state import Draft, Lost, TooLarge, open_draft, seal
from cases.intake.steps import (
    BY_NAME,
    CHECK,
    DONE,
    ELSEWHERE,
    FIRST,
    PAGES,
    RECEIPT,
    Step,
    Walk,
    report,
    shown,
    told as told_by,
    typed,
    walk,
)
from cases.services import AlreadyOpen
from cases.units.duty import reads_again
from cases.units.models import Unit
from cases.vault.custody import KeyMissing
from cases.vault.models import UnitKey
from cases.vault.receipt import display
from cases.vault.trust import trusted
from cases.vault.turnstile import Busy


@login_not_required
@csrf_exempt                    # no cookie, so no authority to borrow; PublicPages refuses posts from other sites
@require_http_methods(["GET", "HEAD", "POST"])
@survives_outage
def report_page(request: HttpRequest) -> HttpResponse:
    response = answer(request)
    response.csp = FILES_OF_THE_PHONE                    # type: ignore[attr-defined]   # portal.middleware.SecurityHeaders
    return response


def answer(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return page(request, Draft(), FIRST.name)
    fields = posted(request)
    name = fields.get("page") if fields.get("page") in PAGES else FIRST.name
    try:
        draft = open_draft(fields.get("state", ""))
    except Lost:
        return begin_again(request, name, fields)
    act = fields.get("act", "next")
    if name in BY_NAME:
        return answer_step(request, draft, BY_NAME[name], act, fields)
    return answer_page(request, draft, name, act, fields)


def begin_again(request: HttpRequest, name: str, fields: MultiValueDict) -> HttpResponse:
    """The sealed answers do not open. What this very page carried is kept, the rest is asked again."""
    draft = Draft()
    if name in BY_NAME:
        remember(draft, BY_NAME[name], walk(draft), fields)
    notice = "" if name == FIRST.name else "code_gone" if name in {RECEIPT, DONE} else "expired"
    return page(request, draft, FIRST.name, notice=notice)


def answer_step(request: HttpRequest, draft: Draft, step: Step, act: str, fields: MultiValueDict) -> HttpResponse:
    before = walk(draft)
    if step not in before.asked:
        return page(request, draft, (before.unfinished or FIRST).name)
    if not remember(draft, step, before, fields):
        return page(request, draft, step.name, form=too_large(step, before, fields))
    walked = walk(draft)
    form = walked.forms[step.name]
    if act == "language":
        return page(request, draft, step.name)
    if act == "back":
        return page(request, draft, walked.neighbour(step.name, -1))
    if not form.is_valid():
        return page(request, draft, step.name, form=form)
    if not form.leads_on:
        return page(request, draft, ELSEWHERE)
    if isinstance(form, WhatForm):
        return lead_on(request, draft, walked, in_browser=fields.get("sealing") == "browser")
    return page(request, draft, walked.target(step.name, reviewed=draft.reviewed))


def lead_on(request: HttpRequest, draft: Draft, walked: Walk, *, in_browser: bool) -> HttpResponse:
    """Who reads it is settled: from here on things are typed, in the browser alone or a page a step."""
    if not fix_route(draft, walked):
        return page(request, draft, "what", notice=why_closed(walked))
    if in_browser:
        return typed_document(request, draft, walked, services.route(walked.known.facts, walked.known.conflict))
    return page(request, draft, walked.target("what", reviewed=draft.reviewed))


def answer_page(request: HttpRequest, draft: Draft, name: str, act: str, fields: MultiValueDict) -> HttpResponse:
    """The pages that ask nothing of their own: answers, receipt code, done, elsewhere."""
    if act.startswith("change:") and act.removeprefix("change:") in BY_NAME:
        return page(request, draft, act.removeprefix("change:"))
    if name == ELSEWHERE and act == "back":
        return page(request, draft, "what")
    if name == RECEIPT and act in {"send", "next"}:
        return send(request, draft, fields)
    if name == CHECK and act != "language":
        return page(request, draft, RECEIPT if act == "next" else walk(draft).neighbour(CHECK, -1))
    return page(request, draft, CHECK if act == "back" else name)


def send(request: HttpRequest, draft: Draft, fields: MultiValueDict) -> HttpResponse:
    """Open the case, once however often this is posted. What fails leaves everything in the form."""
    walked, form = walk(draft), ReceiptForm(fields, code=draft.code)
    if walked.unfinished or not form.is_valid():
        return page(request, draft, RECEIPT, form=form)
    if throttle.exceeded(throttle.REPORTS, request):
        return page(request, draft, RECEIPT, notice="crowd")
    try:
        lock = receipts.make_lock(draft.code)
        case = services.submit_report(draft=report(draft, walked, lock, get_language() or "en"))
    except Busy:
        return page(request, draft, RECEIPT, notice="busy")
    except KeyMissing:
        return page(request, draft, RECEIPT, notice="closed")
    except AlreadyOpen:
        draft.sent, draft.files = True, receipts.takes_files(lock.locator, draft.case)
        return page(request, draft, DONE, notice="again")
    throttle.count(throttle.REPORTS, request)
    draft.sent, draft.files = True, case_takes_files(case)
    return page(request, draft, DONE)


def remember(draft: Draft, step: Step, walked: Walk, fields: MultiValueDict) -> bool:
    """Put what was typed into the draft, unless it is more than a form carries."""
    before = draft.answers.get(step.name)
    draft.answers[step.name] = typed(step, walked.before.get(step.name, walked.known), fields)
    try:
        seal(draft)
    except TooLarge:
        del draft.answers[step.name]
        if before is not None:
            draft.answers[step.name] = before
        return False
    return True


def too_large(step: Step, walked: Walk, fields: MultiValueDict) -> StepForm:
    form = step.form(fields, known=walked.before[step.name])
    if form.is_valid():
        form.add_error(None, _("This is more than we can take. Please shorten it."))
    return form


def fix_route(draft: Draft, walked: Walk) -> bool:
    """Who will read it is settled before anything is typed; computed anew at Send. False: that unit cannot be sealed to."""
    try:
        unit = services.route(walked.known.facts, walked.known.conflict)
        draft.unit, draft.key_version = unit.code, trusted(unit).version
    except (Unit.DoesNotExist, KeyMissing):
        return False
    return True


def why_closed(walked: Walk) -> str:
    """A unit that never could receive is "unopened"; anything else may pass."""
    code = routing.unit_for(walked.known.facts, walked.known.conflict, on=timezone.localdate())
    return "closed" if UnitKey.objects.filter(unit__code=code, anchored=True).exists() else "unopened"


def page(request: HttpRequest, draft: Draft, name: str, *, form: Any = None, notice: str = "") -> HttpResponse:
    """A page with the draft in it. Whoever asks for a later page than the answers allow gets the first unfinished step."""
    walked = walk(draft)
    if name == DONE and not draft.sent:
        name = CHECK
    if name in {CHECK, RECEIPT, DONE} and walked.unfinished:
        name = walked.unfinished.name
        form = walked.forms.get(name)
    if name in BY_NAME and BY_NAME[name] not in walked.asked:
        name = FIRST.name
    draft.reviewed = draft.reviewed or name == CHECK
    context = {"page": name, "notice": notice, "known": walked.before.get(name, walked.known), "draft": draft,
               "state": seal(draft), "root": settings.ROOT_PUBLIC_KEY.hex()}
    if name in BY_NAME:
        return render(request, f"intake/{name}.html", context | step_context(draft, walked, BY_NAME[name], form))
    return render(request, f"intake/{name}.html", context | CONTEXTS[name](draft, walked, form))


def step_context(draft: Draft, walked: Walk, step: Step, form: StepForm | None) -> dict[str, Any]:
    number = walked.asked.index(step) + 1
    total = len(walked.asked) if walked.known.harm else len(BY_NAME)
    form = form or shown(step, walked.before[step.name], draft.answers.get(step.name))
    return {"step": step, "form": form, "number": number, "bars": range(1, total + 1), "total": total,
            "unit": Unit.objects.filter(code=draft.unit).first() if step.name == "story" else None}


def check_context(draft: Draft, walked: Walk, form: Any) -> dict[str, Any]:
    return {"sections": [(step, told_by(walked.forms[step.name])) for step in walked.asked],
            "unit": services.route(walked.known.facts, walked.known.conflict)}


def receipt_context(draft: Draft, walked: Walk, form: ReceiptForm | None) -> dict[str, Any]:
    return {"groups": display(draft.code).split(), "form": form or ReceiptForm(code=draft.code)}


def done_context(draft: Draft, walked: Walk, form: Any) -> dict[str, Any]:
    unit = services.route(walked.known.facts, walked.known.conflict)
    ticket = evidence_ticket.seal(evidence_ticket.after(draft.submission, draft.case)) if draft.files else ""
    return {"groups": display(draft.code).split(), "unit": unit, "promised": services.promised(unit, walked.known.facts),
            "ticket": ticket, "again": reads_again(timezone.now(), unit)}


def elsewhere_context(draft: Draft, walked: Walk, form: Any) -> dict[str, Any]:
    chosen = walked.forms["what"].elsewhere if isinstance(walked.forms.get("what"), WhatForm) else None
    return {"bodies": elsewhere.BODIES.get(chosen or elsewhere.Elsewhere.OFFLINE)}


CONTEXTS = {CHECK: check_context, RECEIPT: receipt_context, DONE: done_context, ELSEWHERE: elsewhere_context}
