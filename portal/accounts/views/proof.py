"""Proving again who one is, before a dangerous act (portal.accounts.fresh)."""
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from cases.audit.services import actor, record
from cases.vault import parking
from portal.accounts import fresh, passkeys, waiting
from portal.accounts.forms import ProveForm, refused_passkey
from portal.accounts.models import User
from portal.accounts.pages import destination, next_address, signed_in
from portal.accounts.passkeys import Refused


@never_cache
@sensitive_post_parameters("password", "code", "credential")
def prove(request: HttpRequest) -> HttpResponse:
    """Password and code, or a passkey; then back, with what was typed before."""
    member, wish = signed_in(request), next_address(request)
    if request.method == "POST" and "credential" in request.POST:
        return by_passkey(request, member, wish)
    form = ProveForm(request, member, request.POST or None)
    if request.method == "POST" and form.is_valid():
        return proved(request, member, wish)
    return fresh.ask(request, form, wish, waiting.carried(request.POST))


def by_passkey(request: HttpRequest, member: User, wish: str) -> HttpResponse:
    try:
        passkeys.use(request, "prove", request.POST["credential"], member)
    except Refused:
        form = ProveForm(request, member)
        return fresh.ask(request, form, wish, waiting.carried(request.POST), trouble=refused_passkey())
    return proved(request, member, wish)


def proved(request: HttpRequest, member: User, wish: str) -> HttpResponse:
    """The session gets a new name, to which an open vault is parked anew: one that was copied before ends here."""
    private, fields = parking.fetch(request), waiting.carried(request.POST)
    fresh.stamp(request)
    record("member_proved", subject=member.pk, actor=actor(member))
    response = waiting.again(request, wish, fields) if wish and fields else redirect(destination(wish, member))
    if private:
        parking.park(request, response, private)        # which renames the session
    else:
        request.session.cycle_key()
    return response
