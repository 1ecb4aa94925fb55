"""Signing in at the ministry's own provider (portal.accounts.oidc), where one is configured."""
from collections.abc import Callable
from functools import wraps

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_variables
from django.views.decorators.http import require_POST, require_safe

from cases.audit.services import record
from portal.accounts import arrival, fresh, oidc, sessions, throttle
from portal.accounts.models import User
from portal.accounts.pages import next_address, signed_in
from portal.accounts.views.account import home_page
from portal.accounts.views.entrance import onward


def where_configured(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    @wraps(view)
    def gate(request: HttpRequest) -> HttpResponse:
        if not oidc.configured():
            raise Http404
        return view(request)
    return gate


@login_not_required
@require_safe
@never_cache
@where_configured
def start(request: HttpRequest) -> HttpResponse:
    """A link, not a form: our policy lets no form lead to another site."""
    try:
        address, kept = oidc.begin(next_address(request))
    except oidc.Unreachable:
        return refused(request, unreachable=True)
    response = HttpResponseRedirect(address)
    # Lax: it must come along when the provider leads back. It signs nobody in.
    response.set_cookie(cookie(), kept, max_age=oidc.COOKIE_SECONDS, path="/", secure=settings.SECURE, httponly=True,
                        samesite="Lax")
    return response


@login_not_required
@require_safe
@never_cache
@sensitive_variables()
@where_configured
def back(request: HttpRequest) -> HttpResponse:
    """What the provider answered. The session's cookie is not here yet, so a form of ours brings the result to `enter`."""
    try:
        proved, wish = oidc.come_back(request, request.COOKIES.get(cookie(), ""))
    except oidc.Refused as error:
        return not_believed(request, error)
    except oidc.Unreachable:
        return refused(request, unreachable=True)
    response = render(request, "accounts/single_sign_on.html", {"ticket": oidc.ticket(proved, wish)})
    response.delete_cookie(cookie(), path="/", samesite="Lax")
    return response


@login_not_required
@require_POST
@never_cache
@where_configured
def enter(request: HttpRequest) -> HttpResponse:
    try:
        proved, wish = oidc.redeem(request.POST.get("ticket", ""))
        member = oidc.member_of(proved)
        if member is None:
            return connect(request, proved)
    except oidc.Refused as error:
        return not_believed(request, error)
    waiting = arrival.hold(request, member, wish)
    if not proved.factor:
        return onward(request, waiting)
    response = onward(request, arrival.prove(request))
    request.session.pop(fresh.FRESH, None)      # the provider may have asked hours ago: dangerous acts want a proof of ours
    return response


def connect(request: HttpRequest, proved: oidc.Proved) -> HttpResponse:
    """Nobody is bound to this subject: the member who is signed in here, and has just proved it, may be. Raises oidc.Refused."""
    if not isinstance(request.user, User) or not fresh.is_fresh(request):
        return render(request, "accounts/single_sign_on_first.html", {"account": reverse("accounts:home")}, status=403)
    oidc.bind(member=request.user, proved=proved)
    return redirect("accounts:home")


@require_POST
@fresh.required
def disconnect(request: HttpRequest) -> HttpResponse:
    """From now on by our own means only. Also where single sign-on was switched off, or has another provider now."""
    member = signed_in(request)
    try:
        oidc.unbind(member=member, by=member, but=sessions.own(request))
    except oidc.NoOtherWay:
        trouble = _("You could not sign in any more. Choose a password or add a passkey first.")
        return home_page(request, trouble=trouble, status=409)
    return redirect("accounts:home")


def not_believed(request: HttpRequest, error: oidc.Refused) -> HttpResponse:
    """Into the log, but only so often: whoever made it up is nobody yet, and rows of the log stay for good."""
    if throttle.may_be_logged(request):
        record("sign_in_failed", subject="unknown", actor="system", what="single_sign_on", why=str(error))
    return refused(request)


def refused(request: HttpRequest, *, unreachable: bool = False) -> HttpResponse:
    status = 502 if unreachable else 403
    return render(request, "accounts/single_sign_on_refused.html", {"unreachable": unreachable}, status=status)


def cookie() -> str:
    return "__Host-oidc" if settings.SECURE else "oidc"
