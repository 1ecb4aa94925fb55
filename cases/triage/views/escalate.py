"""From a case to a notice, and from a platform's answer back to the case."""
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import IntegrityError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import get_language, gettext as _, override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.escalation import notices, services
from cases.escalation.channels import webform
from cases.escalation.channels.base import Outgoing
from cases.escalation.models import Channel, Escalation
from cases.escalation.notices import Notice
from cases.hashing.services import PublishRefused
from cases.models import Case, Consent
from cases.permissions import Permission, Staff
from cases.priority import Harm
from cases.selectors import agrees
from cases.triage import drafts, reading
from cases.triage.asks import links_in
from cases.triage.drafts import Kept
from cases.triage.escalating import (
    CONSENT_NAMES,
    MISSING_NAMES,
    REFUSAL_NAMES,
    AnswerForm,
    FilledForm,
    NoticeForm,
    hash_refusal,
    ways,
)
from cases.triage.views.access import member_with, open_case_for
from cases.workflow import Status

State = Escalation.State
LANGUAGE = "en"                 # platforms read English
CONFLICT = 409


@require_safe
@never_cache
def escalate(request: HttpRequest, ref: str) -> HttpResponse:
    """Which platform, and how."""
    case = open_case_for(request, ref, Permission.ESCALATE)
    context = {"case": case, "ways": ways(case), "trouble": trouble(case), "no_hashes": hash_refusal(case)}
    return render(request, "triage/escalate.html", context)


def trouble(case: Case) -> str:
    """Why no notice may leave now, in words; empty when one may."""
    if case.status not in {Status.IN_REVIEW, Status.WAITING_OUTSIDE}:
        return _("Take the case into review first.")
    return "" if agrees(case, Consent.Act.ASK_PLATFORM) else str(CONSENT_NAMES[Consent.Act.ASK_PLATFORM])


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def compose(request: HttpRequest, ref: str, channel: int) -> HttpResponse:
    """Word the notice, see it as the platform will, send it. Nothing typed is lost on the way."""
    case, member = open_case_for(request, ref, Permission.ESCALATE), member_with(Permission.ESCALATE, request)
    way = get_object_or_404(Channel.objects.select_related("platform"), pk=channel)
    if request.method != "POST":
        keyring = reading.keyring_of(request)
        if keyring is None:
            return render(request, "triage/compose.html", {"case": case, "channel": way, "locked": True})
        kept = drafts.kept(case, member, drafts.of_notice(way.pk), keyring=keyring)
        return page(request, case, way, NoticeForm(case, initial=first_words(request, case, way, member) | kept.typed), kept=kept)
    form = NoticeForm(case, request.POST)
    if not form.is_valid():
        return page(request, case, way, form, status=400)
    if "send" not in request.POST:
        return page(request, case, way, form, preview=form.notice)
    return send(request, case, way, form, member)


def first_words(request: HttpRequest, case: Case, way: Channel, member: Staff) -> dict[str, Any]:
    keyring = reading.keyring_of(request)
    answers = reading.read_answers(case, keyring=keyring, by=member)
    later = [link for text in reading.read_links(case, keyring=keyring, by=member).values() for link in links_in(text)]
    with override(LANGUAGE):
        policy = way.platform.policy
    places = list(dict.fromkeys([*answers.links, *later, *answers.handles]))
    draft = notices.draft(reference=services.new_reference(), harm=Harm(case.harm), child=case.child, links=places, hashes=[],
                          policy=policy, signature=str(member), language=LANGUAGE)
    return {"reference": draft.reference, "links": "\n".join(draft.links), "reasons": draft.reasons, "policy": draft.policy,
            "law": draft.law, "signature": f"{draft.signature}, {settings.OFFICE[LANGUAGE]}", "hashes": not hash_refusal(case)}


def page(request: HttpRequest, case: Case, way: Channel, form: NoticeForm, *, preview: Notice | None = None,
         status: int = 200, kept: Kept | None = None) -> HttpResponse:
    shown = notices.render(preview, office=settings.OFFICE[LANGUAGE], contact=settings.NOTICE_FROM_EMAIL,
                           language=LANGUAGE) if preview else None
    context = {"case": case, "channel": way, "form": form, "preview": shown, "trouble": trouble(case), "ui": get_language(),
               "draft": kept or drafts.numbered(request.POST.get("draft", "")), "draft_form": drafts.of_notice(way.pk)}
    return render(request, "triage/compose.html", context, status=status)


def send(request: HttpRequest, case: Case, way: Channel, form: NoticeForm, member: Staff) -> HttpResponse:
    try:
        escalation = services.request(case=case, channel=way, notice=form.notice, by=member, language=LANGUAGE)
    except IntegrityError:                                  # the same reference: the button was pressed twice
        return redirect("triage:escalation", case.ref, form.cleaned_data["reference"])
    except services.ConsentMissing as error:
        form.add_error(None, CONSENT_NAMES[error.act])
    except services.Incomplete as error:
        form.add_error(None, " ".join(str(MISSING_NAMES[lack]) for lack in error.lacks))
    except PublishRefused as error:
        form.add_error("hashes", REFUSAL_NAMES[error.reason])
    except services.NotNow:
        form.add_error(None, _("Take the case into review first."))
    else:
        drafts.drop(case=case, member=member, form=drafts.of_notice(way.pk))
        messages.success(request, _("The notice is on its way.") if way.kind != Channel.Kind.WEBFORM
                         else _("Now fill in the platform's form."))
        return redirect("triage:escalation", case.ref, escalation.reference)
    return page(request, case, way, form, status=CONFLICT)


def escalation_for(request: HttpRequest, ref: str, reference: str) -> tuple[Case, Escalation]:
    case = open_case_for(request, ref, Permission.ESCALATE)
    found = Escalation.objects.select_related("platform", "channel", "notice_key")
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
    outgoing = Outgoing(opened.notice, one.channel.address, one.language, key=one.pk.hex) if opened.notice else None
    context = {
        "case": case, "escalation": one, "locked": reading.keyring_of(request) is None, "their_reference": opened.their_reference,
        "body": notices.render(opened.notice, office=settings.OFFICE[one.language], contact=settings.NOTICE_FROM_EMAIL,
                               language=one.language) if opened.notice else None,
        "texts": webform.texts(outgoing, one.channel.form_fields) if outgoing and by_hand(one) and not trouble(case) else [],
        "trouble": trouble(case),
        "by_hand": by_hand(one), "filled_form": forms.get("filled") or FilledForm(label_suffix=""),
        "answer_form": forms.get("answer") or AnswerForm(possible(one)), "possible": possible(one),
    }
    return render(request, "triage/escalation.html", context, status=status)


def by_hand(one: Escalation) -> bool:
    return one.channel.kind == Channel.Kind.WEBFORM


def possible(one: Escalation) -> list[State]:
    """The answers that can be typed in now. Silence is the clock's to find."""
    answers = services.NEXT[State(one.state)] - {State.SENT, State.FAILED, State.NO_ANSWER}
    return [state for state in State if state in answers]


@require_POST
def form_filled(request: HttpRequest, ref: str, reference: str) -> HttpResponse:
    case, one = escalation_for(request, ref, reference)
    member, form = member_with(Permission.ESCALATE, request), FilledForm(request.POST, label_suffix="")
    if not form.is_valid():
        return show(request, case, one, status=400, filled=form)
    try:
        sealed = reading.seal_reference(one, case=case, text=form.cleaned_data["their_reference"],
                                        keyring=reading.keyring_of(request))
        services.form_filled(escalation=one, their_reference=sealed, by=member)
    except services.NotNow:
        messages.warning(request, _("This was recorded before."))
    return redirect("triage:escalation", case.ref, one.reference)


@require_POST
def answer(request: HttpRequest, ref: str, reference: str) -> HttpResponse:
    case, one = escalation_for(request, ref, reference)
    member, form = member_with(Permission.ESCALATE, request), AnswerForm(possible(one), request.POST)
    if not form.is_valid():
        return show(request, case, one, status=400, answer=form)
    try:
        services.answer(escalation=one, outcome=State(form.cleaned_data["outcome"]), by=member)
    except services.NotNow:
        messages.warning(request, _("This was recorded before."))
    return redirect("triage:escalation", case.ref, one.reference)
