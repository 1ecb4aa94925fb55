"""Keys of partner bodies: one pair a body, handed to those who speak for it, and what is sealed to it. Beside `custody`, which
does the same for units.

Nobody brings a body's key back when all who speak for it have lost theirs: they get a new one, and see what is shown from then
on.
"""
import hmac
from collections.abc import Iterable
from uuid import UUID

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from cases.audit.services import record
from cases.vault import hpke, signing, trust
from cases.vault.custody import KeyMissing, Recipient
from cases.vault.keyring import Keyring, NotHeld
from cases.vault.models import BodyGrant, BodyKey, DataKey, DataKeyWrap, StaffKey


@transaction.atomic
def keep(secret: bytes, *, shown: UUID, body: UUID) -> DataKey:
    """Keep `secret` (32 bytes) sealed to the body, and to nobody else. Raises KeyMissing, KeyRefused."""
    to, key = hold(body), DataKey.objects.create()
    info = hpke.context("data-key", scope=shown, key=key.pk, kind=Recipient.BODY.value, recipient=str(body), version=to.version)
    DataKeyWrap.objects.create(key=key, recipient=Recipient.BODY.value, recipient_id=str(body), version=to.version,
                               sealed=hpke.seal(to.public, secret, info=info))
    return key


def hold(body: UUID) -> BodyKey:
    """The body's current key, checked, which cannot change before this transaction ends. Raises KeyMissing."""
    BodyKey.objects.select_for_update(no_key=True).filter(body=body).order_by("version").first()
    return trust.trusted_body(body)


def newest(body: UUID) -> BodyKey | None:
    return BodyKey.objects.filter(body=body).order_by("-version").first()


def is_open(body: UUID) -> bool:
    """Whether anything can be sealed to the body."""
    try:
        return bool(trust.trusted_body(body))
    except KeyMissing:
        return False


@transaction.atomic
def new_key(body: UUID, *, members: Iterable[AbstractBaseUser], actor: str, keyring: Keyring | None = None) -> BodyKey:
    """A new pair, granted to `members`. With the `keyring` of one who holds the version before, that one signs it; without, it
    waits for the ceremony, as when nobody holds the one before any more. The caller holds the body's row. Raises NotHeld."""
    before = newest(body)
    old = keyring.private(body, before.version) if before and keyring else None
    private, public = hpke.new_pair()
    key = BodyKey(body=body, version=before.version + 1 if before else 1, public=public, verify=signing.verify_key(private))
    trust.sign(key, before=old)
    key.save(force_insert=True)
    record("body_key_made", subject=body, actor=actor, version=key.version)
    for member in members:
        _grant(key, member, private, actor=actor)
    return key


@transaction.atomic
def grant(body: UUID, member: AbstractBaseUser, *, keyring: Keyring, actor: str, seen: str) -> None:
    """Hand every version that the keyring holds to a colleague, whose key has the fingerprint `seen`.

    Raises NotHeld, KeyMissing.
    """
    held = keyring.units.get(body, {})
    if not held:
        raise NotHeld
    for key in BodyKey.objects.filter(body=body, version__in=list(held)):
        _grant(key, member, held[key.version], actor=actor, seen=seen)


@transaction.atomic
def revoke(member: AbstractBaseUser, *, actor: str) -> None:
    """Whoever leaves the seat opens nothing more; the key is to be made anew by who stays."""
    bodies = set(BodyGrant.objects.filter(member_id=member.pk).values_list("key__body", flat=True))
    BodyGrant.objects.filter(member_id=member.pk).delete()
    for body in bodies:
        if key := newest(body):
            BodyKey.objects.filter(pk=key.pk, rotate_since=None).update(rotate_since=timezone.now())
        record("body_key_revoked", subject=body, actor=actor, member=member.pk)


def attested(grant: BodyGrant, keyring: Keyring) -> bool:
    """Whether the person's public key is still the one that a holder of the body's key sealed it to."""
    staff = StaffKey.objects.filter(member_id=grant.member_id).first()
    private = keyring.private(grant.key.body, grant.key.version)
    return staff is not None and hmac.compare_digest(bytes(grant.vouched), signing.vouch(private, grant.member_id, staff.public))


def grant_context(key: BodyKey, member: UUID) -> bytes:
    return hpke.context("body-key", scope=key.body, key=key.pk, kind="member", recipient=str(member), version=key.version)


def _grant(key: BodyKey, member: AbstractBaseUser, private: bytes, *, actor: str, seen: str | None = None) -> None:
    staff = StaffKey.objects.filter(member_id=member.pk).first()
    if staff is None:
        raise KeyMissing(f"member {member.pk} has no key")
    if seen is not None and signing.fingerprint(staff.public) != seen:
        raise KeyMissing(f"member {member.pk} has another key")
    sealed = hpke.seal(staff.public, private, info=grant_context(key, member.pk))
    BodyGrant.objects.update_or_create(key=key, member_id=member.pk, defaults={
        "sealed": sealed, "vouched": signing.vouch(private, member.pk, staff.public)})
    record("body_key_granted", subject=key.body, actor=actor, member=member.pk, version=key.version)
