"""From a case to an authority: to whom, on what ground, the second person, the one download, what came of it."""
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.conversation import services as conversation
from cases.conversation.models import Ask
from cases.escalation.models import Authority
from cases.evidence.services import NotNow, NotSeen
from cases.models import Case
from cases.permissions import Permission, Staff
from cases.referral import package, selectors, services
from cases.referral.models import Ground, Policy, Referral
from cases.referral.selectors import hurdle, may_second
from cases.referral.words import PART_NAMES, Part, accused_there, act_for
from cases.triage import partners, reading, referring
from cases.triage.referral_forms import HURDLES, OutcomeForm, ReferForm, outcomes
from cases.triage.referral_reading import read_referral
from cases.triage.views.access import member_with, open_case_for
from cases.units.selectors import units_of

State, CONFLICT = Referral.State, 409


@require_safe
@never_cache
def choose(request: HttpRequest, ref: str) -> HttpResponse:
    """To whom, and whether the reporter has agreed to it."""
    case = open_case_for(request, ref, Permission.ESCALATE)
    return render(request, "triage/refer.html", {"case": case, "choices": selectors.choices(case), "waiting": asked_about(case)})


def asked_about(case: Case) -> set[str]:
    """Authorities that the inbox asks about now."""
    rows = Ask.objects.filter(case=case, kind=Ask.Kind.CONSENT.value, answered_at=None, taken_back_at=None)
    return set(rows.values_list("platform", flat=True))


def authority_for(case: Case, slug: str) -> Authority:
    found = get_object_or_404(Authority, slug=slug, retired_at=None)
    if accused_there(case, found):
        raise Http404
    return found


@require_POST
def ask(request: HttpRequest, ref: str, authority: str) -> HttpResponse:
    """In the inbox, about exactly this body."""
    case, member = open_case_for(request, ref, Permission.ESCALATE), member_with(Permission.ESCALATE, request)
    body = authority_for(case, authority)
    try:
        conversation.ask(case=case, kind=Ask.Kind.CONSENT, about=act_for(body).value, platform=body.slug, by=member)
        messages.success(request, _("The reporter is asked in the inbox, about exactly this body."))
    except conversation.AlreadyAsked:
        messages.warning(request, _("A question of this kind waits for an answer already: about one body at a time."))
    except conversation.NotAllowed:
        messages.warning(request, _("The case is closed: open it again first."))
    return redirect("triage:refer", case.ref)


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def refer(request: HttpRequest, ref: str, authority: str) -> HttpResponse:
    case, member = open_case_for(request, ref, Permission.ESCALATE), member_with(Permission.ESCALATE, request)
    body = authority_for(case, authority)
    form = ReferForm(case, body, request.POST if request.method == "POST" else None)
    if request.method != "POST":
        return refer_page(request, case, body, form)
    if not form.is_valid():
        return refer_page(request, case, body, form, status=400)
    try:
        made = prepare(request, case, body, form, member)
    except services.Refused as refused:
        form.add_error(None, HURDLES[refused.hurdle])
        return refer_page(request, case, body, form, status=CONFLICT)
    except package.BadKey:
        form.add_error(None, _("The key that is registered for this body is none: have the registry mended first."))
        return refer_page(request, case, body, form, status=CONFLICT)
    messages.success(request, _("A second person has to agree first.") if made.state == State.ASKED
                     else _("The package can be taken out."))
    return redirect("triage:referral", case.ref, made.reference)


def refer_page(request: HttpRequest, case: Case, body: Authority, form: ReferForm, *, status: int = 200) -> HttpResponse:
    grounds = form.fields["because"].choices         # type: ignore[attr-defined]   # a choice field's
    context = {"case": case, "authority": body, "form": form, "locked": reading.keyring_of(request) is None,
               "hurdles": [HURDLES[each] for ground, _name in grounds[:1] if (each := hurdle(case, body, ground))],
               "agreed": selectors.has_agreed(case, body), "waits": body.slug in asked_about(case),
               "two": selectors.wants_two(case.unit) or case.child}
    return render(request, "triage/refer_to.html", context, status=status)


def prepare(request: HttpRequest, case: Case, body: Authority, form: ReferForm, member: Staff) -> Referral:
    """Seal what was typed under the case's key. Raises Locked, NotHeld and as services.prepare."""
    row, keyring = uuid4(), reading.keyring_of(request)

    def sealed(text: str, name: str) -> bytes | None:
        return reading.seal_reason(case, text, name=name, record=row, keyring=keyring) if text else None
    without = form.ground_chosen != Ground.CONSENT
    return services.prepare(
        referral_id=row, case=case, authority=body, by=member, **form.chosen,
        why=sealed(form.cleaned_data["reason"], "ground") if without else None,
        untold=sealed(form.cleaned_data["reasons"], "untold") if form.cleaned_data["unsafe"] else None,
        passphrase=referring.new_passphrase(body, case, row, keyring), demand=selectors.granted(case))


# --- one referral -----------------------------------------------------------------------------------------------------
def referral_for(request: HttpRequest, ref: str, reference: str) -> tuple[Case, Referral, Staff]:
    case = open_case_for(request, ref, Permission.ESCALATE)
    found = Referral.objects.select_related("authority", "by", "second", "taken_by", "case__unit", "demand")
    return case, get_object_or_404(found, case=case, reference=reference), member_with(Permission.ESCALATE, request)


@require_safe
@never_cache
def referral(request: HttpRequest, ref: str, reference: str) -> HttpResponse:
    case, one, member = referral_for(request, ref, reference)
    return show(request, case, one, member)


def show(request: HttpRequest, case: Case, one: Referral, member: Staff, *, status: int = 200, trouble: str = "",
         answer: OutcomeForm | None = None) -> HttpResponse:
    keyring = reading.keyring_of(request)
    reason = hurdle(case, one.authority, Ground(one.ground)) if one.state in {State.ASKED, State.READY, State.TAKEN} else None
    context: dict[str, Any] = {
        "case": case, "referral": one, "locked": keyring is None,
        "opened": read_referral(one, case=case, keyring=keyring, by=member),
        "parts": [PART_NAMES[Part(part)] for part in one.parts], "hurdle": HURDLES[reason] if reason else "", "trouble": trouble,
        "may_second": may_second(one, member), "possible": outcomes(one), "taken_back": taken_back(case, one),
        "partner": partners.of_referral(one, case=case),
        "answer_form": answer or OutcomeForm(one), "can_tell": bool(one.handed_at and not one.told_at),
    }
    return render(request, "triage/referral.html", context, status=status)


def taken_back(case: Case, one: Referral) -> bool:
    """After it was handed over: the body has to be told."""
    return bool(one.ground == Ground.CONSENT and one.handed_at and not selectors.has_agreed(case, one.authority))


@require_POST
def act(request: HttpRequest, ref: str, reference: str) -> HttpResponse:
    """`act`: agree, drop, again, handed, tell."""
    case, one, member = referral_for(request, ref, reference)
    try:
        ACTS[request.POST.get("act", "")](request, case, one, member)
    except KeyError as error:
        raise Http404 from error
    except services.NotTheirs as error:
        raise PermissionDenied from error
    except services.Refused as refused:
        return show(request, case, one, member, status=CONFLICT, trouble=str(HURDLES[refused.hurdle]))
    except services.Quicker:
        messages.warning(request, _("This was done before, or something else was: look what stands here now."))
    return redirect("triage:referral", case.ref, one.reference)


def again(request: HttpRequest, case: Case, one: Referral, member: Staff) -> None:
    passphrase = referring.new_passphrase(one.authority, case, one.pk, reading.keyring_of(request))
    services.again(referral=one, passphrase=passphrase, by=member)


ACTS: dict[str, Any] = {
    "agree": lambda _request, _case, one, member: services.agree(referral=one, by=member),
    "drop": lambda _request, _case, one, member: services.drop(referral=one, by=member),
    "handed": lambda _request, _case, one, member: services.handed(referral=one, by=member),
    "tell": lambda _request, _case, one, member: services.tell(referral=one, by=member), "again": again,
}


@require_POST
@never_cache
def take(request: HttpRequest, ref: str, reference: str) -> HttpResponse:
    """The package, once. It is made while this request lasts, and not kept."""
    case, one, member = referral_for(request, ref, reference)
    try:
        taken = referring.take_out(one, case=case, by=member, keyring=reading.keyring_of(request))
    except services.NotTheirs as error:
        raise PermissionDenied from error
    except services.Refused as refused:
        return show(request, case, one, member, status=CONFLICT, trouble=str(HURDLES[refused.hurdle]))
    except (package.TooLarge, package.BadKey, NotNow, NotSeen):
        return show(request, case, one, member, status=CONFLICT, trouble=_(
            "The package could not be made: a screenshot is not here any more, all of it is too large, or the key of this body "
            "is none. Make another referral."))
    except services.Quicker:
        messages.warning(request, _("This was done before, or something else was: look what stands here now."))
        return redirect("triage:referral", case.ref, one.reference)
    response = HttpResponse(taken.content, content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="{taken.name}"'
    return response


@require_POST
def answer(request: HttpRequest, ref: str, reference: str) -> HttpResponse:
    case, one, member = referral_for(request, ref, reference)
    form = OutcomeForm(one, request.POST)
    if not form.is_valid():
        return show(request, case, one, member, status=400, answer=form)
    number = form.cleaned_data["their_reference"]
    sealed = reading.seal_reason(case, number, name="referral_reference", record=one.pk,
                                 keyring=reading.keyring_of(request)) if number else None
    try:
        services.answer(referral=one, outcome=State(form.cleaned_data["outcome"]), their_reference=sealed, by=member)
    except services.Quicker:
        messages.warning(request, _("This was recorded before."))
    return redirect("triage:referral", case.ref, one.reference)


# --- what a unit wants ------------------------------------------------------------------------------------------------
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def policy(request: HttpRequest) -> HttpResponse:
    """Whether every referral takes two, unit by unit."""
    member = member_with(Permission.SUPERVISE, request)
    units = list(units_of(member))          # type: ignore[arg-type]   # members are Staff
    if request.method == "POST":
        unit = next((each for each in units if each.code == request.POST.get("unit")), None)
        if unit is None:
            raise Http404
        services.set_policy(unit=unit, two_people=request.POST.get("two") == "on", by=member)
        messages.success(request, _("Saved."))
        return redirect("triage:referral_policy")
    two = set(Policy.objects.filter(unit__in=units, two_people=True).values_list("unit", flat=True))
    return render(request, "triage/referral_policy.html", {"units": [(unit, unit.pk in two) for unit in units]})
