"""Making, granting and destroying keys. Nothing here opens a case: it needs public keys only, or a keyring it is handed."""
import hmac
import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import timedelta
from uuid import UUID

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone

from cases.audit.models import Entry
from cases.audit.services import record
from cases.units.models import Membership, Unit
from cases.vault import ceremony, envelope, hpke, passphrase as passphrases, signing, trust
from cases.vault.aead import Stored
from cases.vault.keyring import Keyring, NotHeld
from cases.vault.models import DataKey, DataKeyWrap, KeyGrant, PasskeyLock, StaffKey, UnitKey, WorkerKey
from cases.vault.trust import WORKER, KeyMissing, KeyRefused

__all__ = ["WORKER", "KeyMissing", "KeyRefused", "NotAMember", "Outdated", "Recipient", "Wrap", "WrapRefused", "adopt",
           "attested", "chain_context", "change_passphrase", "current_unit_key", "destroy", "drop_every_wrap", "drop_worker_wrap",
           "grant", "grant_context", "hold", "keep", "let_reporter_read", "let_worker_read", "new_staff_key", "new_unit_key",
           "new_worker_key", "readdress", "reseal", "restore", "revoke", "seal_to_recovery", "sealed_to", "worker_fingerprint"]

Recipient = DataKeyWrap.Recipient
REPLACED_FOR = timedelta(hours=24)      # how long a page that was loaded before a rotation may seal to the version before


class NotAMember(Exception):
    """Unit keys go to members of the unit only."""


class WrapRefused(ValueError):
    """A wrap made elsewhere is not one of ours: wrong recipients, version, shape, or a key that exists already. Says which."""


class Outdated(WrapRefused):
    """Sealed to a key version that was replaced too long ago: whoever sealed may seal again to the newest."""


@dataclass(frozen=True)
class Wrap:
    """A data key as somebody else sealed it: `sealed` is the blob of hpke.seal, `version` the recipient's (reporter: 1)."""
    version: int
    sealed: bytes = field(repr=False)


# --- data keys --------------------------------------------------------------------------------------------------------
@transaction.atomic
def keep(secret: bytes, *, case: UUID, unit: Unit | None, reporter: bytes | None = None, worker: bool = False) -> DataKey:
    """Keep `secret` (32 bytes from envelope.new_key) sealed to those who may use it, and to nobody else.

    `reporter` is the 65-byte public key from the receipt; `unit` is None only for what nobody but the worker reads.
    Raises hpke.KeyRefused for a reporter key that is none, KeyMissing when a recipient has no key, KeyRefused (a KeyMissing)
    when it has one that no signature leads to.
    """
    if unit is None and not worker:
        raise ValueError("a key that nobody in the house can open")
    key = DataKey.objects.create()
    if unit is not None:
        to_unit = hold(unit)
        _wrap(key, secret, case, Recipient.UNIT, str(unit.pk), to_unit.version, to_unit.public)
    if reporter is not None:
        _wrap(key, secret, case, Recipient.REPORTER, str(case), 1, reporter)
    if worker:
        let_worker_read(key, secret, case=case)
    return key


@transaction.atomic
def adopt(key_id: UUID, *, case: UUID, unit: Unit | None, wraps: Mapping[str, Wrap]) -> DataKey:
    """Keep a data key that was made and sealed elsewhere, as in a reporter's browser; what is inside, nobody here can tell.

    `wraps`: recipient kind ("unit", "reporter", "worker") → what was sealed to it, exactly those that this key should have: for
    a case key the unit alone. Who the recipients are is not the sender's to say: the unit is `unit`, the reporter that of `case`.
    Raises Outdated for a version replaced more than REPLACED_FOR ago, WrapRefused, KeyMissing.
    """
    kinds = set(wraps)
    read_here = kinds & {Recipient.UNIT, Recipient.WORKER}
    if not kinds <= set(Recipient.values) or not read_here or (Recipient.UNIT in kinds) != bool(unit):
        raise WrapRefused("recipients")
    rows = [_adopted(key_id, case, unit, Recipient(kind), wrap) for kind, wrap in wraps.items()]
    try:
        with transaction.atomic():
            key = DataKey.objects.create(pk=key_id)
    except IntegrityError as error:
        raise WrapRefused("the key exists") from error
    DataKeyWrap.objects.bulk_create(rows)
    return key


def _adopted(key_id: UUID, case: UUID, unit: Unit | None, kind: Recipient, wrap: Wrap) -> DataKeyWrap:
    if not hpke.is_sealed(wrap.sealed, length=envelope.KEY_BYTES):
        raise WrapRefused(f"{kind.value}: shape")
    recipient = str(case) if kind is Recipient.REPORTER else WORKER
    if kind is Recipient.UNIT and unit is not None:
        recipient = str(unit.pk)
        _check_version(wrap.version, hold(unit))
    elif kind is Recipient.WORKER:
        _check_version(wrap.version, trust.trusted_worker())
    elif wrap.version != 1:
        raise WrapRefused("reporter: version")
    return DataKeyWrap(key_id=key_id, recipient=kind.value, recipient_id=recipient, version=wrap.version, sealed=wrap.sealed)


def _check_version(version: int, current: UnitKey | WorkerKey) -> None:
    """The newest, or the one before while a page may still hold it."""
    recent = version == current.version - 1 and timezone.now() - current.created_at < REPLACED_FOR
    if version != current.version and not recent:
        raise Outdated(f"version {version}")


def drop_reporter_wrap(key: DataKey) -> None:
    """The receipt has come to its end: from now on only the unit opens this key."""
    key.wraps.filter(recipient=Recipient.REPORTER).delete()


@transaction.atomic
def let_reporter_read(key: DataKey, secret: bytes, *, case: UUID, reporter: Stored) -> None:
    """Seal `secret`, which is this key's, to the reporter as well; twice is once."""
    if not key.wraps.filter(recipient=Recipient.REPORTER).exists():
        _wrap(key, secret, case, Recipient.REPORTER, str(case), 1, reporter)


def let_worker_read(key: DataKey, secret: bytes, *, case: UUID) -> None:
    """Seal `secret`, which is this key's and which the worker cannot open, to the worker as well. Raises KeyMissing."""
    to_worker = trust.trusted_worker()
    _wrap(key, secret, case, Recipient.WORKER, WORKER, to_worker.version, to_worker.public)


def drop_worker_wrap(key: DataKey) -> None:
    """The worker's part is done: from now on only the unit opens this key."""
    key.wraps.filter(recipient=Recipient.WORKER).delete()


def drop_every_wrap(key: DataKey) -> None:
    """From now on nobody in the house opens this key; it is not destroyed, for somebody outside may hold it."""
    key.wraps.all().delete()


@transaction.atomic
def reseal(key: DataKey, secret: bytes, *, case: UUID, to: UnitKey) -> None:
    """Seal `secret`, which is this key's, to a unit's key, that hold() gave, and to no other unit any more."""
    info = hpke.context("data-key", scope=case, key=key.pk, kind=Recipient.UNIT.value, recipient=str(to.unit_id),
                        version=to.version)
    _unit_wraps(key).update(recipient_id=str(to.unit_id), version=to.version, sealed=hpke.seal(to.public, secret, info=info))


def readdress(key: DataKey, *, to: UnitKey) -> None:
    """For a wrap that opens for nobody, such as a damaged one: it goes where its case goes, and opens for nobody there."""
    _unit_wraps(key).update(recipient_id=str(to.unit_id), version=to.version)


def sealed_to(unit: Unit, keys: Collection[DataKey]) -> list[DataKey]:
    """Those of `keys` that this unit can open; an address, which is the worker's alone, is none of them."""
    theirs = set(DataKeyWrap.objects.filter(key__in=[key.pk for key in keys], recipient=Recipient.UNIT.value,
                                            recipient_id=str(unit.pk)).values_list("key", flat=True))
    return [key for key in keys if key.pk in theirs]


def _unit_wraps(key: DataKey) -> QuerySet[DataKeyWrap]:
    return key.wraps.filter(recipient=Recipient.UNIT.value)


@transaction.atomic
def destroy(keys: Iterable[DataKey], *, actor: str) -> None:
    """Crypto-shredding: the wraps go, the rows stay and say when. What these keys sealed can never be read again."""
    for key in keys:
        if DataKey.objects.filter(pk=key.pk, destroyed_at=None).update(destroyed_at=timezone.now()):
            key.wraps.all().delete()
            record("key_destroyed", subject=key.pk, actor=actor)


def _wrap(key: DataKey, secret: bytes, case: UUID, kind: Recipient, recipient: str, version: int, public: Stored) -> None:
    info = hpke.context("data-key", scope=case, key=key.pk, kind=kind.value, recipient=recipient, version=version)
    DataKeyWrap.objects.create(key=key, recipient=kind.value, recipient_id=recipient, version=version,
                               sealed=hpke.seal(public, secret, info=info))


# --- unit keys --------------------------------------------------------------------------------------------------------
def current_unit_key(unit: Unit) -> UnitKey:
    """The newest version, signed or not; KeyMissing if the unit has none. Who seals asks trust.trusted instead."""
    key = UnitKey.objects.filter(unit=unit).order_by("-version").first()
    if key is None:
        raise KeyMissing(f"unit {unit.pk} has no key")
    return key


@transaction.atomic
def new_unit_key(unit: Unit, *, members: Iterable[AbstractBaseUser], actor: str, keyring: Keyring | None = None) -> UnitKey:
    """A new pair for the unit, granted to `members`; its private half is kept nowhere else.

    A second and later version needs the `keyring` of a member who holds the one before: that one is sealed to the new
    one, so that whoever holds the newest opens all, and signs it. The first waits for the ceremony's signature.
    Raises NotHeld, KeyMissing, NotAMember.
    """
    _lock(unit)
    before = UnitKey.objects.filter(unit=unit).order_by("-version").first()
    old = _old(before, keyring)
    private, public = hpke.new_pair()
    key = UnitKey(unit=unit, version=before.version + 1 if before else 1, public=public, verify=signing.verify_key(private))
    key.sealed_to_recovery = _to_recovery(key, private)
    trust.sign(key, before=None if before and trust.predates_signatures(before) else old)
    key.save(force_insert=True)
    if before and old:
        before.sealed_to_next = hpke.seal(public, old, info=chain_context(before))
        before.save(update_fields=["sealed_to_next"])
    record("unit_key_made", subject=unit.pk, actor=actor, key=key.pk, version=key.version)
    for member in members:
        _grant(key, member, private, actor=actor)
    return key


def _old(before: UnitKey | None, keyring: Keyring | None) -> bytes | None:
    """The private half of the version before, or NotHeld; None when there was none."""
    if before is None:
        return None
    if keyring is None:
        raise NotHeld
    return keyring.private(before.unit_id, before.version)


@transaction.atomic
def seal_to_recovery(key: UnitKey, *, keyring: Keyring, actor: str) -> None:
    """For a key that was made before the ceremony. Raises NotHeld."""
    key.sealed_to_recovery = _to_recovery(key, keyring.private(key.unit_id, key.version))
    key.save(update_fields=["sealed_to_recovery"])
    record("key_sealed_to_recovery", subject=key.unit_id, actor=actor, version=key.version)


def _to_recovery(key: UnitKey, private: bytes) -> bytes | None:
    """None where there was no ceremony."""
    if not settings.RECOVERY_PUBLIC_KEY:
        return None
    return hpke.seal(settings.RECOVERY_PUBLIC_KEY, private, info=ceremony.recovery_context(unit=key.unit_id, key=key.pk))


def attested(grant: KeyGrant, keyring: Keyring) -> bool:
    """Whether the member's public key is still the one that a holder of the unit's key sealed it to. One's own one knows oneself,
    also where nobody vouched, as before keys were signed."""
    staff = StaffKey.objects.filter(member_id=grant.member_id).first()
    if staff is None:
        return False
    if grant.member_id == keyring.member:
        return bytes(staff.public) == keyring.public
    private = keyring.private(grant.key.unit_id, grant.key.version)
    return hmac.compare_digest(bytes(grant.vouched), signing.vouch(private, grant.member_id, staff.public))


@transaction.atomic
def restore(key: UnitKey, member: AbstractBaseUser, sealed: bytes, vouched: bytes, *, actor: str) -> KeyGrant:
    """Keep a grant that the ceremony made, after every member lost theirs. Raises NotAMember, WrapRefused."""
    if not hpke.is_sealed(sealed, length=hpke.PRIVATE_BYTES):
        raise WrapRefused("shape")
    if not Membership.objects.filter(unit=key.unit_id, member_id=member.pk).exists():
        raise NotAMember(f"{member.pk} is not of unit {key.unit_id}")
    for gone in KeyGrant.objects.filter(key__unit=key.unit_id, member__is_active=False).select_related("member"):
        revoke(key.unit, gone.member, actor=actor)      # kept while nobody else could have opened the key
    granted, _ = KeyGrant.objects.update_or_create(key=key, member_id=member.pk, defaults={"sealed": sealed, "vouched": vouched})
    record("key_restored", subject=key.unit_id, actor=actor, member=member.pk, version=key.version)
    return granted


@transaction.atomic
def grant(key: UnitKey, member: AbstractBaseUser, *, keyring: Keyring, actor: str, seen: str | None = None) -> KeyGrant:
    """Hand a unit key to a member of the unit, out of the keyring of one who holds it. Raises NotHeld, KeyMissing, NotAMember.

    `seen`: the fingerprint of the member's key that was read aloud; KeyMissing if the database has another by now.
    """
    return _grant(key, member, keyring.private(key.unit_id, key.version), actor=actor, seen=seen)


@transaction.atomic
def revoke(unit: Unit, member: AbstractBaseUser, *, actor: str) -> None:
    """Take a leaver's grants. The unit's key is to rotate then: what the leaver once held must seal nothing new.

    That takes the keyring of a member who stays, so it is owed until one of them does it (cases.handover).
    """
    _lock(unit)
    taken, _ = KeyGrant.objects.filter(key__unit=unit, member_id=member.pk).delete()
    key = UnitKey.objects.filter(unit=unit).order_by("-version").first()
    if key and (taken or _ever_held(key, member)):
        UnitKey.objects.filter(pk=key.pk, rotate_since=None).update(rotate_since=timezone.now())
    if taken:
        record("key_revoked", subject=unit.pk, actor=actor, member=member.pk)


def _ever_held(key: UnitKey, member: AbstractBaseUser) -> bool:
    """Only the log knows this of who made a new pair of keys, and so lost the grant, before leaving."""
    return Entry.objects.filter(event__in=["key_granted", "key_restored"], subject=str(key.unit_id), details__version=key.version,
                                details__member=str(member.pk)).exists()


def grant_context(key: UnitKey, member: UUID) -> bytes:
    return ceremony.grant_context(unit=key.unit_id, key=key.pk, member=member, version=key.version)


def chain_context(key: UnitKey) -> bytes:
    """For `sealed_to_next`: version n, read by version n + 1."""
    return hpke.context("unit-key", scope=key.unit_id, key=key.pk, kind="unit", recipient=str(key.unit_id),
                        version=key.version + 1)


def _grant(key: UnitKey, member: AbstractBaseUser, private: bytes, *, actor: str, seen: str | None = None) -> KeyGrant:
    if not Membership.objects.filter(unit=key.unit_id, member_id=member.pk).exists():
        raise NotAMember(f"{member.pk} is not of unit {key.unit_id}")
    staff = StaffKey.objects.filter(member_id=member.pk).first()
    if staff is None:
        raise KeyMissing(f"member {member.pk} has no key")
    if seen is not None and signing.fingerprint(staff.public) != seen:
        raise KeyMissing(f"member {member.pk} has another key")
    sealed = hpke.seal(staff.public, private, info=grant_context(key, member.pk))
    granted, _ = KeyGrant.objects.update_or_create(key=key, member_id=member.pk, defaults={
        "sealed": sealed, "vouched": signing.vouch(private, member.pk, staff.public)})
    record("key_granted", subject=key.unit_id, actor=actor, member=member.pk, version=key.version)
    return granted


def hold(unit: Unit) -> UnitKey:
    """The unit's current key, checked, which cannot change before this transaction ends. Raises KeyMissing."""
    _lock(unit)
    return trust.trusted(unit)


def _lock(unit: Unit) -> None:
    """The oldest row is the lock, because a rotation adds a row and so cannot be seen by one who waited for the newest.
    A key row, not the unit's: a role that may only insert cases needs no right to change units."""
    UnitKey.objects.select_for_update(no_key=True).filter(unit=unit).order_by("version").first()


# --- staff and worker keys --------------------------------------------------------------------------------------------
@transaction.atomic
def new_staff_key(member: AbstractBaseUser, passphrase: str, *, actor: str | None = None) -> StaffKey:
    """A first pair, or after a lost passphrase a fresh one: the member's old grants go, a colleague must grant again.

    `actor` is the member unless given.
    """
    private, public = hpke.new_pair()
    salt, locked = passphrases.lock(passphrase, private, member=member.pk, public=public)
    lost, _ = KeyGrant.objects.filter(member_id=member.pk).delete()
    PasskeyLock.objects.filter(member_id=member.pk).delete()
    key, _ = StaffKey.objects.update_or_create(member_id=member.pk, defaults={
        "public": public, "salt": salt, "locked": locked, "created_at": timezone.now()})
    record("staff_key_made", subject=member.pk, actor=actor or str(member.pk), grants_lost=lost)
    return key


@transaction.atomic
def change_passphrase(member: AbstractBaseUser, passphrase: str, *, private: bytes) -> None:
    """Lock the same private key, which the member has unlocked, under another passphrase; grants stay."""
    public = hpke.public_of(private)
    salt, locked = passphrases.lock(passphrase, private, member=member.pk, public=public)
    if not StaffKey.objects.filter(member_id=member.pk, public=public).update(salt=salt, locked=locked):
        raise KeyMissing(f"member {member.pk} has another key")
    record("passphrase_changed", subject=member.pk, actor=str(member.pk))


@transaction.atomic
def new_worker_key() -> WorkerKey:
    """The next version, signed by the one before.

    The private half goes to settings.WORKER_KEYS as `<version>.key` (hex, mode 0600), never to the database. Run by the
    worker (and by the demo), because only its machine may hold the file.
    """
    private, public = hpke.new_pair()
    version = (WorkerKey.objects.order_by("-version").values_list("version", flat=True).first() or 0) + 1
    key = WorkerKey(version=version, public=public, verify=signing.verify_key(private))
    trust.sign(key, before=_worker_private(version - 1))
    key.save(force_insert=True)         # the row first: of two who make the same version, one ends here
    settings.WORKER_KEYS.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = settings.WORKER_KEYS / f"{version}.key"
    path.unlink(missing_ok=True)        # of a transaction that failed: nothing was ever sealed to it
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(private.hex())
        file.flush()
        os.fsync(file.fileno())         # or what is sealed to it may outlive, in a power cut, the half that opens
    record("worker_key_made", subject=WORKER, actor="system", version=version)
    return key


def _worker_private(version: int) -> bytes | None:
    """The private half that signs the next version; None when there is none, and the ceremony must."""
    path = settings.WORKER_KEYS / f"{version}.key"
    before = WorkerKey.objects.filter(version=version).first()
    if before is None or trust.predates_signatures(before) or not path.exists():
        return None
    return bytes.fromhex(path.read_text().strip())


def worker_fingerprint() -> str:
    """Of the worker's newest key, computed from its file, for the ceremony: a database could lie. Empty where the file is not."""
    newest = WorkerKey.objects.first()
    private = _worker_private(newest.version) if newest else None
    if newest is None or private is None:
        return ""
    return signing.fingerprint(signing.link_of(private, kind=WORKER, recipient=WORKER, version=newest.version).message)
