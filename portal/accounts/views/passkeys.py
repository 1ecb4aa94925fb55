"""Passkeys: signing in with one, and keeping one's own (portal.accounts.passkeys)."""
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_POST, require_safe

from cases.vault import parking, passkeys as vault, prf
from cases.vault.custody import KeyMissing
from portal.accounts import arrival, fresh, passkeys, second_factor
from portal.accounts.forms import PasskeyForm, SignInForm, refused_passkey
from portal.accounts.models import Passkey
from portal.accounts.pages import next_address, signed_in, vault_is_here, with_next
from portal.accounts.passkeys import LastFactor, Refused
from portal.accounts.views.entrance import code_page, elsewhere, enrol_page, onward, show_recovery_codes, sign_in_page

SIGN_IN, FACTOR, ENROL = "sign-in", "factor", "enrol"           # purposes of a challenge, on the way in
PROVE, UNLOCK, ADD, ATTACH = "prove", "unlock", "add", "attach"   # and for who is in


# --- on the way in ----------------------------------------------------------------------------------------------------
@login_not_required
@require_POST
@never_cache
def arriving_challenge(request: HttpRequest) -> HttpResponse:
    """For whoever signs in: without a name, or after a right password. Nothing here ever waits."""
    purpose, waiting = request.POST.get("purpose", ""), arrival.of(request)
    step = arrival.step(waiting)
    try:
        if purpose == SIGN_IN:
            options = passkeys.ask(request, SIGN_IN)
            if waiting is None and not request.user.is_authenticated:
                request.session.set_expiry(passkeys.LASTS_SECONDS)      # a session for a challenge, and no longer
        elif waiting and (purpose, step) == (FACTOR, "accounts:code"):
            options = passkeys.ask(request, FACTOR, waiting.member)
        elif waiting and (purpose, step) == (ENROL, "accounts:enrol"):
            options = passkeys.offer(request, waiting.member, ENROL)
        else:
            raise Http404
    except Refused as error:
        raise Http404 from error
    return JsonResponse(options)


@login_not_required
@require_POST
@never_cache
@sensitive_post_parameters("credential")
def sign_in(request: HttpRequest) -> HttpResponse:
    """With a passkey alone: it asked for fingerprint or PIN, so it is both factors."""
    try:
        passkey = passkeys.use(request, SIGN_IN, request.POST.get("credential", ""))
    except Refused:
        form = SignInForm(request)
        return sign_in_page(request, form, trouble=refused_passkey())
    arrival.hold(request, passkey.member, next_address(request))
    return onward(request, arrival.prove(request))


@login_not_required
@require_POST
@never_cache
@sensitive_post_parameters("credential")
def factor(request: HttpRequest) -> HttpResponse:
    """As second factor, after a right password."""
    waiting = arrival.of(request)
    if waiting is None or arrival.step(waiting) != "accounts:code":
        return elsewhere(waiting)
    try:
        passkeys.use(request, FACTOR, request.POST.get("credential", ""), waiting.member)
    except Refused:
        return code_page(request, waiting, trouble=refused_passkey())
    return onward(request, arrival.prove(request))


@login_not_required
@require_POST
@never_cache
@sensitive_post_parameters("credential")
def enrol(request: HttpRequest) -> HttpResponse:
    """A newcomer's second factor is a passkey instead of an app; the recovery codes follow all the same."""
    waiting = arrival.of(request)
    if waiting is None or arrival.step(waiting) != "accounts:enrol":
        return elsewhere(waiting)
    try:
        passkeys.add(request, waiting.member, ENROL, name="", answer=request.POST.get("credential", ""), first=True)
    except Refused:
        return enrol_page(request, waiting, trouble=refused_passkey())
    return show_recovery_codes(request, second_factor.new_recovery_codes(waiting.member))


# --- one's own --------------------------------------------------------------------------------------------------------
@require_safe
@never_cache
@fresh.required
def show(request: HttpRequest) -> HttpResponse:
    return page(request, PasskeyForm())


@require_POST
@never_cache
def challenge(request: HttpRequest) -> HttpResponse:
    """For who is signed in. What the answer may do is decided when it comes."""
    member, purpose = signed_in(request), request.POST.get("purpose", "")
    try:
        if purpose == ADD:
            options = passkeys.offer(request, member, ADD)
        elif purpose == PROVE:
            options = passkeys.ask(request, PROVE, member)
        elif purpose == UNLOCK and vault_is_here():
            options = passkeys.ask(request, UNLOCK, member, vault.salts(member))
        elif purpose == ATTACH and vault_is_here():
            passkey = own(request)
            options = passkeys.ask(request, ATTACH, member, {passkey.pk: prf.salt(passkey.pk)})
        else:
            raise Http404
    except Refused as error:
        raise Http404 from error
    return JsonResponse(options)


@require_POST
@never_cache
@sensitive_post_parameters("credential")
@fresh.required
def add(request: HttpRequest) -> HttpResponse:
    form = PasskeyForm(request.POST)
    if not form.is_valid():
        return page(request, form)
    try:
        passkeys.add(request, signed_in(request), ADD, name=form.cleaned_data["name"], answer=request.POST.get("credential", ""))
    except Refused:
        return page(request, form, trouble=refused_passkey())
    return redirect("accounts:passkeys")


@require_POST
@fresh.required
def remove(request: HttpRequest) -> HttpResponse:
    try:
        passkeys.remove(passkey=own(request), by=signed_in(request))
    except LastFactor:
        return page(request, PasskeyForm(), trouble=_("This is your only second factor. Add another passkey first."))
    return redirect("accounts:passkeys")


@require_POST
@never_cache
@sensitive_post_parameters("credential", "prf")
@fresh.required
def attach(request: HttpRequest) -> HttpResponse:
    """Let a passkey open the vault too. The vault must be open: its key is locked once more, under what the device answered."""
    member, wanted, private = signed_in(request), own(request), parking.fetch(request)
    if private is None:
        return redirect(with_next(reverse("accounts:unlock"), reverse("accounts:passkeys")))
    output = passkeys.prf_output(request.POST.get("prf", ""))
    try:
        passkey = passkeys.use(request, ATTACH, request.POST.get("credential", ""), member)
        if not output or passkey != wanted:
            raise Refused
        vault.keep_lock(member=member, credential=passkey.pk, output=output, private=private)
    except (Refused, KeyMissing):
        return page(request, PasskeyForm(), trouble=_("This passkey cannot open the vault. Your passphrase still can."))
    return redirect("accounts:passkeys")


def page(request: HttpRequest, form: PasskeyForm, *, trouble: str = "") -> HttpResponse:
    member = signed_in(request)
    opens = set(vault.salts(member)) if vault_is_here() else set()
    return render(request, "accounts/passkeys.html", {
        "passkeys": [(each, each.pk in opens) for each in member.passkeys.all()], "form": form, "trouble": trouble,
        "place": passkeys.place(request), "has_vault": vault_is_here() and member.has_vault})


def own(request: HttpRequest) -> Passkey:
    """The member's own passkey that a form names; else 404."""
    try:
        pk = UUID(request.POST.get("passkey", ""))
    except ValueError as error:
        raise Http404 from error
    return get_object_or_404(signed_in(request).passkeys, pk=pk)
