"""What a member was told of, and how they want to be told."""
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from cases.notifications import news as postbox
from cases.notifications.services import prefer
from cases.triage.news_forms import WaysForm
from cases.triage.saved import keep_desk


@require_safe
@never_cache
def news(request: HttpRequest) -> HttpResponse:
    """For every member of staff: what each may see of a case is asked again for each line."""
    before = request.GET.get("before", "")
    items, older = postbox.page(request.user, before=int(before) if before.isdecimal() and len(before) < 19 else None)
    new = any(item.row.read_at is None for item in items)
    return render(request, "triage/news.html", {"items": items, "older": older, "new": new})


@require_POST
def read(request: HttpRequest) -> HttpResponse:
    """These lines, or with `all` everything."""
    ids = [int(pk) for pk in request.POST.getlist("id")[:postbox.PAGE] if pk.isdecimal() and len(pk) < 19]
    postbox.mark(member=request.user, ids=None if "all" in request.POST else ids)
    return redirect("triage:news")


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def ways(request: HttpRequest) -> HttpResponse:
    form = WaysForm(request.user, request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        prefer(member=request.user, ways=form.chosen)
        if form.views is not None:
            keep_desk(member=request.user, morning=form.views)
        messages.success(request, _("Kept. From now on you are told so."))
        return redirect("triage:ways")
    return render(request, "triage/ways.html", {"form": form}, status=400 if form.errors else 200)
