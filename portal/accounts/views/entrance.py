"""Signing in takes a password and a second factor. Unlocking is a separate act: locked staff see metadata only."""
from dataclasses import replace

from django.contrib.auth import login, logout
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST

from cases.audit.services import actor, record
from cases.units.selectors import units_of
from cases.vault import parking
from cases.vault.turnstile import Busy
from portal.accounts import alerts, arrival, device, fresh, passkeys, second_factor, services
from portal.accounts.arrival import Arrival
from portal.accounts.forms import BeginForm, CodeForm, EnrolForm, SignInForm, busy
from portal.accounts.models import User
from portal.accounts.pages import destination, next_address, remember_language, signed_in, vault_is_here, with_next
from portal.accounts.unlocking import try_passphrase


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
    return sign_in_page(request, form)


def sign_in_page(request: HttpRequest, form: SignInForm, *, trouble: str = "") -> HttpResponse:
    return render(request, "accounts/sign_in.html", {
        "form": form, "next": next_address(request), "place": passkeys.place(request), "trouble": trouble})


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
    return code_page(request, waiting)


def code_page(request: HttpRequest, waiting: Arrival, form: CodeForm | None = None, *, trouble: str = "") -> HttpResponse:
    return render(request, "accounts/code.html", {
        "form": form or CodeForm(request, waiting.member), "trouble": trouble, "app": second_factor.has_app(waiting.member),
        "place": passkeys.place(request) if waiting.member.passkeys.exists() else None})


def try_code(request: HttpRequest, waiting: Arrival, passphrase: str = "") -> HttpResponse:
    form = CodeForm(request, waiting.member, request.POST)
    if form.is_valid():
        return onward(request, arrival.prove(request), passphrase)
    return code_page(request, waiting, form)


@login_not_required
@never_cache
@sensitive_post_parameters("code")
def enrol(request: HttpRequest) -> HttpResponse:
    """Set up the authenticator app; the recovery codes are in the answer to the right code, and nowhere else."""
    waiting = arrival.of(request)
    if waiting is None or arrival.step(waiting) != "accounts:enrol":
        return elsewhere(waiting)
    form = EnrolForm(waiting.member, waiting.proposal, request.POST or None)
    if request.method == "POST" and form.is_valid():
        return show_recovery_codes(request, form.recovery_codes)
    return enrol_page(request, waiting, form)


def show_recovery_codes(request: HttpRequest, codes: list[str]) -> HttpResponse:
    """In, or on to what is owed next; the codes are in this answer and nowhere else."""
    response = onward(request, arrival.prove(request))
    page = render(request, "accounts/recovery_codes.html", {"codes": codes, "onward": response["Location"]})
    page.cookies.update(response.cookies)
    return page


def enrol_page(request: HttpRequest, waiting: Arrival, form: EnrolForm | None = None, *, trouble: str = "") -> HttpResponse:
    address = second_factor.address(waiting.member, second_factor.proposed(waiting.member, waiting.proposal))
    return render(request, "accounts/enrol.html", {
        "form": form or EnrolForm(waiting.member, waiting.proposal), "address": address, "secret": secret_in(address),
        "place": passkeys.place(request), "trouble": trouble})


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
            return onward(request, to_practice(arrival.of(request)), passphrase)
    except Busy:
        form.add_error(None, busy())
    return render(request, "accounts/begin.html", {"form": form})


def to_practice(waiting: Arrival | None) -> Arrival | None:
    """Who begins in the practice unit is led to the page of the first day, unless another page was asked for."""
    if waiting is None or waiting.next or not (vault_is_here() and waiting.member.reads_cases):
        return waiting
    practises = units_of(waiting.member).filter(practice=True).exists()
    return replace(waiting, next=reverse("triage:first_day")) if practises else waiting


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
    fresh.stamp(request)
    record("signed_in", subject=member.pk, actor=actor(member))
    if not device.known(request, member):
        alerts.tell(member, "signed_in")
    response = redirect(destination(wish, member))
    device.remember(request, response, member)
    remember_language(response, member.language)
    if member.has_vault and vault_is_here() and not opened(request, response, member, passphrase):
        response["Location"] = with_next(reverse("accounts:unlock"), wish)
    return response


def opened(request: HttpRequest, response: HttpResponse, member: User, passphrase: str) -> bool:
    try:
        return bool(passphrase) and try_passphrase(request, response, member, passphrase)
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
