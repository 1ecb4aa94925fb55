"""A member's own password and recovery codes."""
from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters

from cases.vault import parking
from cases.vault.turnstile import Busy
from portal.accounts import fresh, second_factor, services, sessions
from portal.accounts.forms import PasswordForm, busy
from portal.accounts.models import RecoveryCode
from portal.accounts.pages import signed_in


@never_cache
@sensitive_post_parameters("password", "password_again")
@fresh.required
def password(request: HttpRequest) -> HttpResponse:
    """A new password ends every other session; this one goes on, with its vault as it was."""
    member = signed_in(request)
    form = PasswordForm(member, request.POST or None)
    try:
        if request.method == "POST" and form.is_valid():
            services.change_password(member=member, password=form.cleaned_data["password"], but=sessions.own(request))
            return still_here(request)
    except Busy:
        form.add_error(None, busy())
    return render(request, "accounts/password.html", {"form": form})


def still_here(request: HttpRequest) -> HttpResponse:
    """The session gets a new name, to which the vault is parked anew."""
    response, private = redirect("accounts:home"), parking.fetch(request)
    update_session_auth_hash(request, signed_in(request))
    if private:
        parking.park(request, response, private)
    return response


@never_cache
@fresh.required
def recovery_codes(request: HttpRequest) -> HttpResponse:
    """How many are left; a POST makes ten new ones, which are in its answer and nowhere else."""
    member = signed_in(request)
    if request.method == "POST":
        codes = second_factor.replace_recovery_codes(member)
        return render(request, "accounts/recovery_codes.html", {"codes": codes, "onward": "/desk/account/"})
    left = RecoveryCode.objects.filter(member=member, used_at=None).count()
    return render(request, "accounts/recovery_codes_left.html", {"left": left})
