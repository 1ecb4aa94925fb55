"""Opening the vault for this session, and locking it again."""
import json

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from cases.audit.services import actor, record
from cases.vault import parking
from cases.vault.models import StaffKey
from cases.vault.passkeys import salts
from cases.vault.turnstile import Busy
from portal.accounts import passkeys
from portal.accounts.forms import UnlockForm, busy
from portal.accounts.models import User
from portal.accounts.pages import destination, next_address, reader, signed_in
from portal.accounts.passkeys import Refused
from portal.accounts.unlocking import open_vault, open_vault_by_passkey


@never_cache
@sensitive_post_parameters("passphrase", "credential", "prf")
def unlock(request: HttpRequest) -> HttpResponse:
    member, form = reader(request), UnlockForm(request.POST or None)
    if request.method == "POST" and "credential" in request.POST:
        return unlock_by_passkey(request, member)
    if request.method == "POST" and form.is_valid():
        response = redirect(destination(next_address(request), member))
        try:
            if open_vault(request, response, member, form.cleaned_data["passphrase"]):
                return response
            record("unlock_failed", subject=member.pk, actor=actor(member))
            form.add_error("passphrase", _("This passphrase does not open the vault."))
        except Busy:
            form.add_error(None, busy())
    return unlock_page(request, member, form)


def unlock_by_passkey(request: HttpRequest, member: User) -> HttpResponse:
    response, output = redirect(destination(next_address(request), member)), passkeys.prf_output(request.POST.get("prf", ""))
    try:
        passkey = passkeys.use(request, "unlock", request.POST["credential"], member)
        if open_vault_by_passkey(request, response, member, passkey, output):
            return response
    except Refused:
        pass
    record("unlock_failed", subject=member.pk, actor=actor(member))
    return unlock_page(request, member, UnlockForm(), trouble=_("This passkey does not open the vault. Use your passphrase."))


def unlock_page(request: HttpRequest, member: User, form: UnlockForm, *, trouble: str = "") -> HttpResponse:
    return render(request, "accounts/unlock.html", {
        "form": form, "next": next_address(request), "trouble": trouble,
        "keyless": not StaffKey.objects.filter(member=member).exists(),
        "place": passkeys.place(request) if salts(member) else None})


@require_http_methods(["GET", "POST"])
@never_cache
def state(request: HttpRequest) -> HttpResponse:
    """For the page itself: seconds until the vault locks. A GET changes nothing. A POST says that somebody is typing; once the
    time is up it drops both halves of the key."""
    reader(request)
    response = JsonResponse({})
    if request.method == "POST" and parking.fetch(request) is None:
        parking.lock(request, response)
    response.content = json.dumps({"seconds": parking.seconds_left(request)})
    return response


@require_POST
def lock(request: HttpRequest) -> HttpResponse:
    """Drop the unlocked key; stay signed in."""
    response = redirect("accounts:unlock")
    parking.lock(request, response)
    record("vault_locked", subject=signed_in(request).pk, actor=actor(signed_in(request)))
    return response
