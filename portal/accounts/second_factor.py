"""The second factor: a passkey (portal.accounts.passkeys), six digits from an authenticator app (TOTP, RFC 6238), or one of ten
recovery codes.

Six digits of SHA-1 and 30 seconds, because that is what every authenticator app can do.
"""
import base64
import hashlib
import hmac
import secrets
import time
import unicodedata

from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.conf import settings
from django.db import transaction
from django.utils import timezone

from cases.audit.services import actor, record
from cases.vault import aead
from cases.vault.aead import OpenFailed, Stored
from cases.vault.passkeys import drop_lock
from portal.accounts import alerts
from portal.accounts.models import Passkey, RecoveryCode, SecondFactor, User

STEP_SECONDS, CODE_DIGITS = 30, 6
STEPS_AROUND = 1                # a clock half a minute wrong, or a slow typist
SECRET_BYTES = 20               # RFC 4226, 4: 160 bits
RECOVERY_CODES, RECOVERY_DIGITS = 10, 16        # 53 bits each: too many to try, so no waiting is needed
ISSUER = "Mehfooz"


def required() -> bool:
    """Of every member of staff, except in the demonstration."""
    return not settings.DEMO


def is_set(member: User) -> bool:
    return has_app(member) or Passkey.objects.filter(member=member).exists()


def has_app(member: User) -> bool:
    return SecondFactor.objects.filter(member=member).exists()


def propose(member: User) -> str:
    """A new secret for the app to take up: sealed, base64, for the session of whoever sets it up and for nowhere else. Somebody
    else who knows the password sees another."""
    sealed = aead.seal(_keys()[0], secrets.token_bytes(SECRET_BYTES), belongs=_belongs(member))
    return base64.b64encode(sealed).decode()


def proposed(member: User, proposal: str) -> TOTP:
    return _totp(_open(member, base64.b64decode(proposal)))


def address(member: User, totp: TOTP) -> str:
    """The otpauth:// address that an app on the same telephone opens."""
    return totp.get_provisioning_uri(member.email, ISSUER)


@transaction.atomic
def confirm(member: User, proposal: str, typed: str) -> list[str]:
    """Ten recovery codes, to be shown once, if `typed` is what the app shows for the proposed secret; else none."""
    User.objects.select_for_update().get(pk=member.pk)      # of two who know the password, one sets up a factor
    counter = _counter(proposed(member, proposal), digits(typed))
    if not counter or is_set(member):
        return []
    SecondFactor.objects.create(member=member, secret=base64.b64decode(proposal), last_counter=counter)
    record("second_factor_set", subject=member.pk, actor=actor(member))
    alerts.tell(member, "second_factor_set")
    return new_recovery_codes(member)


@transaction.atomic
def accepts(member: User, typed: str) -> bool:
    """Whether `typed` is a code of this minute or an unused recovery code; either is then used up."""
    code = digits(typed)
    if len(code) == RECOVERY_DIGITS:
        return _use_recovery_code(member, code)
    factor = SecondFactor.objects.filter(member=member).first()
    return factor is not None and _use(factor, code)


@transaction.atomic
def forget(member: User) -> None:
    """The telephone is lost: the next sign-in sets up another."""
    SecondFactor.objects.filter(member=member).delete()
    for passkey in Passkey.objects.filter(member=member):
        drop_lock(credential=passkey.pk, actor="system")
        passkey.delete()
    RecoveryCode.objects.filter(member=member).delete()


def digits(typed: str) -> str:
    """ASCII digits of what was typed in any script; spaces, hyphens and direction marks fall out."""
    return "".join(str(unicodedata.decimal(letter)) for letter in typed if letter.isdecimal())


def grouped(text: str) -> str:
    return " ".join(text[at:at + 4] for at in range(0, len(text), 4))


# --- codes of the app -------------------------------------------------------------------------------------------------
def _use(factor: SecondFactor, code: str) -> bool:
    """The step that fits is used up, and with it all before (RFC 6238, 5.2)."""
    counter = _counter(_totp(_open(factor.member, factor.secret)), code)
    # Of two requests with the same code, the database lets one change the row.
    return bool(SecondFactor.objects.filter(pk=factor.pk, last_counter__lt=counter).update(last_counter=counter))


def _counter(totp: TOTP, code: str) -> int:
    """Which of the steps around now shows this code; 0: none."""
    now = int(time.time()) // STEP_SECONDS
    return next((counter for counter in range(now - STEPS_AROUND, now + STEPS_AROUND + 1)
                 if hmac.compare_digest(totp.generate(counter * STEP_SECONDS), code.encode())), 0)


def _totp(secret: bytes) -> TOTP:
    return TOTP(secret, CODE_DIGITS, SHA1(), STEP_SECONDS)  # noqa: S303  HMAC-SHA-1, as the apps do; collisions do not matter


def _open(member: User, sealed: Stored) -> bytes:
    for key in _keys():
        try:
            return aead.open_blob(key, sealed, belongs=_belongs(member))
        except OpenFailed:
            continue
    raise OpenFailed


# --- recovery codes ---------------------------------------------------------------------------------------------------
@transaction.atomic
def new_recovery_codes(member: User) -> list[str]:
    """Ten codes, to be shown once; those before work no more."""
    codes = [f"{secrets.randbelow(10 ** RECOVERY_DIGITS):0{RECOVERY_DIGITS}}" for _ in range(RECOVERY_CODES)]
    RecoveryCode.objects.filter(member=member).delete()
    RecoveryCode.objects.bulk_create(RecoveryCode(member=member, digest=_digest(_keys()[0], member, code)) for code in codes)
    record("recovery_codes_made", subject=member.pk, actor=actor(member))
    return [grouped(code) for code in codes]


@transaction.atomic
def replace_recovery_codes(member: User) -> list[str]:
    """New ones for a member who had some, who is told."""
    alerts.tell(member, "recovery_codes_made")
    return new_recovery_codes(member)


def _use_recovery_code(member: User, code: str) -> bool:
    digests = [_digest(key, member, code) for key in _keys()]
    used = RecoveryCode.objects.filter(member=member, digest__in=digests, used_at=None).update(used_at=timezone.now())
    if used:
        record("recovery_code_used", subject=member.pk, actor=actor(member),
               left=RecoveryCode.objects.filter(member=member, used_at=None).count())
        alerts.tell(member, "recovery_code_used")
    return bool(used)


def _digest(key: bytes, member: User, code: str) -> str:
    return hmac.new(key, aead.framed(b"recovery-code", member.pk.bytes, code.encode()), hashlib.sha256).hexdigest()


# --- keys -------------------------------------------------------------------------------------------------------------
def _keys() -> list[bytes]:
    """From the deployment's secret, the newest first; the ones before it (SECRET_KEY_FALLBACKS) still open."""
    return [HKDF(SHA256(), aead.KEY_BYTES, salt=None, info=b"mehfooz second factor").derive(secret.encode())
            for secret in [settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS]]


def _belongs(member: User) -> bytes:
    return aead.framed(b"second-factor", member.pk.bytes)
