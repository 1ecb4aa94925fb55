"""Which passkeys may open a member's vault. The vault knows an id and bytes; portal.accounts knows the passkeys themselves."""
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from cases.audit.services import record
from cases.vault import hpke, prf
from cases.vault.custody import KeyMissing
from cases.vault.models import PasskeyLock, StaffKey


@transaction.atomic
def keep_lock(*, member: AbstractBaseUser, credential: UUID, output: bytes, private: bytes) -> PasskeyLock:
    """From now on `output`, which the passkey gives for its salt, opens the vault as the passphrase does.

    `private` is the member's key, unlocked. Raises KeyMissing when the member has another pair by now, ValueError for an
    output that is not 32 bytes.
    """
    public = hpke.public_of(private)
    if not StaffKey.objects.filter(member_id=member.pk, public=public).exists():
        raise KeyMissing(f"member {member.pk} has another key")
    locked = prf.lock(output, private, member=member.pk, credential=credential, public=public)
    lock, _ = PasskeyLock.objects.update_or_create(credential=credential, defaults={
        "member_id": member.pk, "locked": locked})
    record("passkey_lock_made", subject=member.pk, actor=str(member.pk), passkey=credential)
    return lock


@transaction.atomic
def drop_lock(*, credential: UUID, actor: str) -> None:
    """The passkey opens the vault no more."""
    lock = PasskeyLock.objects.filter(credential=credential).first()
    if lock is not None:
        lock.delete()
        record("passkey_lock_dropped", subject=lock.member_id, actor=actor, passkey=credential)


def salts(member: AbstractBaseUser) -> dict[UUID, bytes]:
    """Credential → salt, for each passkey that opens this member's vault."""
    return {lock.credential: prf.salt(lock.credential) for lock in PasskeyLock.objects.filter(member_id=member.pk)}
