"""Who holds the keys of my units, and handing one to a colleague."""
from typing import Any
from uuid import UUID

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from cases.units.selectors import units_of
from cases.vault.keyring import NotHeld
from portal.accounts import fresh, selectors, services
from portal.accounts.models import User
from portal.accounts.pages import reader, with_next
from portal.accounts.unlocking import open_keyring


@require_safe
@never_cache
def keys(request: HttpRequest) -> HttpResponse:
    """Who waits for a key of the member's units."""
    return keys_page(request, reader(request))


def keys_page(request: HttpRequest, member: User, **more: Any) -> HttpResponse:
    keyring = open_keyring(request, member)
    return render(request, "accounts/keys.html", {"units": selectors.keys_of(member, keyring), "locked": keyring is None, **more})


@require_POST
@fresh.required
def grant(request: HttpRequest) -> HttpResponse:
    """Hand a unit's key to a colleague; needs the key itself, so the vault must be open."""
    member = reader(request)
    unit = units_of(member).filter(pk=uuid_of(request, "unit")).first()
    waiting = {each.colleague.pk: each for each in selectors.waiting(unit)} if unit else {}
    found = waiting.get(uuid_of(request, "member"))
    if unit is None or found is None or not found.ready:
        raise Http404
    keyring = open_keyring(request, member)
    if keyring is None:
        return redirect(with_next(reverse("accounts:unlock"), reverse("accounts:keys")))
    try:
        services.grant(unit=unit, colleague=found.colleague, by=member, keyring=keyring)
    except NotHeld as error:
        raise PermissionDenied from error
    return redirect("accounts:keys")


def uuid_of(request: HttpRequest, name: str) -> UUID:
    try:
        return UUID(request.POST.get(name, ""))
    except ValueError as error:
        raise Http404 from error
