"""The reporter's inbox: the code, then one page for everything. A POST answers 200 with the page; no cookie, no session."""
import json
import uuid

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from cases.evidence.selectors import case_takes_files
from cases.intake import (
    asked_views,
    erasure,
    evidence_ticket,
    evidence_views,
    inbox,
    inbox_services,
    opinion_views,
    receipts,
    review_views,
    throttle,
    visit,
)
from cases.intake.evidence_ticket import Ticket
from cases.intake.inbox_forms import ASSENT, MESSAGE, AnswerForm, CodeForm, MessageForm, SealedWords, locators, unsent
from cases.intake.inbox_page import Action, page
from cases.intake.outage import survives_outage
from cases.intake.posting import posted
from cases.intake.state import Lost
from cases.intake.visit import Visit
from cases.models import Case, Consent
from cases.vault.turnstile import Busy
from cases.workflow import Status


@login_not_required
@csrf_exempt                    # no cookie, so no authority to borrow; PublicPages refuses posts from other sites
@require_http_methods(["GET", "HEAD", "POST"])
@survives_outage
def inbox_page(request: HttpRequest) -> HttpResponse:
    if request.method != "POST":
        return code_page(request, CodeForm(), MultiValueDict())
    fields = posted(request)
    if "visit" not in fields:
        return open_with_code(request, fields)
    act, _colon, what = (fields.get("act") or fields.get("enter", "")).partition(":")
    try:
        with transaction.atomic():              # the database shows one receipt, to this transaction only (receipts.show)
            return ACTIONS.get(act, look_again)(request, visit.resume(fields["visit"]), fields, what)
    except Lost:
        return code_page(request, CodeForm(), fields, notice="expired")


def open_with_code(request: HttpRequest, fields: MultiValueDict) -> HttpResponse:
    """A wrong code costs what a right one costs: it is always derived, and looked up afterwards."""
    if fields.get("act") == "language":
        return code_page(request, CodeForm(initial={"code": fields.get("code", "")}), fields)
    if "locator" in fields:
        return open_with_locator(request, fields)
    form = CodeForm(fields)
    if not form.is_valid():
        return code_page(request, form, fields)
    if throttle.exceeded(throttle.WRONG_CODES, request):
        return code_page(request, form, fields, notice="crowd", status=429)
    try:
        derived = receipts.derive(form.cleaned_data["code"])
        with transaction.atomic():
            found = receipts.find(derived)
            return page(request, Visit(found.receipt, found.locator, found.private), fields)
    except Busy:
        return code_page(request, form, fields, notice="busy", status=503)
    except receipts.NoReceipt:
        return no_report(request, form, fields)


def open_with_locator(request: HttpRequest, fields: MultiValueDict) -> HttpResponse:
    """The browser has the code and derived from it what finds the report; the rest stays there."""
    form = CodeForm({"code": ""})
    form.errors.clear()                             # the code is where it was typed
    if throttle.exceeded(throttle.WRONG_CODES, request):
        return code_page(request, form, fields, notice="crowd", status=429)
    with transaction.atomic():
        for locator in locators(fields.getlist("locator")):
            if receipt := receipts.live(locator):
                return page(request, Visit(receipt, locator, None), fields)
    return no_report(request, form, fields)


def no_report(request: HttpRequest, form: CodeForm, fields: MultiValueDict) -> HttpResponse:
    throttle.count(throttle.WRONG_CODES, request)
    form.add_error("code", _("We find no report with this code. Look at each group of four digits once more."))
    return code_page(request, form, fields)


def code_page(request: HttpRequest, form: CodeForm, fields: MultiValueDict, *, notice: str = "",
              status: int = 200) -> HttpResponse:
    context = {"form": form, "notice": notice, "unsent": unsent(fields),
               "wrote": any(fields.get(name) for name in (MESSAGE, ASSENT, "wrote")),
               "salts": json.dumps({version: salt.hex() for version, salt in settings.RECEIPT_SALTS.items()}),
               "root": settings.ROOT_PUBLIC_KEY.hex()}
    return render(request, "intake/inbox_code.html", context, status=status)


# --- what the buttons do ----------------------------------------------------------------------------------------------
def look_again(request: HttpRequest, visiting: Visit, fields: MultiValueDict, _what: str) -> HttpResponse:
    return page(request, visiting, fields)


def write(request: HttpRequest, visiting: Visit, fields: MultiValueDict, _what: str) -> HttpResponse:
    if visiting.private is None:
        return write_sealed(request, visiting, fields)
    form = MessageForm(fields)
    if not form.is_valid():
        return page(request, visiting, fields, acted=form)
    return post(request, visiting, fields, form.cleaned_data[MESSAGE])


def back_online(request: HttpRequest, visiting: Visit, fields: MultiValueDict, _what: str) -> HttpResponse:
    """Said with one press; what was typed goes with it."""
    if visiting.private is None:
        return write_sealed(request, visiting, fields, back_online=True)
    form = MessageForm(fields, needed=False)
    if not form.is_valid():
        return page(request, visiting, fields, acted=form)
    text = "\n\n".join(filter(None, [_("It is online again."), form.cleaned_data[MESSAGE]]))
    return post(request, visiting, fields, text, back_online=True)


def post(request: HttpRequest, visiting: Visit, fields: MultiValueDict, text: str, *, back_online: bool = False) -> HttpResponse:
    row = inbox.message_id(visiting, text)
    try:
        body = inbox.seal(visiting, text, name="message", row=row)
    except inbox.SealedOff:
        return page(request, visiting, fields)
    inbox_services.write_back(case=visiting.receipt.case, message_id=row, body=body, back_online=back_online)
    fields[MESSAGE] = ""
    return page(request, visiting, fields, notice="sent")


def write_sealed(request: HttpRequest, visiting: Visit, fields: MultiValueDict, *, back_online: bool = False) -> HttpResponse:
    """The browser sealed it, and gave it the id by which a second sending is known."""
    words = SealedWords(fields)
    if words.complaint or not words.body or not words.row:
        form = MessageForm({MESSAGE: ""}, needed=not words.complaint)
        if words.complaint:
            form.add_error(MESSAGE, words.complaint)
        return page(request, visiting, fields, acted=form)
    inbox_services.write_back(case=visiting.receipt.case, message_id=words.row, body=words.body, back_online=back_online)
    return page(request, visiting, fields, notice="sent")


def answer(request: HttpRequest, visiting: Visit, fields: MultiValueDict, what: str) -> HttpResponse:
    if what not in Consent.Act.values:
        return page(request, visiting, fields)
    sealed = SealedWords(fields) if visiting.private is None else None
    form = AnswerForm(fields, act=Consent.Act(what), sealed=sealed)
    if not form.is_valid():
        return page(request, visiting, fields, acted=form)
    try:
        row, assent = assented(visiting, form)
    except inbox.SealedOff:
        return page(request, visiting, fields)
    inbox_services.change_answer(case=visiting.receipt.case, act=form.act, answer=form.answer, consent_id=row, assent=assent)
    for name in form.fields:
        fields[name] = ""
    return page(request, visiting, fields, notice="answered")


def assented(visiting: Visit, form: AnswerForm) -> tuple[uuid.UUID, bytes | None]:
    """The new row's id and the words of a yes, sealed here or by the browser. Raises inbox.SealedOff."""
    if form.wants_words and form.sealed and form.sealed.body and form.sealed.row:
        return form.sealed.row, form.sealed.body
    row = uuid.uuid4()
    return row, inbox.seal(visiting, form.assent, name="assent", row=row) if form.assent else None


def stop_telling(request: HttpRequest, visiting: Visit, fields: MultiValueDict, _what: str) -> HttpResponse:
    inbox_services.stop_telling(case=visiting.receipt.case)
    return page(request, visiting, fields, notice="not_told")


def withdraw(request: HttpRequest, visiting: Visit, fields: MultiValueDict, what: str) -> HttpResponse:
    """Asks first; "withdraw:yes" is the answer."""
    if what != "yes":
        return render(request, "intake/inbox_withdraw.html", {"visit": visit.seal(visiting), "unsent": unsent(fields)})
    inbox_services.withdraw_report(case=visiting.receipt.case)
    typed = MultiValueDict({MESSAGE: fields.getlist(MESSAGE)})         # the answers on that page are no longer the answers
    return page(request, visiting, typed, notice="withdrawn")


def add_files(request: HttpRequest, visiting: Visit, fields: MultiValueDict, _what: str) -> HttpResponse:
    """To the page where screenshots are chosen, with a ticket that opens nothing and a way back. In the other language it is the
    same ticket."""
    case = visiting.receipt.case
    if not case_takes_files(case) or case.status == Status.CLOSED:
        return page(request, visiting, fields)
    fields["visit"] = visit.seal(visiting)
    return evidence_views.page(request, ticket_of(case, fields), fields)


def ticket_of(case: Case, fields: MultiValueDict) -> Ticket:
    try:
        ticket = evidence_ticket.resume(fields.get("ticket", ""))
    except Lost:
        return Ticket(case.pk)
    return ticket if ticket.case == case.pk else Ticket(case.pk)


def language(request: HttpRequest, visiting: Visit, fields: MultiValueDict, _what: str) -> HttpResponse:
    """The same page again, which is the question when that was asked."""
    ask = ASKING.get(fields.get("asking", ""))
    return ask(request, visiting, fields, "") if ask else page(request, visiting, fields)


ACTIONS: dict[str, Action] = {"write": write, "back_online": back_online, "answer": answer, "stop_telling": stop_telling,
                              "withdraw": withdraw, "erase": erasure.erase, "files": add_files, "language": language,
                              "ask": asked_views.tell, "ask_no": asked_views.decline,
                              "opinion": opinion_views.give, "opinion_words": opinion_views.explain,
                              "review": review_views.review}
ASKING: dict[str, Action] = {"withdraw": withdraw, "erase": erasure.erase, "files": add_files, "review": review_views.review}
