"""Opening the vault for this session, and locking it again."""
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from cases.audit.services import actor, record
from cases.vault import parking
from cases.vault.models import StaffKey
from cases.vault.turnstile import Busy
from portal.accounts.forms import UnlockForm, busy
from portal.accounts.pages import destination, next_address, reader, signed_in
from portal.accounts.unlocking import open_vault


@never_cache
@sensitive_post_parameters("passphrase")
def unlock(request: HttpRequest) -> HttpResponse:
    member, form = reader(request), UnlockForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        response = redirect(destination(next_address(request), member))
        try:
            if open_vault(request, response, member, form.cleaned_data["passphrase"]):
                return response
            record("unlock_failed", subject=member.pk, actor=actor(member))
            form.add_error("passphrase", _("This passphrase does not open the vault."))
        except Busy:
            form.add_error(None, busy())
    keyless = not StaffKey.objects.filter(member=member).exists()
    return render(request, "accounts/unlock.html", {"form": form, "next": next_address(request), "keyless": keyless})


@require_POST
def lock(request: HttpRequest) -> HttpResponse:
    """Drop the unlocked key; stay signed in."""
    response = redirect("accounts:unlock")
    parking.lock(request, response)
    record("vault_locked", subject=signed_in(request).pk, actor=actor(signed_in(request)))
    return response
