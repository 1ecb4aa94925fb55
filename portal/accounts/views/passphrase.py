"""Another vault passphrase: the same keys under a new lock; or, when it is lost, new keys that a colleague must grant again."""
from django.contrib import messages
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from cases.handover.selectors import holds_alone
from cases.vault.models import StaffKey
from cases.vault.turnstile import Busy
from portal.accounts import fresh, services, sessions
from portal.accounts.forms import busy
from portal.accounts.models import User
from portal.accounts.pages import keys_of, vault_holder
from portal.accounts.passphrase_forms import ChangePassphraseForm, NewPassphraseForm
from portal.accounts.unlocking import by_passphrase, try_passphrase


@never_cache
@fresh.required
@sensitive_post_parameters("current", "passphrase", "passphrase_again")
def change(request: HttpRequest) -> HttpResponse:
    member, form = vault_holder(request), ChangePassphraseForm(request.POST or None)
    try:
        if request.method == "POST" and form.is_valid():
            private = by_passphrase(request, member, form.cleaned_data["current"])
            services.change_passphrase(member=member, passphrase=form.cleaned_data["passphrase"], private=private,
                                       but=sessions.own(request))
            said = _("Your vault passphrase is changed, and your other sessions have ended. Your keys are the same.")
            messages.success(request, said)
            return redirect(keys_of(member))
    except ValidationError as error:
        form.add_error("current", error)
    except Busy:
        form.add_error(None, busy())
    return render(request, "accounts/passphrase.html", {"form": form, "keyless": keyless(member)})


@never_cache
@fresh.required
@sensitive_post_parameters("passphrase", "passphrase_again")
def lost(request: HttpRequest) -> HttpResponse:
    """A new pair of keys, by the member alone. Whoever is the last to hold a unit's key is kept from throwing it away."""
    member, form = vault_holder(request), NewPassphraseForm(request.POST or None)
    alone = holds_alone(member)
    try:
        if request.method == "POST" and form.is_valid() and not alone:
            services.new_passphrase(member=member, passphrase=form.cleaned_data["passphrase"])
            response = redirect(keys_of(member))
            try_passphrase(request, response, member, form.cleaned_data["passphrase"])
            said = (_("You have a new passphrase and new keys. Ask a colleague to hand you the key of your body.")
                    if member.speaks_for_body else
                    _("You have a new passphrase and new keys. Ask a colleague to hand you the key of your unit."))
            messages.success(request, said)
            return response
    except Busy:
        form.add_error(None, busy())
    except services.LastHolder:
        alone = holds_alone(member)
    return render(request, "accounts/passphrase_lost.html", {"form": form, "alone": alone})


def keyless(member: User) -> bool:
    return not StaffKey.objects.filter(member=member).exists()
