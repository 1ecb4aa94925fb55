"""What composing keeps beside the escalation itself."""
import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models


class TwoPeople(models.Model):
    """A unit whose notices leave only when a second person has read them. Without a row: they leave when they are sent."""
    unit = models.OneToOneField("cases_units.Unit", on_delete=models.CASCADE, primary_key=True, related_name="+")
    since = models.DateTimeField()

    objects: ClassVar[models.Manager["TwoPeople"]] = models.Manager()

    def __str__(self) -> str:
        return str(self.unit_id)


class Approval(models.Model):
    """A second person's yes or no to a frozen notice. `reason`: why it goes back, sealed under the notice's key."""
    escalation = models.OneToOneField("cases_escalation.Escalation", on_delete=models.CASCADE, primary_key=True,
                                      related_name="approval")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reminded_at = models.DateTimeField(null=True)                    # once, when nobody decided for a working day
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    decided_at = models.DateTimeField(null=True)
    reason = models.BinaryField(null=True)

    objects: ClassVar[models.Manager["Approval"]] = models.Manager()

    class Meta:
        constraints = [models.CheckConstraint(name="notice_by_two", condition=(
            models.Q(decided_by=None) | ~models.Q(decided_by=models.F("by"))))]

    def __str__(self) -> str:
        return str(self.escalation_id)


class Batch(models.Model):
    """Notices of many cases that leave for one platform together: one mail, and each its own escalation."""
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    reference = models.CharField(max_length=20, unique=True)         # ours; says nothing of any case
    channel = models.ForeignKey("cases_escalation.Channel", on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    objects: ClassVar[models.Manager["Batch"]] = models.Manager()

    class Meta:
        ordering = ["-at"]
        verbose_name_plural = "batches"

    def __str__(self) -> str:
        return self.reference
