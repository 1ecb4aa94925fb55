import uuid

from django.db import models


class Entry(models.Model):
    """One fact, never changed. No foreign keys: the log outlives what it describes."""
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    at = models.DateTimeField()
    event = models.CharField(max_length=40)
    subject = models.CharField(max_length=64)      # a UUID as text: a case, a key, a unit; or a list's name
    actor = models.CharField(max_length=64)        # a member's UUID, "reporter", "system" or "partner:UUID"
    details = models.JSONField(default=dict)       # ids, codes and counts only

    class Meta:
        ordering = ["at"]
        indexes = [models.Index(fields=["-at", "-id"], name="audit_time"),
                   models.Index(fields=["subject", "-at", "-id"], name="audit_subject"),
                   models.Index(fields=["actor", "-at", "-id"], name="audit_actor"),
                   models.Index(fields=["event", "-at", "-id"], name="audit_event")]
        verbose_name = "audit entry"
        verbose_name_plural = "audit entries"

    def __str__(self) -> str:
        return f"{self.event} {self.subject}"


class AuditLink(models.Model):
    """Ties an entry to all before it: hash = SHA-256(previous hash, entry). Insert-only, written by one linker."""
    position = models.PositiveBigIntegerField(primary_key=True)
    entry = models.UUIDField(unique=True)
    hash = models.BinaryField(max_length=32)

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return str(self.position)


class Checkpoint(models.Model):
    """An hourly signed head of the chain, for a witness outside."""
    position = models.PositiveBigIntegerField(primary_key=True)
    at = models.DateTimeField()
    hash = models.BinaryField(max_length=32)
    signature = models.BinaryField()

    class Meta:
        ordering = ["position"]

    def __str__(self) -> str:
        return str(self.position)
