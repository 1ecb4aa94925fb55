"""Proving again who one is, before a dangerous act (portal.accounts.fresh)."""
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from cases.audit.services import actor, record
from portal.accounts import fresh
from portal.accounts.forms import ProveForm
from portal.accounts.models import User
from portal.accounts.pages import destination, next_address, signed_in


@never_cache
@sensitive_post_parameters("password", "code")
def prove(request: HttpRequest) -> HttpResponse:
    """Password and code; then back, with what was typed before."""
    member, wish = signed_in(request), next_address(request)
    form = ProveForm(request, member, request.POST or None)
    if request.method == "POST" and form.is_valid():
        return proved(request, member, wish)
    return fresh.ask(request, form, wish, fresh.carried(request.POST))


def proved(request: HttpRequest, member: User, wish: str) -> HttpResponse:
    fresh.stamp(request)
    record("member_proved", subject=member.pk, actor=actor(member))
    waiting = fresh.carried(request.POST)
    if wish and waiting:
        return render(request, "accounts/proved.html", {"next": wish, "carried": waiting})
    return redirect(destination(wish, member))
