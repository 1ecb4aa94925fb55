"""Opening a member's key into the session, and using it. Signing in does not need it; reading cases does.

A form that needs it while the vault is locked waits under the question for the passphrase, and is offered for sending afterwards.
"""
from collections.abc import Callable
from functools import wraps

from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from cases.audit.services import actor, record
from cases.vault import hpke, parking, passkeys as vault, unseal
from cases.vault.aead import OpenFailed
from cases.vault.custody import KeyMissing
from cases.vault.keyring import Keyring, NotHeld
from cases.vault.models import StaffKey
from cases.vault.parking import Locked
from cases.vault.signing import fingerprint
from cases.vault.turnstile import Busy
from portal.accounts import passkeys, sessions, throttle, waiting
from portal.accounts.forms import UnlockForm, busy
from portal.accounts.models import Passkey, User
from portal.accounts.pages import vault_holder

CONFLICT = 409


# --- opening it -------------------------------------------------------------------------------------------------------
def by_passphrase(request: HttpRequest, member: User, typed: str) -> bytes:
    """The member's private key; else ValidationError, in words.

    Guesses are counted for this session alone: whoever makes them at another desk keeps nobody waiting here.
    """
    session = sessions.own(request)
    if not throttle.may_try(member, session):
        raise ValidationError(_("Too many wrong passphrases. Please wait up to a quarter of an hour."))
    try:
        private = unseal.unlock_staff(member, typed)
    except Busy as error:
        raise ValidationError(busy()) from error
    except (unseal.WrongPassphrase, KeyMissing) as error:
        record("unlock_failed", subject=member.pk, actor=actor(member))
        raise ValidationError(_("This passphrase does not open the vault.")) from error
    throttle.forgive(member, session)
    return private


def open_vault(request: HttpRequest, response: HttpResponse, member: User, private: bytes, **how: object) -> None:
    parking.park(request, response, private)
    record("vault_unlocked", subject=member.pk, actor=actor(member), **how)


def try_passphrase(request: HttpRequest, response: HttpResponse, member: User, typed: str) -> bool:
    """For words that were typed for something else and may be the passphrase too. Raises turnstile.Busy."""
    try:
        private = unseal.unlock_staff(member, typed)
    except (unseal.WrongPassphrase, KeyMissing):
        return False
    open_vault(request, response, member, private)
    return True


def open_vault_by_passkey(request: HttpRequest, response: HttpResponse, member: User, passkey: Passkey, output: bytes) -> bool:
    """By what the passkey's PRF answered; False when that locks nothing, or nothing that opens."""
    try:
        private = unseal.unlock_staff_by_passkey(member, passkey.pk, output)
    except (OpenFailed, KeyMissing):
        return False
    open_vault(request, response, member, private, passkey=passkey.pk)
    return True


# --- using it ---------------------------------------------------------------------------------------------------------
def open_keyring(request: HttpRequest, member: User) -> Keyring | None:
    """The unit keys of a member whose vault is open; None while locked, or when a new pair was made since."""
    private = parking.fetch(request)
    try:
        return unseal.keyring(member, private) if private else None
    except OpenFailed:
        return None


def own_fingerprint(request: HttpRequest) -> str:
    """Of the member's own key, computed from its private half; empty while locked."""
    private = parking.fetch(request)
    return fingerprint(hpke.public_of(private)) if private else ""


# --- while it is locked -----------------------------------------------------------------------------------------------
def keeps_typed(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view may raise Locked, or NotHeld: the form that was sent then waits in the answer."""
    @wraps(view)
    def gate(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
        try:
            return view(request, *args, **kwargs)
        except Locked:
            return ask(request, UnlockForm(), request.get_full_path(), waiting.typed(request.POST), status=CONFLICT)
        except NotHeld:
            trouble = _("The keys that you hold do not open this. A colleague who holds the unit's key can hand it to you.")
            return waiting.again(request, request.get_full_path(), waiting.typed(request.POST), trouble=trouble, status=CONFLICT)
    return gate


def ask(request: HttpRequest, form: UnlockForm, wish: str, fields: waiting.Fields, *, trouble: str = "",
        status: int = 200) -> HttpResponse:
    """The page that asks for the passphrase; `fields` are those of a form that waits."""
    member = vault_holder(request)
    keyless = not StaffKey.objects.filter(member=member).exists()
    return render(request, "accounts/unlock.html", {
        "form": form, "next": wish, "carried": waiting.hidden(fields), "trouble": trouble, "keyless": keyless,
        "written": waiting.written(fields) if keyless else [],
        "place": passkeys.place(request) if vault.salts(member) else None}, status=status)
