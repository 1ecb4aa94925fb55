"""Passkeys (WebAuthn Level 3, https://www.w3.org/TR/webauthn-3/): a key pair in the member's device, bound to our address.

Each asks for fingerprint, face or PIN ("user verification"), so one is two factors at once: it signs in alone, or stands second
after a password. A copied page gets nothing, because the browser signs the address it sees. We ask for no attestation: which
device a member owns is not ours to know.

A ceremony has two requests. The first keeps a challenge in the session, for one purpose, one use and five minutes; the second
brings the device's answer as JSON in a form field.
"""
import ipaddress
import json
import os
import time
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone
from webauthn import (
    generate_authentication_options,
    generate_registration_options,
    verify_authentication_response,
    verify_registration_response,
)
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url, options_to_json_dict, parse_client_data_json
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    AuthenticatorTransport,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from cases.audit.services import actor, record
from cases.vault import passkeys as vault, prf
from portal.accounts import alerts, second_factor
from portal.accounts.models import Passkey, User
from portal.accounts.pages import vault_is_here

CEREMONY = "passkey"            # in the session: [purpose, member or "", challenge (hex), begun (Unix seconds)]
LASTS_SECONDS = 300
MOST = 10                       # for one member
NAME = "Mehfooz"
TRANSPORTS = {each.value for each in AuthenticatorTransport}
MALFORMED = (WebAuthnException, ValueError, KeyError, TypeError, AttributeError, IndexError, RecursionError)
Options = dict[str, Any]


class Refused(Exception):
    """What the browser answered proves nothing here: another address, purpose or device, too late, or used before."""


class LastFactor(Exception):
    """It is the only second factor that its member has."""


@dataclass(frozen=True)
class Place:
    """Where our passkeys work: the address that browsers must report, and the name that devices file them under."""
    origin: str
    rp_id: str


def place(request: HttpRequest) -> Place | None:
    """None where browsers know no passkeys: under a number for an address, over plain http, or outside PASSKEY_RP_ID."""
    origin = settings.ORIGINS["cms" if settings.PORTAL_ROLE == "cms" else "desk"]
    if settings.DEMO and request.get_host().partition(":")[0] == "localhost":
        origin = f"http://{request.get_host()}"         # tried out under either name of this machine; only one has passkeys
    address = urlsplit(origin)
    host = address.hostname or ""
    rp_id = settings.PASSKEY_RP_ID or (host if host == "localhost" else urlsplit(settings.ORIGINS["desk"]).hostname or "")
    named = not is_number(host) and (host == rp_id or host.endswith(f".{rp_id}"))
    safe = address.scheme == "https" or host == "localhost"
    return Place(origin, rp_id) if named and safe else None


def is_number(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


# --- a new passkey ----------------------------------------------------------------------------------------------------
def offer(request: HttpRequest, member: User, purpose: str) -> Options:
    """What navigator.credentials.create() is asked, for a member who adds a passkey."""
    where = _place(request)
    verified = AuthenticatorSelectionCriteria(resident_key=ResidentKeyRequirement.REQUIRED,
                                              user_verification=UserVerificationRequirement.REQUIRED)
    options = options_to_json_dict(generate_registration_options(
        rp_id=where.rp_id, rp_name=NAME, user_id=member.pk.bytes, user_name=member.email, user_display_name=member.name,
        challenge=_begin(request, purpose, member), timeout=LASTS_SECONDS * 1000, authenticator_selection=verified,
        exclude_credentials=[_described(each) for each in member.passkeys.all()]))
    return {**options, "extensions": {"prf": {}}}


def add(request: HttpRequest, member: User, purpose: str, *, name: str, answer: str, first: bool = False) -> Passkey:
    """Keep what create() answered (JSON). `first`: only if there is no second factor yet. Raises Refused."""
    where, challenge = _place(request), _end(request, purpose, member)
    try:
        heard = json.loads(answer)
        same_page(heard)
        found = verify_registration_response(
            credential=heard, expected_challenge=challenge, expected_rp_id=where.rp_id, expected_origin=where.origin,
            require_user_verification=True)
        transports = sorted(TRANSPORTS.intersection(heard["response"].get("transports") or []))
        can_unlock = heard.get("clientExtensionResults", {}).get("prf", {}).get("enabled") is True
    except MALFORMED as error:
        raise Refused from error
    return _kept(member, Passkey(
        member=member, name=name, credential=found.credential_id, public=found.credential_public_key, counter=found.sign_count,
        transports=transports, can_unlock=can_unlock), first=first)


@transaction.atomic
def _kept(member: User, passkey: Passkey, *, first: bool) -> Passkey:
    User.objects.select_for_update().get(pk=member.pk)      # two at once count each other
    known = Passkey.objects.filter(credential=passkey.credential).exists()
    if known or (first and second_factor.is_set(member)) or Passkey.objects.filter(member=member).count() >= MOST:
        raise Refused
    passkey.save(force_insert=True)
    record("passkey_added", subject=member.pk, actor=actor(member), passkey=passkey.pk)
    alerts.tell(member, "passkey_added")
    return passkey


@transaction.atomic
def remove(*, passkey: Passkey, by: User) -> None:
    """Raises LastFactor where a second factor is required and there is no other."""
    member = User.objects.select_for_update().get(pk=passkey.member_id)
    others = second_factor.has_app(member) or Passkey.objects.filter(member=member).exclude(pk=passkey.pk).exists()
    if second_factor.required() and not others:
        raise LastFactor
    if vault_is_here():             # the CMS's database role knows no vault; those who have one remove passkeys at the desk
        vault.drop_lock(credential=passkey.pk, actor=actor(by))
    record("passkey_removed", subject=passkey.member_id, actor=actor(by), passkey=passkey.pk)
    alerts.tell(member, "passkey_removed")
    passkey.delete()


# --- a proof ----------------------------------------------------------------------------------------------------------
def ask(request: HttpRequest, purpose: str, member: User | None = None, salts: dict[UUID, bytes] | None = None) -> Options:
    """What navigator.credentials.get() is asked. Without `member` the device says whose it is. `salts` (passkey → 32 bytes) asks
    those passkeys, and no others, for what their PRF answers."""
    where, own = _place(request), list(member.passkeys.all()) if member else []
    asked = [each for each in own if salts is None or each.pk in salts]
    options = options_to_json_dict(generate_authentication_options(
        rp_id=where.rp_id, challenge=_begin(request, purpose, member), timeout=LASTS_SECONDS * 1000,
        allow_credentials=[_described(each) for each in asked], user_verification=UserVerificationRequirement.REQUIRED))
    if salts is None:
        return options
    by_credential = {bytes_to_base64url(bytes(each.credential)): {"first": bytes_to_base64url(salts[each.pk])} for each in asked}
    return {**options, "extensions": {"prf": {"evalByCredential": by_credential}}}


def use(request: HttpRequest, purpose: str, answer: str, member: User | None = None) -> Passkey:
    """The passkey that answered (JSON), and with it whose it is. Raises Refused."""
    where, challenge = _place(request), _end(request, purpose, member)
    try:
        heard = json.loads(answer)
        passkey = Passkey.objects.select_related("member").filter(credential=base64url_to_bytes(heard["id"])).first()
    except MALFORMED as error:
        raise Refused from error
    if passkey is None or not passkey.member.is_active or (member is not None and passkey.member_id != member.pk):
        raise Refused
    try:
        same_page(heard)
        whose = heard["response"].get("userHandle")
        found = verify_authentication_response(
            credential=heard, expected_challenge=challenge, expected_rp_id=where.rp_id, expected_origin=where.origin,
            credential_public_key=bytes(passkey.public), credential_current_sign_count=0, require_user_verification=True)
        if whose and base64url_to_bytes(whose) != passkey.member_id.bytes:
            raise Refused
    except (*MALFORMED, Refused) as error:
        record("sign_in_failed", subject=passkey.member_id, actor="system", what="passkey")
        raise Refused from error
    _count(passkey, found.new_sign_count)
    return passkey


def _count(passkey: Passkey, counter: int) -> None:
    """A counter only goes up (WebAuthn 6.1.1); the database lets one of two equal answers pass. Some devices do not count."""
    rows = Passkey.objects.filter(pk=passkey.pk)
    rows = rows.filter(counter__lt=counter) if counter else rows.filter(counter=0)
    if not rows.update(counter=counter, used_at=timezone.now()):
        record("passkey_copied", subject=passkey.member_id, actor="system", passkey=passkey.pk)
        raise Refused


def same_page(heard: Any) -> None:
    """Refused when another site's page asked, with ours in a frame of it."""
    if parse_client_data_json(base64url_to_bytes(heard["response"]["clientDataJSON"])).cross_origin:
        raise Refused


def prf_output(typed: str) -> bytes:
    """The 32 bytes that came with an answer; empty when the device gave none."""
    try:
        output = base64url_to_bytes(typed)
    except ValueError:
        return b""
    return output if len(output) == prf.OUTPUT_BYTES else b""


# --- the challenge ----------------------------------------------------------------------------------------------------
def _begin(request: HttpRequest, purpose: str, member: User | None) -> bytes:
    challenge = os.urandom(32)
    request.session[CEREMONY] = [purpose, str(member.pk) if member else "", challenge.hex(), int(time.time())]
    return challenge


def _end(request: HttpRequest, purpose: str, member: User | None) -> bytes:
    """The challenge, once: it is gone whatever comes of it."""
    begun_for, whose, challenge, since = request.session.pop(CEREMONY, ["", "", "", 0])
    fits = (begun_for, whose) == (purpose, str(member.pk) if member else "")
    if not fits or not 0 <= int(time.time()) - since < LASTS_SECONDS:
        raise Refused
    return bytes.fromhex(challenge)


def _place(request: HttpRequest) -> Place:
    where = place(request)
    if where is None:
        raise Refused
    return where


def _described(passkey: Passkey) -> PublicKeyCredentialDescriptor:
    transports = [AuthenticatorTransport(each) for each in passkey.transports]
    return PublicKeyCredentialDescriptor(id=bytes(passkey.credential), transports=transports)
