"""The footer's pages, the way out, and the staff's choice of language."""
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.views import i18n
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe


@login_not_required
@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    return page(request, "pages/privacy.html")


@login_not_required
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    return page(request, "pages/accessibility.html")


@login_not_required
@require_safe
def your_report(request: HttpRequest) -> HttpResponse:
    return page(request, "pages/your_report.html")


@login_not_required
@require_safe
def leaving(request: HttpRequest) -> HttpResponse:
    return page(request, "pages/leaving.html")


def page(request: HttpRequest, template: str) -> HttpResponse:
    """A page that is the same for everybody may rest in the browser for an hour; leaving quickly clears it."""
    response = render(request, template)
    response.headers["Cache-Control"] = "private, max-age=3600"
    return response


@login_not_required
@csrf_exempt
def leave(request: HttpRequest) -> HttpResponse:
    """Out: to the weather, with what this site left in the browser cleared. site.mjs posts here while it is already leaving."""
    response = HttpResponse(status=204) if request.method == "POST" else HttpResponseRedirect(settings.EXIT_URL)
    response.headers["Clear-Site-Data"] = '"cache", "storage"'
    response.headers["Cache-Control"] = "no-store"
    return response


@login_not_required
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Staff only: the public's language is in the path."""
    return i18n.set_language(request)
