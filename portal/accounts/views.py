"""Signing in and unlocking are separate acts: locked staff see metadata only."""
from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language, gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from cases.audit.services import actor, record
from cases.permissions import Permission
from cases.vault import parking
from cases.vault.turnstile import Busy
from portal.accounts.forms import SignInForm, UnlockForm
from portal.accounts.models import User
from portal.accounts.pages import home_of
from portal.accounts.unlocking import open_vault


def signed_in(request: HttpRequest) -> User:
    """The member behind a request that StaffOnly let through."""
    assert isinstance(request.user, User)  # noqa: S101  for the type checker; StaffOnly decides
    return request.user


def next_address(request: HttpRequest) -> str:
    """Where to go afterwards: only to our own pages."""
    wish = request.POST.get("next") or request.GET.get("next") or ""
    return wish if url_has_allowed_host_and_scheme(wish, allowed_hosts={request.get_host()}) else ""


@login_not_required
@never_cache
@sensitive_post_parameters("password")
def sign_in(request: HttpRequest) -> HttpResponse:
    form = SignInForm(request, request.POST or None)
    if request.method == "POST" and form.is_valid() and form.user is not None:
        login(request, form.user)
        record("signed_in", subject=form.user.pk, actor=actor(form.user))
        response = redirect(next_address(request) or home_of(form.user))
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, form.user.language, secure=settings.SECURE, httponly=True,
                            samesite="Strict")
        if open_vault(request, response, form.user, form.cleaned_data["password"]):
            return response
        if form.user.may(Permission.READ_CASES):
            return with_next(redirect("accounts:unlock"), request)
        return response
    return render(request, "accounts/sign_in.html", {"form": form, "next": next_address(request)})


def with_next(response: HttpResponse, request: HttpRequest) -> HttpResponse:
    if wish := next_address(request):
        response["Location"] += f"?next={wish}"
    return response


@never_cache
@sensitive_post_parameters("passphrase")
def unlock(request: HttpRequest) -> HttpResponse:
    member, form = signed_in(request), UnlockForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        response = redirect(next_address(request) or home_of(member))
        try:
            if open_vault(request, response, member, form.cleaned_data["passphrase"]):
                return response
            form.add_error("passphrase", _("This passphrase does not open the vault."))
        except Busy:
            form.add_error(None, _("Many people are signing in just now. Please try again in a moment."))
    return render(request, "accounts/unlock.html", {"form": form, "next": next_address(request)})


@require_POST
def lock(request: HttpRequest) -> HttpResponse:
    """Drop the unlocked key; stay signed in."""
    response = redirect("accounts:unlock")
    parking.lock(request, response)
    record("vault_locked", subject=signed_in(request).pk, actor=actor(signed_in(request)))
    return response


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    record("signed_out", subject=signed_in(request).pk, actor=actor(signed_in(request)))
    response = redirect("accounts:sign_in")
    parking.lock(request, response)
    logout(request)
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Staff pages have one address in both languages; the choice rests with the member."""
    code, member = request.POST.get("language", ""), signed_in(request)
    response = redirect(next_address(request) or home_of(member))
    if code in dict(settings.LANGUAGES) and check_for_language(code):
        User.objects.filter(pk=member.pk).update(language=code)
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, code, secure=settings.SECURE, httponly=True, samesite="Strict")
    return response


def home(request: HttpRequest) -> HttpResponse:
    """For roles without a queue: what this account may do, and where."""
    return render(request, "accounts/home.html", {"member": signed_in(request)})
