"""Quarantine: reports that are many and alike, until a person has looked. Nobody is refused, and each can be read here."""
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.flood.models import Fold
from cases.flood.rules import rules
from cases.flood.services import set_rule
from cases.permissions import Permission
from cases.triage import queue, reading
from cases.triage.alike import compare
from cases.triage.filters import SUSPECT, read
from cases.triage.flood_forms import RuleForm
from cases.triage.floods import floods_of
from cases.triage.views.access import member_with
from cases.triage.views.settings import member_with_any
from cases.vault.parking import Locked


@require_safe
@never_cache
def floods(request: HttpRequest) -> HttpResponse:
    member, keyring = member_with(Permission.READ_CASES, request), reading.keyring_of(request)
    found = read({"flood": SUSPECT}, member)
    page = queue.page(found, member, after=request.GET.get("after", ""))
    return render(request, "triage/floods.html", {
        "floods": floods_of(page.cases, reading.summaries(page.cases, keyring=keyring, by=member)), "more": page.next,
        "rules": rules(), "locked": keyring is None})


@require_POST
def compare_words(request: HttpRequest) -> HttpResponse:
    member, keyring = member_with(Permission.WORK_CASES, request), reading.keyring_of(request)
    if keyring is None:
        raise Locked
    count, folded = compare(member, keyring=keyring)
    done = ngettext("%(n)d report was compared", "%(n)d reports were compared", count) % {"n": count}
    messages.success(request, _("%(done)s, and %(n)d put behind one like it.") % {"done": done, "n": folded})
    return redirect("triage:floods")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def flood_rules(request: HttpRequest) -> HttpResponse:
    member = member_with_any(request, Permission.SUPERVISE, Permission.MANAGE_PEOPLE)
    posted = request.POST.get("kind", "")
    forms = [RuleForm(request.POST if each.kind == posted else None, rule=each) for each in rules()]
    sent = next((form for form in forms if form.is_bound), None)
    if sent and sent.is_valid():
        set_rule(kind=Fold.Kind(sent.rule.kind), by=member, **sent.cleaned_data)
        messages.success(request, _("Changed."))
        return redirect("triage:flood_rules")
    return render(request, "triage/flood_rules.html", {"forms": forms, "refused": sent}, status=400 if sent else 200)
