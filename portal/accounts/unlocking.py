"""Opening a member's key into the session, and using it. Signing in does not need it; reading cases does."""
from django.http import HttpRequest, HttpResponse

from cases.audit.services import actor, record
from cases.vault import custody, hpke, parking, unseal
from cases.vault.aead import OpenFailed
from cases.vault.custody import KeyMissing
from cases.vault.keyring import Keyring
from cases.vault.signing import fingerprint
from portal.accounts.models import Passkey, User


def open_vault(request: HttpRequest, response: HttpResponse, member: User, passphrase: str) -> bool:
    """False when the passphrase is not the vault's, or the member has no key yet. Raises turnstile.Busy."""
    try:
        private = unseal.unlock_staff(member, passphrase)
    except (unseal.WrongPassphrase, KeyMissing):
        return False
    parking.park(request, response, private)
    record("vault_unlocked", subject=member.pk, actor=actor(member))
    return True


def open_vault_by_passkey(request: HttpRequest, response: HttpResponse, member: User, passkey: Passkey, output: bytes) -> bool:
    """The same by what the passkey's PRF answered; False when that locks nothing, or nothing that opens."""
    try:
        private = unseal.unlock_staff_by_passkey(member, passkey.pk, output)
    except (OpenFailed, KeyMissing):
        return False
    parking.park(request, response, private)
    record("vault_unlocked", subject=member.pk, actor=actor(member), passkey=passkey.pk)
    return True


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


def change_passphrase(member: User, current: str, passphrase: str) -> bool:
    """False when `current` is not the vault's, or the member has no key. Raises turnstile.Busy."""
    try:
        custody.change_passphrase(member, passphrase, private=unseal.unlock_staff(member, current))
    except (unseal.WrongPassphrase, KeyMissing):
        return False
    return True
