"""Answering what staff asked for."""
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.datastructures import MultiValueDict

from cases.conversation import services
from cases.conversation.models import Ask
from cases.conversation.selectors import waiting
from cases.intake import inbox
from cases.intake.asked import ASK, AskedForm, flawed
from cases.intake.inbox_forms import SealedWords
from cases.intake.inbox_page import page
from cases.intake.visit import Visit


def tell(request: HttpRequest, visiting: Visit, fields: MultiValueDict, what: str) -> HttpResponse:
    """The answer, sealed here or by the browser. What does not wait any more, or was answered before, is no mistake."""
    asked = asked_of(visiting, what)
    if asked is None:
        return page(request, visiting, fields)
    form = AskedForm(asked, fields) if visiting.private else in_the_browser(asked, fields)
    if isinstance(form, AskedForm) and not form.is_valid():
        return page(request, visiting, fields, acted=form)
    try:
        sealed = form if isinstance(form, bytes) else inbox.seal(visiting, form.text, name=ASK, row=asked.pk)
    except inbox.SealedOff:
        return page(request, visiting, fields)
    return told(request, visiting, fields, asked, sealed)


def decline(request: HttpRequest, visiting: Visit, fields: MultiValueDict, what: str) -> HttpResponse:
    """ "I cannot say": staff stop waiting."""
    asked = asked_of(visiting, what)
    return told(request, visiting, fields, asked, None) if asked else page(request, visiting, fields)


def told(request: HttpRequest, visiting: Visit, fields: MultiValueDict, asked: Ask, sealed: bytes | None) -> HttpResponse:
    services.answer(case=visiting.receipt.case, ask_id=asked.pk, sealed=sealed)
    fields[ASK] = ""
    return page(request, visiting, fields, notice="told")


def in_the_browser(asked: Ask, fields: MultiValueDict) -> AskedForm | bytes:
    """What the browser sealed, or the form with what it said is wrong."""
    if flaw := fields.get("flaw", ""):
        return flawed(asked, flaw)
    words = SealedWords(fields)
    return words.body or flawed(asked, "partial" if words.complaint else "empty")


def asked_of(visiting: Visit, what: str) -> Ask | None:
    try:
        return waiting(visiting.receipt.case).exclude(kind=Ask.Kind.CONSENT.value).filter(pk=UUID(what)).first()
    except ValueError:
        return None
