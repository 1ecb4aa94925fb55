"""Signing in takes a password and a second factor. Unlocking is a separate act: locked staff see metadata only."""
from typing import Any
from urllib.parse import urlencode
from uuid import UUID

from django.conf import settings
from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import check_for_language, gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from cases.audit.services import actor, record
from cases.units.selectors import units_of
from cases.vault import parking
from cases.vault.keyring import NotHeld
from cases.vault.models import StaffKey
from cases.vault.turnstile import Busy
from portal.accounts import arrival, second_factor, selectors, services
from portal.accounts.arrival import Arrival
from portal.accounts.forms import BeginForm, CodeForm, EnrolForm, SignInForm, UnlockForm, busy
from portal.accounts.models import User
from portal.accounts.pages import destination, vault_is_here
from portal.accounts.unlocking import open_keyring, open_vault


def signed_in(request: HttpRequest) -> User:
    """The member behind a request that StaffOnly let through."""
    assert isinstance(request.user, User)  # noqa: S101  for the type checker; StaffOnly decides
    return request.user


def reader(request: HttpRequest) -> User:
    """The member, if cases are theirs to read; else 403."""
    if not signed_in(request).reads_cases:
        raise PermissionDenied
    return signed_in(request)


def next_address(request: HttpRequest) -> str:
    """Where to go afterwards: only to our own pages."""
    wish = request.POST.get("next") or request.GET.get("next") or ""
    ours = url_has_allowed_host_and_scheme(wish, allowed_hosts={request.get_host()}, require_https=request.is_secure())
    return wish if ours else ""


def with_next(address: str, wish: str) -> str:
    return f"{address}?{urlencode({'next': wish})}" if wish else address


# --- signing in -------------------------------------------------------------------------------------------------------
@login_not_required
@never_cache
@sensitive_post_parameters("password", "code")
def sign_in(request: HttpRequest) -> HttpResponse:
    form = SignInForm(request, request.POST or None)
    if request.method == "POST" and form.is_valid() and form.user is not None:
        waiting, typed = arrival.hold(request, form.user, next_address(request)), form.cleaned_data["password"]
        if form.cleaned_data.get("code") and arrival.step(waiting) == "accounts:code":
            return try_code(request, waiting, typed)
        return onward(request, waiting, typed)
    return render(request, "accounts/sign_in.html", {"form": form, "next": next_address(request)})


@login_not_required
@never_cache
@sensitive_post_parameters("code")
def code(request: HttpRequest) -> HttpResponse:
    """The second factor on a page of its own, for who left it out or mistyped it."""
    waiting = arrival.of(request)
    if waiting is None or arrival.step(waiting) != "accounts:code":
        return elsewhere(waiting)
    if request.method == "POST":
        return try_code(request, waiting)
    return render(request, "accounts/code.html", {"form": CodeForm(waiting.member)})


def try_code(request: HttpRequest, waiting: Arrival, passphrase: str = "") -> HttpResponse:
    form = CodeForm(waiting.member, request.POST)
    if form.is_valid():
        return onward(request, arrival.prove(request), passphrase)
    return render(request, "accounts/code.html", {"form": form})


@login_not_required
@never_cache
@sensitive_post_parameters("code")
def enrol(request: HttpRequest) -> HttpResponse:
    """Set up the authenticator app; the recovery codes are in the answer to the right code, and nowhere else."""
    waiting = arrival.of(request)
    if waiting is None or arrival.step(waiting) != "accounts:enrol":
        return elsewhere(waiting)
    totp, form = second_factor.proposed(waiting.member), EnrolForm(waiting.member, request.POST or None)
    if totp is None:
        return redirect("accounts:sign_in")
    if request.method == "POST" and form.is_valid():
        response = onward(request, arrival.prove(request))
        page = render(request, "accounts/recovery_codes.html", {"codes": form.recovery_codes, "onward": response["Location"]})
        page.cookies.update(response.cookies)
        return page
    address = second_factor.address(waiting.member, totp)
    return render(request, "accounts/enrol.html", {"form": form, "address": address, "secret": secret_in(address)})


def secret_in(address: str) -> str:
    """The secret as an app wants it typed: base32, in groups."""
    return second_factor.grouped(address.partition("secret=")[2].partition("&")[0])


@login_not_required
@never_cache
@sensitive_post_parameters("password", "password_again", "passphrase", "passphrase_again")
def begin(request: HttpRequest) -> HttpResponse:
    """At the first sign-in: a password of one's own and a vault passphrase, from which the member's keys are made."""
    waiting = arrival.of(request)
    if waiting is None or arrival.step(waiting) != "accounts:begin":
        return elsewhere(waiting)
    member = waiting.member
    form = BeginForm(member, request.POST or None, password=member.must_change_password,
                     passphrase=arrival.owes_passphrase(member))
    try:
        if request.method == "POST" and form.is_valid():
            passphrase = form.cleaned_data.get("passphrase", "")
            services.begin(member=member, password=form.cleaned_data.get("password", ""), passphrase=passphrase)
            return onward(request, arrival.of(request), passphrase)
    except Busy:
        form.add_error(None, busy())
    return render(request, "accounts/begin.html", {"form": form})


def elsewhere(waiting: Arrival | None) -> HttpResponse:
    return redirect(arrival.step(waiting) or "accounts:sign_in")


def onward(request: HttpRequest, waiting: Arrival | None, passphrase: str = "") -> HttpResponse:
    """To the page that is owed next, or in."""
    owed = arrival.step(waiting)
    if owed or waiting is None:
        return redirect(owed)
    return enter(request, waiting.member, waiting.next, passphrase)


def enter(request: HttpRequest, member: User, wish: str, passphrase: str) -> HttpResponse:
    """Signed in from now on. The vault opens too if the passphrase is what was typed last."""
    arrival.end(request)
    login(request, member)              # before the key is parked: it is bound to the session that begins here
    record("signed_in", subject=member.pk, actor=actor(member))
    response = redirect(destination(wish, member))
    remember_language(response, member.language)
    if member.reads_cases and vault_is_here() and not opened(request, response, member, passphrase):
        response["Location"] = with_next(reverse("accounts:unlock"), wish)
    return response


def opened(request: HttpRequest, response: HttpResponse, member: User, passphrase: str) -> bool:
    try:
        return bool(passphrase) and open_vault(request, response, member, passphrase)
    except Busy:
        return False


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    record("signed_out", subject=signed_in(request).pk, actor=actor(signed_in(request)))
    response = redirect("accounts:sign_in")
    parking.lock(request, response)
    logout(request)
    response["Clear-Site-Data"] = '"cache", "storage"'
    return response


# --- the vault --------------------------------------------------------------------------------------------------------
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


@require_safe
@never_cache
def keys(request: HttpRequest) -> HttpResponse:
    """Who waits for a key of the member's units."""
    return keys_page(request, reader(request))


def keys_page(request: HttpRequest, member: User, **more: Any) -> HttpResponse:
    keyring = open_keyring(request, member)
    return render(request, "accounts/keys.html", {"units": selectors.keys_of(member, keyring), "locked": keyring is None, **more})


@require_POST
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


# --- the account ------------------------------------------------------------------------------------------------------
@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Staff pages have one address in both languages; the choice rests with the member."""
    chosen, member = request.POST.get("language", ""), signed_in(request)
    response = redirect(destination(next_address(request), member))
    if chosen in dict(settings.LANGUAGES) and check_for_language(chosen):
        User.objects.filter(pk=member.pk).update(language=chosen)
        remember_language(response, chosen)
    return response


def remember_language(response: HttpResponse, chosen: str) -> None:
    """For staff pages only: the public's language is in the path."""
    response.set_cookie(settings.LANGUAGE_COOKIE_NAME, chosen, path=settings.LANGUAGE_COOKIE_PATH, secure=settings.SECURE,
                        httponly=True, samesite="Strict")


@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """For roles without a queue: what this account may do, and where."""
    return render(request, "accounts/home.html", {"member": signed_in(request)})
