"""Who holds the keys of my units, and handing one to a colleague."""
from collections.abc import Callable
from contextlib import suppress
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from cases.audit.services import actor
from cases.handover import services as handover
from cases.handover.selectors import newest
from cases.handover.services import Quicker
from cases.units.models import Unit
from cases.units.selectors import units_of
from cases.vault import custody
from cases.vault.keyring import Keyring, NotHeld
from portal.accounts import fresh, selectors, services, waiting
from portal.accounts.forms import UnlockForm
from portal.accounts.models import User
from portal.accounts.pages import reader
from portal.accounts.unlocking import CONFLICT, ask, open_keyring, own_fingerprint


@require_safe
@never_cache
def keys(request: HttpRequest) -> HttpResponse:
    """Who waits for a key of the member's units."""
    return keys_page(request, reader(request))


def keys_page(request: HttpRequest, member: User, **more: Any) -> HttpResponse:
    keyring = open_keyring(request, member)
    return render(request, "accounts/keys.html", {
        "units": selectors.keys_of(member, keyring), "locked": keyring is None, "mine": own_fingerprint(request), **more})


@require_POST
@fresh.required
def grant(request: HttpRequest) -> HttpResponse:
    """Hand a unit's key to a colleague; needs the key itself, so the vault must be open."""
    member, unit = reader(request), unit_of(request)
    waiting = {each.colleague.pk: each for each in selectors.waiting(unit)}
    found = waiting.get(uuid_of(request, "member"))
    if found is None or not found.ready:
        raise Http404
    return with_key(request, unit, lambda keyring: services.grant(
        unit=unit, colleague=found.colleague, by=member, keyring=keyring, seen=request.POST.get("fingerprint", "")))


@require_POST
@fresh.required
def rotate(request: HttpRequest) -> HttpResponse:
    """A new key for a unit that somebody has left, or whose key nobody could sign, and the first of its cases sealed to it."""
    member, unit = reader(request), unit_of(request)
    key = newest(unit)

    def act(keyring: Keyring) -> None:
        if key is None or key.rotate_since is None:
            raise Quicker(unit.code)
        handover.rotate(unit=unit, by=member, keyring=keyring, version=key.version)
        with suppress(custody.KeyMissing):      # nothing is sealed to the unit before the ceremony has signed its key
            handover.rewrap(unit=unit, by=member, keyring=open_keyring(request, member) or keyring)
    return with_key(request, unit, act)


@require_POST
@fresh.required
def rewrap(request: HttpRequest) -> HttpResponse:
    """The next of the unit's cases sealed to its newest key."""
    member, unit = reader(request), unit_of(request)
    return with_key(request, unit, lambda keyring: handover.rewrap(unit=unit, by=member, keyring=keyring))


@require_POST
@fresh.required
def recovery(request: HttpRequest) -> HttpResponse:
    """Seal a unit's key, that was made before the ceremony, to the ceremony's recovery key."""
    member, unit = reader(request), unit_of(request)
    return with_key(request, unit, lambda keyring: custody.seal_to_recovery(custody.current_unit_key(unit), keyring=keyring,
                                                                            actor=actor(member)))


def with_key(request: HttpRequest, unit: Unit, act: Callable[[Keyring], object]) -> HttpResponse:
    """What only an open vault with the unit's key can do; then back to the page. Two members may press at once."""
    keyring = open_keyring(request, reader(request))
    if keyring is None:
        return ask(request, UnlockForm(), request.get_full_path(), waiting.typed(request.POST), status=CONFLICT)
    if unit.pk not in keyring.units:
        raise PermissionDenied
    try:
        act(keyring)
    except (NotHeld, Quicker, custody.NotAMember, custody.KeyMissing):
        said = _("This changed while you were looking, perhaps by a colleague. What is left to do stands below.")
        messages.warning(request, said)
    return redirect("accounts:keys")


def unit_of(request: HttpRequest) -> Unit:
    return get_object_or_404(units_of(reader(request)), pk=uuid_of(request, "unit"))


def uuid_of(request: HttpRequest, name: str) -> UUID:
    try:
        return UUID(request.POST.get(name, ""))
    except ValueError as error:
        raise Http404 from error
