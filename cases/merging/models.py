import uuid

from django.conf import settings
from django.db import models


class Merging(models.Model):
    """One case is led by another, since when and why. Undone it stays, as history; `Case.merged_into` says what holds now.

    Both reasons are sealed under the key of `case`, which is the one that is led.
    """
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="mergings")
    into = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="leadings")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.BinaryField()
    due_at = models.DateTimeField(null=True)                # the clock that the case had
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    undo_reason = models.BinaryField(null=True)             # None: the portal undid it, for its leading case has gone

    class Meta:
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=models.Q(undone_at=None), name="merged_once"),
            models.CheckConstraint(condition=~models.Q(case=models.F("into")), name="merged_into_another"),
            models.CheckConstraint(name="unmerging_says_why", condition=models.Q(
                undone_by__isnull=True, undo_reason__isnull=True) | models.Q(
                undone_at__isnull=False, undone_by__isnull=False, undo_reason__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} into {self.into_id}"


class Splitting(models.Model):
    """One report told of two harms: `case` was split from `of`, which keeps the conversation. `Case.split_of` says the same for
    good; undone, the parts are back and `case` is merged into `of`. The reason is sealed under the key of `case`."""
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.OneToOneField("cases.Case", on_delete=models.CASCADE, related_name="splitting")
    of = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="splittings")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.BinaryField()
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["at"]
        constraints = [
            models.CheckConstraint(condition=~models.Q(case=models.F("of")), name="split_from_another"),
            models.CheckConstraint(name="splitting_undone_by_somebody", condition=models.Q(
                undone_at__isnull=True, undone_by__isnull=True) | models.Q(undone_at__isnull=False, undone_by__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} of {self.of_id}"
