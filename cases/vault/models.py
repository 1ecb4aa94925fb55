import uuid

from django.conf import settings
from django.db import models


class SignedKey(models.Model):
    """A public key that sealers trust because a signature leads from it to the root (docs/envelope.md)."""
    public = models.BinaryField(max_length=65)
    verify = models.BinaryField(max_length=65, default=bytes)       # checks the signature of the next version
    signature = models.BinaryField(max_length=64, default=bytes)    # empty: waits for the ceremony, and nothing is sealed to it
    anchored = models.BooleanField(default=False)                   # signed by the root, not by the version before
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        abstract = True


class UnitKey(SignedKey):
    """One version of a unit's key pair. The private half exists only in grants, and sealed to the next version."""
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    unit = models.ForeignKey("cases_units.Unit", on_delete=models.PROTECT, related_name="keys")
    version = models.PositiveSmallIntegerField()
    sealed_to_next = models.BinaryField(null=True)
    sealed_to_recovery = models.BinaryField(null=True)              # for the ceremony; empty when made before it
    rotate_since = models.DateTimeField(null=True)                  # somebody who held it has left: a new version is owed

    class Meta:
        ordering = ["unit", "-version"]
        constraints = [models.UniqueConstraint(fields=["unit", "version"], name="unit_key_version_once")]

    def __str__(self) -> str:
        return f"{self.unit_id} v{self.version}"


class StaffKey(models.Model):
    """A member's key pair; the private half is locked by the vault passphrase (Argon2id)."""
    member = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="staff_key")
    public = models.BinaryField(max_length=65)
    salt = models.BinaryField(max_length=16)
    locked = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return str(self.member_id)


class PasskeyLock(models.Model):
    """The same private key, locked under what one passkey's PRF answers. The passkey itself is known to portal.accounts."""
    credential = models.UUIDField(primary_key=True, editable=False)         # accounts.Passkey.id
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="passkey_locks")
    locked = models.BinaryField()
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return f"{self.member_id} by {self.credential}"


class KeyGrant(models.Model):
    """A unit's private key, sealed to one member."""
    key = models.ForeignKey(UnitKey, on_delete=models.CASCADE, related_name="grants")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="key_grants")
    sealed = models.BinaryField()
    vouched = models.BinaryField(max_length=32, default=bytes)      # signing.vouch: for which key of the member this was sealed

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "member"], name="grant_once")]

    def __str__(self) -> str:
        return f"{self.key_id} to {self.member_id}"


class WorkerKey(SignedKey):
    """One weekly version of the worker's public key. The private half is a file that only the worker reads."""
    version = models.PositiveIntegerField(primary_key=True)

    class Meta:
        ordering = ["-version"]

    def __str__(self) -> str:
        return f"v{self.version}"


class BodyKey(SignedKey):
    """One version of a partner body's key pair. The private half exists only in the grants of those who speak for it."""
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    body = models.UUIDField()                                       # cases.coordination.Body, a floor above
    version = models.PositiveSmallIntegerField()
    rotate_since = models.DateTimeField(null=True)                  # somebody who held it has left: a new version is owed

    class Meta:
        ordering = ["body", "-version"]
        constraints = [models.UniqueConstraint(fields=["body", "version"], name="body_key_version_once")]

    def __str__(self) -> str:
        return f"{self.body} v{self.version}"


class BodyGrant(models.Model):
    """A body's private key, sealed to one person who speaks for it."""
    key = models.ForeignKey(BodyKey, on_delete=models.CASCADE, related_name="grants")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="body_grants")
    sealed = models.BinaryField()
    vouched = models.BinaryField(max_length=32)                     # signing.vouch, as of a unit's

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "member"], name="body_grant_once")]

    def __str__(self) -> str:
        return f"{self.key_id} to {self.member_id}"


class DataKey(models.Model):
    """One random 256-bit key. The sealed record points here; this row knows no record."""
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(auto_now_add=True)
    destroyed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.pk)


class DataKeyWrap(models.Model):
    """A data key sealed to one recipient: a unit, worker or body key version, or the reporter."""

    class Recipient(models.TextChoices):
        UNIT = "unit"
        REPORTER = "reporter"
        WORKER = "worker"
        BODY = "body"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.ForeignKey(DataKey, on_delete=models.CASCADE, related_name="wraps")
    recipient = models.CharField(max_length=10, choices=Recipient.choices)
    recipient_id = models.CharField(max_length=40)          # unit or body UUID, case UUID (reporter) or "worker"
    version = models.PositiveIntegerField(default=1)
    sealed = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["key", "recipient", "recipient_id"], name="wrap_once")]
        indexes = [models.Index(fields=["recipient", "recipient_id", "version"], name="wrap_by_reader")]

    def __str__(self) -> str:
        return f"{self.key_id} to {self.recipient}:{self.recipient_id}"
