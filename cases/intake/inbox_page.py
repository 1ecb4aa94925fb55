"""The one page of the inbox, made anew after whatever was pressed."""
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.datastructures import MultiValueDict

from cases.conversation.models import Ask, Opinion
from cases.conversation.words import asks_for
from cases.intake import inbox, receipts, visit
from cases.intake.asked import AskedForm
from cases.intake.inbox_forms import AnswerForm, MessageForm, OpinionForm, unsent
from cases.intake.visit import Visit
from cases.models import Consent

Action = Callable[[HttpRequest, Visit, MultiValueDict, str], HttpResponse]


def page(request: HttpRequest, visiting: Visit, fields: MultiValueDict, *,
         acted: MessageForm | AnswerForm | AskedForm | OpinionForm | None = None, notice: str = "") -> HttpResponse:
    """Everything, read anew. `acted` is a form with mistakes; the others show what was typed in them."""
    opened = inbox.read(visiting)
    message = acted if isinstance(acted, MessageForm) else MessageForm(initial=unsent(fields))
    answers = [(given, answer_form(act, given, fields, acted)) for act, given in opened.answers.items()]
    asked, act = opened.asked, asked_act(opened.asked)
    consent = next((form for _given, form in answers if form.act == act), None)
    context: dict[str, Any] = {
        "inbox": opened, "visit": visit.seal(visiting), "notice": notice, "form": acted, "message": message,
        "newest": opened.history[0], "asked": asked,
        "asked_platform_words": asks_for(opened.asked, opened.asked_platform),
        "asked_form": consent or asked_form(asked, fields, acted),
        "answers": [(given, form) for given, form in answers if form.act != act],
        "opinions": Opinion.Choice.choices, "opinion_form": opinion_form(opened.opinion, fields, acted),
        "ends": opened.case.closed_at + receipts.LIFETIME if opened.case.closed_at else None,
    }
    return render(request, "intake/inbox.html", context)


def opinion_form(opinion: Opinion | None, fields: MultiValueDict, acted: object) -> OpinionForm | None:
    """Where words may still be added."""
    if opinion is None or opinion.words is not None:
        return None
    return acted if isinstance(acted, OpinionForm) else OpinionForm(row=opinion.pk, initial=unsent(fields))


def answer_form(act: Consent.Act, given: Consent | None, fields: MultiValueDict, acted: object) -> AnswerForm:
    if isinstance(acted, AnswerForm) and acted.act == act:
        return acted
    return AnswerForm(act=act, initial=({act.value: given.answer} if given else {}) | unsent(fields))


def asked_act(asked: Ask | None) -> Consent.Act | None:
    return Consent.Act(asked.about) if asked and asked.kind == Ask.Kind.CONSENT else None


def asked_form(asked: Ask | None, fields: MultiValueDict, acted: object) -> AskedForm | None:
    if asked is None:
        return None
    if isinstance(acted, AskedForm) and acted.asked.pk == asked.pk:
        return acted
    return AskedForm(asked, initial=unsent(fields))
