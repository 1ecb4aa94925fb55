"""Opening keys. Only the rooms named in the contract "only named rooms decrypt" may import this module."""
from collections.abc import Callable
from uuid import UUID

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser

from cases.vault import bodies, hpke, passphrase as passphrases, prf
from cases.vault.aead import OpenFailed
from cases.vault.custody import WORKER, KeyMissing, Recipient, chain_context, grant_context
from cases.vault.keyring import Keyring, NotHeld
from cases.vault.models import BodyGrant, DataKey, KeyGrant, PasskeyLock, StaffKey, UnitKey

__all__ = ["Keyring", "NotHeld", "OpenFailed", "WrongPassphrase", "body_keyring", "key_for_body",
           "key_for_reporter", "key_for_unit", "key_for_worker", "keyring",
           "unlock_staff", "unlock_staff_by_passkey"]


class WrongPassphrase(Exception):
    """The passphrase does not open the member's key."""


def unlock_staff(member: AbstractBaseUser, passphrase: str) -> bytes:
    """The member's private key (32 bytes). Raises WrongPassphrase, custody.KeyMissing, turnstile.Busy."""
    key = StaffKey.objects.filter(member_id=member.pk).first()
    if key is None:
        raise KeyMissing(f"member {member.pk} has no key")
    try:
        return passphrases.unlock(passphrase, key.salt, key.locked, member=member.pk, public=key.public)
    except OpenFailed as error:
        raise WrongPassphrase from error


def unlock_staff_by_passkey(member: AbstractBaseUser, credential: UUID, output: bytes) -> bytes:
    """The member's private key (32 bytes), by what a passkey's PRF answered. Raises OpenFailed, custody.KeyMissing."""
    key = StaffKey.objects.filter(member_id=member.pk).first()
    lock = PasskeyLock.objects.filter(member_id=member.pk, credential=credential).first()
    if key is None or lock is None:
        raise KeyMissing(f"member {member.pk} has no such lock")
    return prf.unlock(output, lock.locked, member=member.pk, credential=credential, public=key.public)


def keyring(member: AbstractBaseUser, private: bytes) -> Keyring:
    """Every unit key the member holds by a grant, and every earlier version sealed to one of those.

    Raises OpenFailed when `private` is not the member's key any more (a new pair was made since): treat it as locked.
    """
    units: dict[UUID, dict[int, bytes]] = {}
    for grant in KeyGrant.objects.filter(member_id=member.pk).select_related("key"):
        opened = hpke.open_blob(private, grant.sealed, info=grant_context(grant.key, member.pk))
        units.setdefault(grant.key.unit_id, {})[grant.key.version] = opened
    for key in UnitKey.objects.filter(unit__in=list(units), sealed_to_next__isnull=False).order_by("-version"):
        held = units[key.unit_id]
        if key.version not in held and key.version + 1 in held and key.sealed_to_next is not None:
            held[key.version] = hpke.open_blob(held[key.version + 1], key.sealed_to_next, info=chain_context(key))
    return Keyring(member.pk, units, hpke.public_of(private))


def body_keyring(member: AbstractBaseUser, private: bytes) -> Keyring:
    """The same of a partner body's key, by body: every version that was granted to whoever speaks for it. Raises OpenFailed."""
    held: dict[UUID, dict[int, bytes]] = {}
    for grant in BodyGrant.objects.filter(member_id=member.pk).select_related("key"):
        opened = hpke.open_blob(private, grant.sealed, info=bodies.grant_context(grant.key, member.pk))
        held.setdefault(grant.key.body, {})[grant.key.version] = opened
    return Keyring(member.pk, held, hpke.public_of(private))


def key_for_unit(data_key: DataKey, *, case: UUID, keyring: Keyring) -> bytes:
    """The data key, for a member whose keyring has a unit it is sealed to; else NotHeld. Prefetch `wraps` for lists."""
    return _open(data_key, case, Recipient.UNIT, lambda unit, version: keyring.private(UUID(unit), version))


def key_for_reporter(data_key: DataKey, *, case: UUID, private: bytes) -> bytes:
    """The data key, for the reporter of `case`; NotHeld if it was never sealed to a reporter."""
    return _open(data_key, case, Recipient.REPORTER, lambda _recipient, _version: private)


def key_for_body(data_key: DataKey, *, shown: UUID, keyring: Keyring) -> bytes:
    """The data key of what was put before a body, for a keyring of that body; else NotHeld."""
    return _open(data_key, shown, Recipient.BODY, lambda body, version: keyring.private(UUID(body), version))


def key_for_worker(data_key: DataKey, *, case: UUID) -> bytes:
    """The data key, by the private file of the worker; NotHeld when its wrap was dropped or the file is not here."""
    return _open(data_key, case, Recipient.WORKER, lambda _recipient, version: _worker_private(version))


def _open(data_key: DataKey, case: UUID, kind: Recipient, private: Callable[[str, int], bytes]) -> bytes:
    for wrap in data_key.wraps.all():
        if wrap.recipient == kind.value:
            info = hpke.context("data-key", scope=case, key=data_key.pk, kind=kind.value, recipient=wrap.recipient_id,
                                version=wrap.version)
            return hpke.open_blob(private(wrap.recipient_id, wrap.version), wrap.sealed, info=info)
    raise NotHeld


def _worker_private(version: int) -> bytes:
    try:
        return bytes.fromhex((settings.WORKER_KEYS / f"{version}.key").read_text().strip())
    except FileNotFoundError as error:
        raise NotHeld(f"no private half of {WORKER} key {version}") from error
