"""Opening the vault for this session, and locking it again."""
import json

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.middleware.csrf import get_token
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from cases.audit.services import actor, record
from cases.vault import parking
from portal.accounts import passkeys, waiting
from portal.accounts.forms import UnlockForm
from portal.accounts.models import User
from portal.accounts.pages import destination, next_address, signed_in, vault_holder
from portal.accounts.passkeys import Refused
from portal.accounts.unlocking import ask, by_passphrase, open_vault, open_vault_by_passkey


@never_cache
@sensitive_post_parameters("passphrase", "credential", "prf")
def unlock(request: HttpRequest) -> HttpResponse:
    """By passphrase or passkey; then back, with what was typed before."""
    member, form, fields = vault_holder(request), UnlockForm(request.POST or None), waiting.carried(request.POST)
    if request.method == "POST" and "credential" in request.POST:
        return unlock_by_passkey(request, member, fields)
    if request.method == "POST" and form.is_valid():
        try:
            opened = HttpResponse()
            open_vault(request, opened, member, by_passphrase(request, member, form.cleaned_data["passphrase"]))
            return onward(request, member, fields, opened)
        except ValidationError as error:
            form.add_error("passphrase", error)
    return ask(request, form, next_address(request), fields)


def unlock_by_passkey(request: HttpRequest, member: User, fields: waiting.Fields) -> HttpResponse:
    opened, output = HttpResponse(), passkeys.prf_output(request.POST.get("prf", ""))
    try:
        passkey = passkeys.use(request, "unlock", request.POST["credential"], member)
        if open_vault_by_passkey(request, opened, member, passkey, output):
            return onward(request, member, fields, opened)
    except Refused:
        pass
    record("unlock_failed", subject=member.pk, actor=actor(member))
    trouble = _("This passkey does not open the vault. Use your passphrase.")
    return ask(request, UnlockForm(), next_address(request), fields, trouble=trouble)


def onward(request: HttpRequest, member: User, fields: waiting.Fields, opened: HttpResponse) -> HttpResponse:
    """Made once the vault is open, so that the page is covered when it locks again."""
    wish = next_address(request)
    response = waiting.again(request, wish, fields) if wish and fields else redirect(destination(wish, member))
    response.cookies.update(opened.cookies)
    return response


@require_http_methods(["GET", "POST"])
@never_cache
def state(request: HttpRequest) -> HttpResponse:
    """For the page itself: seconds until the vault locks, and the forms' token, to whoever it was made for (`of`). A GET changes
    nothing. A POST says that somebody is typing; once the time is up it drops both halves of the key."""
    response = JsonResponse({"seconds": 0})
    own = str(vault_holder(request).pk)
    if request.GET.get("of", own) != own:               # a colleague signed in since, in another tab of this browser
        return response
    if request.method == "POST" and parking.fetch(request) is None:
        parking.lock(request, response)
    response.content = json.dumps({"seconds": parking.seconds_left(request), "token": get_token(request)})
    return response


state.only_looks = True         # type: ignore[attr-defined]   # read by StaffOnly


@require_POST
def lock(request: HttpRequest) -> HttpResponse:
    """Drop the unlocked key; stay signed in."""
    response = redirect("accounts:unlock")
    parking.lock(request, response)
    record("vault_locked", subject=signed_in(request).pk, actor=actor(signed_in(request)))
    return response
