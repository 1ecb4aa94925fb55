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
from portal.accounts import passkeys, sessions, throttle
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
    if request.method == "POST" and form.is_valid() and may_try(request, member, form):
        response, session = redirect(destination(next_address(request), member)), sessions.own(request)
        try:
            if open_vault(request, response, member, form.cleaned_data["passphrase"]):
                throttle.forgive(member, session)
                return response
            record("unlock_failed", subject=member.pk, actor=actor(member))
            form.add_error("passphrase", _("This passphrase does not open the vault."))
        except Busy:
            form.add_error(None, busy())
    return unlock_page(request, member, form)


def may_try(request: HttpRequest, member: User, form: UnlockForm) -> bool:
    """Guesses are counted for this session alone: whoever makes them at another desk keeps nobody waiting here."""
    allowed = throttle.may_try(member, sessions.own(request))
    if not allowed:
        form.add_error("passphrase", _("Too many wrong passphrases. Please wait up to a quarter of an hour."))
    return allowed


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
