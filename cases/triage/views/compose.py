"""From a case to notices: the ways, one composing page for one platform or several, a preview, and Send."""
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.db import IntegrityError, transaction
from django.forms import BoundField
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy, ngettext, override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from cases.escalation import composing, following, notices, second, services
from cases.escalation.models import Channel, Escalation, Step
from cases.hashing.services import PublishRefused
from cases.models import Case, Consent
from cases.permissions import Permission, Staff
from cases.priority import Harm
from cases.selectors import agrees
from cases.triage import drafts, previewing, reading
from cases.triage.asks import links_in
from cases.triage.drafts import Kept
from cases.triage.escalating import (
    CONSENT_NAMES,
    LANGUAGE,
    MISSING_NAMES,
    REFUSAL_NAMES,
    Follows,
    NoticeForm,
    Way,
    hash_refusal,
    ways,
)
from cases.triage.views.access import member_with, open_case_for
from cases.vault.parking import Locked
from cases.workflow import Status

CONFLICT = 409
KEPT = gettext_lazy("The notice is kept, and stays here: this case is for practice.")
MOST_AT_ONCE = 12               # channels on one composing page


@require_safe
@never_cache
def escalate(request: HttpRequest, ref: str) -> HttpResponse:
    """Which platforms, and how: one link each, or several ticked."""
    case = open_case_for(request, ref, Permission.ESCALATE)
    chosen = [int(each) for each in request.GET.getlist("way") if each.isascii() and each.isdecimal() and len(each) < 10]
    if chosen:
        also = QueryDict(mutable=True)
        also.update(following_on(request))
        also.setlist("also", [str(each) for each in dict.fromkeys(chosen[1:])])
        return redirect(reverse("triage:compose", args=[case.ref, chosen[0]]) + (f"?{also.urlencode()}" if also else ""))
    context = {"case": case, "ways": ways_for(request, case), "follows": following_on(request), "query": query_of(request),
               "step": named_step(request), "trouble": trouble(case), "no_hashes": hash_refusal(case)}
    return render(request, "triage/escalate.html", context)


def following_on(request: HttpRequest) -> dict[str, str]:
    """What the address says of the notice that is followed; the composing page looks whether it may be."""
    return {name: request.GET[name] for name in ("earlier", "step") if request.GET.get(name)}


def query_of(request: HttpRequest) -> str:
    return f"?{urlencode(said)}" if (said := following_on(request)) else ""


def named_step(request: HttpRequest) -> str:
    return str(Step(request.GET["step"]).label) if request.GET.get("step") in Step.values else ""


def ways_for(request: HttpRequest, case: Case) -> list[Way]:
    """Of a step that goes to a host, a registrar or a search engine, those alone; `to`: of one platform alone."""
    kinds, to = [kind for kind, step in following.TO_OTHERS.items() if step == request.GET.get("step")], request.GET.get("to", "")
    return [way for way in ways(case) if (not kinds or way.channel.platform.kind in kinds)
            and (not to or way.channel.platform.slug == to)]


def trouble(case: Case) -> str:
    """Why no notice may leave now, in words; empty when one may."""
    if case.status not in {Status.IN_REVIEW, Status.WAITING_OUTSIDE}:
        return _("Take the case into review first.")
    return "" if agrees(case, Consent.Act.ASK_PLATFORM) else str(CONSENT_NAMES[Consent.Act.ASK_PLATFORM])


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def compose(request: HttpRequest, ref: str, channel: int) -> HttpResponse:
    """Word the notice, see it as each platform will, send it. Nothing typed is lost on the way."""
    case, member = open_case_for(request, ref, Permission.ESCALATE), member_with(Permission.ESCALATE, request)
    to = channels(request, channel)
    keyring = reading.keyring_of(request)
    if request.method != "POST":
        if keyring is None:
            return render(request, "triage/compose.html", {"case": case, "channel": to[0], "locked": True})
        kept = drafts.kept(case, member, drafts.of_notice(channel), keyring=keyring)
        follows = followed(request, case, member) or resumed(case, member, kept)
        first = first_words(request, case, to, member, follows)
        return page(request, case, NoticeForm(case, to, initial=first | kept.typed, follows=follows), kept=kept)
    if keyring is None:                         # what the case knows has to be open, so that no name of it leaves
        raise Locked
    form = NoticeForm(case, to, request.POST, known=previewing.known(case, keyring=keyring, by=member),
                      follows=followed(request, case, member))
    if not form.is_valid():
        return page(request, case, form, status=400)
    if "send" not in request.POST:
        return page(request, case, form, preview=True)
    return send(request, case, form, member)


def channels(request: HttpRequest, first: int) -> list[Channel]:
    """The one in the address and those that were ticked besides; 404 for what is offered no more."""
    also = [each for each in (request.POST or request.GET).getlist("also") if each.isascii() and each.isdecimal()]
    wanted = list(dict.fromkeys([first, *(int(each) for each in also if len(each) < 10)]))
    offered = Channel.objects.filter(retired_at=None, platform__retired_at=None).select_related("platform")
    found = offered.in_bulk(wanted)
    if set(found) != set(wanted) or len(wanted) > MOST_AT_ONCE:
        raise Http404
    return [found[pk] for pk in wanted]


def followed(request: HttpRequest, case: Case, member: Staff) -> Follows | None:
    """The earlier notice that the address or the form names; of one that is written anew, what that one followed.

    404 for a notice of another report, or one that never left.
    """
    asked = request.POST if request.method == "POST" else request.GET
    if again := asked.get("again", ""):
        old = get_object_or_404(Escalation, case=case, reference=again)
        return found_to_follow(case, member, str(old.earlier_id), old.step) if old.earlier_id else None
    if not asked.get("earlier"):
        return None
    found = found_to_follow(case, member, asked["earlier"], asked.get("step", ""))
    if found is None:
        raise Http404
    return found


def resumed(case: Case, member: Staff, kept: Kept) -> Follows | None:
    """What a draft was begun as."""
    return found_to_follow(case, member, kept.typed["earlier"], kept.typed.get("step", "")) if kept.typed.get("earlier") else None


def found_to_follow(case: Case, member: Staff, wanted: str, step: str) -> Follows | None:
    try:
        one = following.followable(case, member).filter(pk=UUID(wanted)).first()
    except ValueError:
        return None
    return Follows(one, step if step in Step else "") if one else None


def first_words(request: HttpRequest, case: Case, to: list[Channel], member: Staff,
                follows: Follows | None = None) -> dict[str, Any]:
    """What the case says, and what the notice said that is followed; or, written anew, what an earlier notice of it said."""
    if earlier := request.GET.get("again", ""):
        return previewing.again(get_object_or_404(Escalation.objects.select_related("notice_key"), case=case, reference=earlier),
                                case, to, keyring=reading.keyring_of(request), by=member)
    keyring = reading.keyring_of(request)
    answers = reading.read_answers(case, keyring=keyring, by=member)
    later = [link for text in reading.read_links(case, keyring=keyring, by=member).values() for link in links_in(text)]
    places = list(dict.fromkeys([*answers.links, *later, *answers.handles]))
    draft = notices.draft(reference=services.new_reference(), harm=Harm(case.harm), child=case.child, links=places, hashes=[],
                          policy="", signature=str(member), language=LANGUAGE)
    words = {"links": "\n".join(draft.links), "reasons": draft.reasons, "law": draft.law,
             "signature": f"{draft.signature}, {settings.OFFICE[LANGUAGE]}", "hashes": not hash_refusal(case)}
    grounds = composing.grounds(to[0].platform, case)
    basis = next((each for each in grounds if each.hours), grounds[0] if grounds else None)
    words |= {"basis": basis.pk if basis else None} | own_parts(to)
    return previewing.after(follows, words, to, keyring=keyring, by=member) if follows else words


def own_parts(to: list[Channel]) -> dict[str, str]:
    """Of each channel its reference and its platform's rule."""
    with override(LANGUAGE):
        rules = [channel.platform.policy for channel in to]
    first = {"reference": services.new_reference(), "policy": rules[0]}
    rest = {name: value for channel, rule in zip(to[1:], rules[1:], strict=True)
            for name, value in ((f"reference_{channel.pk}", services.new_reference()), (f"policy_{channel.pk}", rule))}
    return first | rest


def page(request: HttpRequest, case: Case, form: NoticeForm, *, preview: bool = False, status: int = 200,
         kept: Kept | None = None) -> HttpResponse:
    channel = form.channels[0]
    context = {"case": case, "channel": channel, "channels": form.channels, "also": form.channels[1:], "form": form,
               "previews": previewing.previews(form, LANGUAGE) if preview else [], "lacks": form.hints(),
               "disclosed": previewing.disclosures(form) if preview else [], "second": second.wanted(case.unit),
               "trouble": trouble(case), "extra": extra(form), "follows": form.follows,
               "draft": kept or drafts.numbered(request.POST.get("draft", "")), "draft_form": drafts.of_notice(channel.pk)}
    return render(request, "triage/compose.html", context, status=status)


def extra(form: NoticeForm) -> list[tuple[BoundField, list[str]]]:
    """The fields that several channels bring, each with what it lacks."""
    lacks, names = form.hints(), [f"{part}_{channel.pk}" for channel in form.channels[1:] for part in ("reference", "policy")]
    return [(form[name], lacks.get(name, [])) for name in names]


def send(request: HttpRequest, case: Case, form: NoticeForm, member: Staff) -> HttpResponse:
    """One notice for each channel, or none of them."""
    try:
        with transaction.atomic():
            sent = [services.request(case=case, channel=channel, notice=form.notice_to(channel), by=member, language=LANGUAGE,
                                     basis=form.basis_of(channel), **after(form, channel)) for channel in form.channels]
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
        drafts.drop(case=case, member=member, form=drafts.of_notice(form.channels[0].pk))
        messages.success(request, said(case, sent))
        return (redirect("triage:escalation", case.ref, sent[0].reference) if len(sent) == 1
                else redirect(reverse("triage:case", args=[case.ref]) + "#escalations"))
    return page(request, case, form, status=CONFLICT)


def after(form: NoticeForm, channel: Channel) -> dict[str, Any]:
    return {"earlier": form.follows.earlier, "step": form.follows.to(channel).value} if form.follows else {}


def said(case: Case, sent: list[Escalation]) -> str:
    if case.unit.practice:
        return str(KEPT)
    if sent[0].state == Escalation.State.PROPOSED:
        return ngettext("A second person has to read the notice before it leaves.",
                        "A second person has to read the notices before they leave.", len(sent))
    if len(sent) > 1:
        return ngettext("%(n)d notice is on its way, or waits to be filled in.",
                        "%(n)d notices are on their way, or wait to be filled in.", len(sent)) % {"n": len(sent)}
    by_hand = {Channel.Kind.WEBFORM: _("Now fill in the platform's form."),
               Channel.Kind.LETTER: _("Now print the letter and post it."),
               Channel.Kind.PARTNER: _("Now put it before the body, at its own desk.")}
    return by_hand.get(Channel.Kind(sent[0].channel.kind), _("The notice is on its way."))
