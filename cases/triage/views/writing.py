"""Writing to the reporter, by hand or from a template."""
from datetime import UTC, datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import get_language

from cases.models import Case, Message
from cases.permissions import Staff
from cases.triage import drafts, reading, services
from cases.triage.forms import WriteForm
from cases.triage.models import Reply
from cases.triage.offering import filled
from cases.triage.reply_forms import FactsForm
from cases.triage.selectors import platform_names
from cases.triage.views.access import case_for
from cases.triage.views.acts import CONFLICT, back, open_act
from cases.triage.views.case import escalations_of, show
from cases.workflow import TransitionRefused

CARRIED = ("version", "loaded", "text", "ask", "list", "at")
CHOSEN = "fact-chosen"              # posted by the page where the blanks of a template are chosen


@open_act("write", WriteForm)
def write(request: HttpRequest, case: Case, member: Staff) -> HttpResponse:
    """To the reporter. `use` puts a template under what was typed, `fill` asks what goes into its blanks, `preview` shows how it
    will be read; these send nothing."""
    if case.split_of_id:                # its reporter is written to in the case that it was split from
        raise PermissionDenied
    for name, step in (("use", use), ("fill", fill)):
        if name in request.POST:
            return step(request, case, reply_of(request.POST[name]))
    form = WriteForm(case, request.POST)
    if not form.is_valid():
        return show(request, case, status=400, write=form)
    if "preview" in request.POST:
        form.previewed = True
        return show(request, case, write=form)
    if answered_meanwhile(case, member, form.cleaned_data["loaded"]):
        return show(request, case_for(request, case.ref), status=CONFLICT, trouble="stale", write=form)
    try:
        message_id, body = reading.seal_message(case, form.cleaned_data["text"], keyring=reading.keyring_of(request))
        services.reply(case=case, message_id=message_id, body=body, by=member, ask=form.cleaned_data["ask"] and form.can_wait)
    except TransitionRefused:           # somebody moved it since: the words still go out with the next press
        return show(request, case_for(request, case.ref), status=CONFLICT, trouble="stale", write=form)
    drafts.drop(case=case, member=member, form="message")
    return back(case, "write")


def answered_meanwhile(case: Case, member: Staff, loaded: float | None) -> bool:
    """Somebody wrote since the page was made: their words are shown first, and the next press sends."""
    if loaded is None:
        return False
    since = Message.objects.filter(case=case, at__gt=datetime.fromtimestamp(loaded, UTC))
    return since.exclude(by=member.pk).exists()


def reply_of(pk: str) -> Reply:
    return get_object_or_404(Reply, pk=pk if pk.isdecimal() else None, retired_at=None)


def use(request: HttpRequest, case: Case, reply: Reply) -> HttpResponse:
    """The template below what was typed, for editing. A blank that nothing fills stays in sight, and is not sent."""
    form, chosen = facts_form(request, case, reply), CHOSEN in request.POST
    if chosen and not form.is_valid():
        return fill(request, case, reply, form=form, status=400)
    told = filled(reply, case.language, form.facts(case.language), form.keep)
    if chosen and told.missing:
        form.complain(told.missing)
        return fill(request, case, reply, form=form, status=400)
    text = "\n\n".join(filter(None, [request.POST.get("text", "").strip(), told.words]))
    return show(request, case, write=WriteForm(case, {**request.POST.dict(), "text": text}))


def fill(request: HttpRequest, case: Case, reply: Reply, *, form: FactsForm | None = None, status: int = 200) -> HttpResponse:
    """What goes into the blanks, and what the reporter would read; the member's own language beside it."""
    form = form or facts_form(request, case, reply)
    form.is_valid()
    own = get_language() or case.language
    told = filled(reply, case.language, form.facts(case.language), form.keep)
    context: dict[str, Any] = {
        "case": case, "reply": reply, "form": form, "told": told, "chosen": CHOSEN, "own_language": own,
        "own": filled(reply, own, form.facts(own), form.keep).words if own != case.language else "",
        "carried": [(name, request.POST[name]) for name in CARRIED if name in request.POST],
    }
    return render(request, "triage/fill.html", context, status=status)


def facts_form(request: HttpRequest, case: Case, reply: Reply) -> FactsForm:
    """Bound once the page where they are chosen was sent."""
    return FactsForm(case, reply, escalations_of(case), platform_names(), request.POST if CHOSEN in request.POST else None)
