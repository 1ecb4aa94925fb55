"""Templates, as supervisors keep them."""
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.permissions import Permission
from cases.triage import authoring
from cases.triage.blanks import BLANK_NAMES
from cases.triage.models import Reply
from cases.triage.reply_forms import ReplyForm
from cases.triage.views.access import member_with

BOTH = ["GET", "HEAD", "POST"]


@require_safe
@never_cache
def templates(request: HttpRequest) -> HttpResponse:
    member_with(Permission.SUPERVISE, request)
    rows = list(Reply.objects.select_related("changed_by").order_by("pk"))
    return render(request, "triage/templates.html", {
        "active": [row for row in rows if not row.retired_at], "retired": [row for row in rows if row.retired_at]})


@require_http_methods(BOTH)
@never_cache
def new(request: HttpRequest) -> HttpResponse:
    return edit(request, None)


@require_http_methods(BOTH)
@never_cache
def template(request: HttpRequest, reply: int) -> HttpResponse:
    member_with(Permission.SUPERVISE, request)
    return edit(request, get_object_or_404(Reply.objects.select_related("changed_by"), pk=reply))


def edit(request: HttpRequest, reply: Reply | None) -> HttpResponse:
    member, posted = member_with(Permission.SUPERVISE, request), request.method == "POST"
    form = ReplyForm(request.POST if posted else None, reply=reply)
    if posted and form.is_valid():
        authoring.keep(wording=form.wording, by=member, reply=reply)
        messages.success(request, _("Kept. From now on it is offered in this wording."))
        return redirect("triage:templates")
    context = {"form": form, "reply": reply, "blanks": [(f"{{{blank.value}}}", name) for blank, name in BLANK_NAMES.items()]}
    return render(request, "triage/template.html", context, status=400 if posted else 200)


@require_POST
def retire(request: HttpRequest, reply: int) -> HttpResponse:
    member, row = member_with(Permission.SUPERVISE, request), get_object_or_404(Reply, pk=reply)
    if "back" in request.POST:
        authoring.bring_back(reply=row, by=member)
    else:
        authoring.retire(reply=row, by=member)
    return redirect("triage:templates")
