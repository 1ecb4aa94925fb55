"""The footer's pages, the way out, and the staff's choice of language."""
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views import i18n
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST, require_safe

from cases.hashing.models import ListEntry, Listing
from cases.hashing.selectors import public_numbers
from cases.units.duty import reads_again

EVENTS = {"published": _("Put on a list"), "withdrawn": _("Taken off again, because a reporter or we wished so"),
          "suspended": _("Taken off until somebody had looked, because a platform did not block it")}


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
    response = page(request, "pages/your_report.html", {"again": reads_again(timezone.now())})
    response.headers["Cache-Control"] = "private, max-age=300"          # when reports are read again is soon over
    return response


@login_not_required
@require_safe
def leaving(request: HttpRequest) -> HttpResponse:
    return page(request, "pages/leaving.html")


@login_not_required
@require_safe
def numbers(request: HttpRequest) -> HttpResponse:
    """The shared lists in numbers, as /exchange/numbers gives them to programs."""
    told = public_numbers()
    listed = [(category.label, told["on_the_lists"][category.value]) for category in ListEntry.Category]
    refused = [(why.label, told["since_the_beginning"][f"refused_{why.value}"]) for why in Listing.Why]
    events = [(name, told["since_the_beginning"][what]) for what, name in EVENTS.items()]
    return page(request, "pages/numbers.html", {"listed": listed, "events": events, "refused": refused})


def page(request: HttpRequest, template: str, context: dict[str, object] | None = None) -> HttpResponse:
    """A page that is the same for everybody may rest in the browser for an hour; leaving quickly clears it."""
    response = render(request, template, context)
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
