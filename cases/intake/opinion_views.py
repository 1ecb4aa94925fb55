"""What the reporter thinks of our work, once the report is closed: one tap, and words if they like."""
from django.http import HttpRequest, HttpResponse
from django.utils.datastructures import MultiValueDict

from cases.conversation import services
from cases.conversation.models import Opinion
from cases.intake import inbox
from cases.intake.inbox_forms import OPINION, OpinionForm, SealedWords
from cases.intake.inbox_page import page
from cases.intake.visit import Visit


def give(request: HttpRequest, visiting: Visit, fields: MultiValueDict, what: str) -> HttpResponse:
    if what not in Opinion.Choice.values:
        return page(request, visiting, fields)
    services.give_opinion(case=visiting.receipt.case, choice=Opinion.Choice(what))
    return page(request, visiting, fields, notice="thanks")


def explain(request: HttpRequest, visiting: Visit, fields: MultiValueDict, _what: str) -> HttpResponse:
    """Sealed here, or by the browser."""
    case = visiting.receipt.case
    opinion = Opinion.objects.filter(case=case, words=None).first()
    if opinion is None:
        return page(request, visiting, fields)
    form = OpinionForm(fields, row=opinion.pk)
    words = SealedWords(fields) if visiting.private is None else None
    if words and not words.body:
        form = OpinionForm({OPINION: ""}, row=opinion.pk)
        if words.complaint:
            form.errors.clear()
            form.add_error(OPINION, words.complaint)
    if not (words and words.body) and not form.is_valid():
        return page(request, visiting, fields, acted=form)
    try:
        sealed = words.body if words else inbox.seal(visiting, form.cleaned_data[OPINION], name=OPINION, row=opinion.pk)
    except inbox.SealedOff:
        return page(request, visiting, fields)
    services.explain_opinion(case=case, sealed=sealed)
    fields[OPINION] = ""
    return page(request, visiting, fields, notice="explained")
