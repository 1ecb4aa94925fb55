import uuid

from django.db import models


class Partner(models.Model):
    """A platform that pulls the list. Its keys are kept as SHA-256 only."""
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    name = models.CharField(max_length=80)
    platform = models.SlugField(max_length=30)             # slug of escalation's Platform; this role reads no such table
    fetch_key = models.CharField(max_length=64, unique=True)
    subscription_key = models.CharField(max_length=64)
    number_key = models.BinaryField(max_length=32)         # makes the case numbers this partner sees
    active = models.BooleanField(default=True)

    def __str__(self) -> str:
        return self.name


class Feedback(models.Model):
    """Taken at the door, applied by the worker: the exchange role needs no grant on cases."""
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE)
    entry = models.ForeignKey("cases_hashing.ListEntry", on_delete=models.CASCADE)
    value = models.CharField(max_length=20)                # wire.stopncii.FeedbackValue
    at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["at"]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.value}"
