"""The rules of priority: all of them, and one of them with a trial."""
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from cases.permissions import Permission
from cases.triage import rules as services
from cases.triage.rule_forms import RuleForm
from cases.triage.views.access import member_with

NEW = "new"


@require_safe
@never_cache
def rules(request: HttpRequest) -> HttpResponse:
    member_with(Permission.SUPERVISE, request)
    return render(request, "triage/rules.html", {"lines": services.lines()})


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def rule(request: HttpRequest, code: str) -> HttpResponse:
    """`try` says what would have changed and writes nothing; anything else makes the change."""
    member = member_with(Permission.SUPERVISE, request)
    line = next((line for line in services.lines() if line.rule.code == code), None)
    if (line is None) != (code == NEW) or (line and line.fixed):
        raise Http404
    if request.method != "POST":
        return render(request, "triage/rule.html", {"form": RuleForm(line=line), "line": line})
    form = RuleForm(request.POST, line=line)
    if not form.is_valid():
        return render(request, "triage/rule.html", {"form": form, "line": line}, status=400)
    if "try" in request.POST:
        tried, shifts = services.would_change(rule=form.rule(code), code=code, member=member, now=timezone.now())
        return render(request, "triage/rule.html", {"form": form, "line": line, "tried": tried, "shifts": shifts, "trial": True})
    services.set_rule(code="" if line is None else code, names=(form.cleaned_data["name_en"], form.cleaned_data["name_ur"]),
                      level=form.cleaned_data["level"], when=form.when, off=form.cleaned_data["off"], by=member)
    messages.success(request, _("Changed, for reports that come in from now on and for cases of which something new is known."))
    return redirect("triage:rules")
