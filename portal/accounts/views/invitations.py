"""Beginning by a link: a password of one's own, then what signing in asks for (portal.accounts.arrival)."""
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from cases.vault.turnstile import Busy
from portal.accounts import arrival, invitations
from portal.accounts.forms import busy
from portal.accounts.people_forms import AcceptForm
from portal.accounts.views.entrance import onward


@login_not_required
@never_cache
@sensitive_variables("token")
@sensitive_post_parameters("password", "password_again")
def accept(request: HttpRequest, token: str) -> HttpResponse:
    """Looking at the page uses nothing up: mail programs open links before people do."""
    row = invitations.valid(token).select_related("member").first()
    if row is None:
        return render(request, "accounts/invitation_void.html", status=404)
    form = AcceptForm(request.POST or None)
    try:
        if request.method == "POST" and form.is_valid():
            member = invitations.accept(token=token, password=form.cleaned_data["password"])
            if member is None:                          # somebody was faster
                return render(request, "accounts/invitation_void.html", status=404)
            return onward(request, arrival.hold(request, member, ""), form.cleaned_data["password"])
    except Busy:
        form.add_error(None, busy())
    return render(request, "accounts/invitation.html", {"form": form, "email": row.member.email})
