"""Many cases, one platform: choose them, word a notice for each on one page, and send them as one mail."""
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from cases.escalation import batches, second, services
from cases.escalation.models import Channel, Escalation
from cases.models import Case
from cases.permissions import Permission, Staff
from cases.triage import batching, previewing, reading
from cases.triage.escalating import LANGUAGE, NoticeForm
from cases.triage.views.access import member_with, open_case_for
from cases.triage.views.approvals import why_not
from cases.triage.views.compose import first_words, trouble
from cases.vault.parking import Locked

CONFLICT = 409


@require_safe
@never_cache
def batch(request: HttpRequest) -> HttpResponse:
    """To which platform."""
    member_with(Permission.ESCALATE, request)
    return render(request, "triage/batch.html", {"ways": list(batching.channels())})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def write(request: HttpRequest, channel: int) -> HttpResponse:
    """GET lists the cases; POST words their notices, shows them, and with `send` lets them leave."""
    member, way = member_with(Permission.ESCALATE, request), get_object_or_404(batching.channels(), pk=channel)
    if request.method != "POST":
        return choose(request, way, member)
    refs = list(dict.fromkeys(request.POST.getlist("case")))
    if not refs or len(refs) > batches.MOST:
        fault = ngettext("Choose from 1 to %(n)d case.", "Choose from 1 to %(n)d cases.", batches.MOST) % {"n": batches.MOST}
        return choose(request, way, member, fault=fault)
    if reading.keyring_of(request) is None:
        raise Locked
    cases = [open_case_for(request, ref, Permission.ESCALATE) for ref in refs]
    if "typed" not in request.POST:
        return page(request, way, [blank(request, case, way, member) for case in cases])
    forms = [typed(request, case, way, member) for case in cases]
    valid = [form.is_valid() for form in forms]             # each of them, so that every fault is told at once
    if not all(valid):
        return page(request, way, forms, status=400)
    if "send" not in request.POST:
        return page(request, way, forms, preview=True)
    return send(request, way, forms, member)


def choose(request: HttpRequest, way: Channel, member: Staff, *, fault: str = "") -> HttpResponse:
    found = batching.candidates(way, member)
    context = {"channel": way, "found": found, "fault": fault, "most": batches.MOST}
    return render(request, "triage/batch_cases.html", context, status=400 if fault else 200)


def blank(request: HttpRequest, case: Case, way: Channel, member: Staff) -> NoticeForm:
    return NoticeForm(case, [way], initial=first_words(request, case, [way], member), prefix=case.ref)


def typed(request: HttpRequest, case: Case, way: Channel, member: Staff) -> NoticeForm:
    known = previewing.known(case, keyring=reading.keyring_of(request), by=member)
    return NoticeForm(case, [way], request.POST, known=known, prefix=case.ref)


def page(request: HttpRequest, way: Channel, forms: list[NoticeForm], *, preview: bool = False,
         status: int = 200) -> HttpResponse:
    parts = [(form, form.hints(), trouble(form.case), previewing.previews(form, LANGUAGE) if preview else [],
              previewing.disclosures(form) if preview else []) for form in forms]
    by_two = any(second.wanted(form.case.unit) for form in forms)
    context = {"channel": way, "parts": parts, "preview": preview, "second": by_two}
    return render(request, "triage/batch_write.html", context, status=status)


def send(request: HttpRequest, way: Channel, forms: list[NoticeForm], member: Staff) -> HttpResponse:
    """Each in a transaction of its own. What is refused comes back with its reason; the others leave."""
    one_mail = batches.begin(channel=way, by=member)
    left = [form for form in forms if not requested(form, way, one_mail, member)]
    sent = len(forms) - len(left)
    if sent:
        messages.success(request, ngettext("%(n)d notice is on its way in one mail, or waits for a second person.",
                                           "%(n)d notices are on their way in one mail, or wait for a second person.", sent)
                         % {"n": sent})
    return page(request, way, left, status=CONFLICT) if left else redirect("triage:batch")


def requested(form: NoticeForm, way: Channel, one_mail: batches.Batch, member: Staff) -> bool:
    """Whether it left; a press twice leaves once."""
    if Escalation.objects.filter(reference=form.notice.reference, case=form.case).exists():
        return True
    refused = why_not(lambda: services.request(case=form.case, channel=way, notice=form.notice, by=member, language=LANGUAGE,
                                               basis=form.basis_of(way), batch=one_mail))
    if refused:
        form.add_error(None, refused)
    return not refused
