"""A notice as it was frozen, and what became of it: from a platform's answer back to the case. Writing one is in `compose`."""
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from cases.coordination.services import BY_HAND
from cases.escalation import delivery, gates, notices, services
from cases.escalation.channels import webform
from cases.escalation.channels.base import Outgoing
from cases.escalation.models import Escalation
from cases.models import Case
from cases.permissions import Permission
from cases.triage import approving, next_steps, partners, reading
from cases.triage.escalating import FilledForm
from cases.triage.post_forms import AnswerForm, possible
from cases.triage.post_reading import read_mails, reply_address
from cases.triage.sighting_reading import online_of
from cases.triage.views.access import member_with, open_case_for
from cases.triage.views.compose import KEPT, trouble

State = Escalation.State


def escalation_for(request: HttpRequest, ref: str, reference: str) -> tuple[Case, Escalation]:
    case = open_case_for(request, ref, Permission.ESCALATE)
    found = Escalation.objects.select_related("platform", "channel", "notice_key", "earlier__case")
    found = found.prefetch_related("attempts", "notice_key__wraps", "entries")
    return case, get_object_or_404(found, case=case, reference=reference)


@require_safe
@never_cache
def escalation(request: HttpRequest, ref: str, reference: str) -> HttpResponse:
    case, one = escalation_for(request, ref, reference)
    return show(request, case, one)


def show(request: HttpRequest, case: Case, one: Escalation, *, status: int = 200, **forms: Any) -> HttpResponse:
    """The notice as it was frozen, the proof of each attempt, and what can be done next."""
    member = member_with(Permission.ESCALATE, request)
    opened = reading.read_notice(one, case=case, keyring=reading.keyring_of(request), by=member)
    keyring, came = reading.keyring_of(request), list(one.answers.select_related("by", "key").prefetch_related("key__wraps"))
    replies = reply_address(one, case=case, keyring=keyring, by=member)
    outgoing = Outgoing(opened.notice, one.channel.address, one.language, key=one.pk.hex,
                        reply_to=replies) if opened.notice else None
    mails, new = read_mails(came, case=case, keyring=keyring, by=member), [row for row in came if row.unsorted]
    context = {
        "case": case, "escalation": one, "locked": reading.keyring_of(request) is None, "their_reference": opened.their_reference,
        "body": notices.render(opened.notice, office=settings.OFFICE[one.language], contact=replies or settings.NOTICE_FROM_EMAIL,
                               language=one.language) if opened.notice else None,
        "texts": webform.texts(outgoing, one.channel.form_fields) if outgoing and by_hand(one) and not trouble(case) else [],
        "trouble": trouble(case), "decide_form": forms.get("decide") or approving.DecideForm(),
        "asked": approving.of_notice(one, case=case, keyring=reading.keyring_of(request), by=member),
        "by_hand": by_hand(one) and not case.unit.practice, "filled_form": forms.get("filled") or FilledForm(label_suffix=""),
        "answer_form": forms.get("answer") or AnswerForm(one, mails=new), "possible": possible(one) or new, "new": new,
        "came": [(row, mails.get(row.pk), State(row.outcome).label if row.outcome else "") for row in came],
        "partner": partners.of_notice(one, case=case), "replies": replies, "pause": gates.pause_of(one.channel_id),
        "online": online_of(one, opened.notice, form=forms.get("saw"), look_form=forms.get("look")),
        **next_steps.of_page(one, case, keyring=keyring, by=member, forms=forms),
        "letter": one.dead_letters.filter(settled_at=None).first(),
    }
    return render(request, "triage/escalation.html", context, status=status)


def by_hand(one: Escalation) -> bool:
    return one.channel.kind in BY_HAND


@require_POST
def form_filled(request: HttpRequest, ref: str, reference: str) -> HttpResponse:
    case, one = escalation_for(request, ref, reference)
    member, form = member_with(Permission.ESCALATE, request), FilledForm(request.POST, label_suffix="")
    if not form.is_valid():
        return show(request, case, one, status=400, filled=form)
    try:
        sealed = reading.seal_reference(one, case=case, text=form.cleaned_data["their_reference"],
                                        keyring=reading.keyring_of(request))
        delivery.form_filled(escalation=one, their_reference=sealed, by=member)
    except services.Practice:
        messages.warning(request, KEPT)
    except services.NotNow:
        messages.warning(request, _("This was recorded before."))
    return redirect("triage:escalation", case.ref, one.reference)
