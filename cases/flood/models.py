import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Fold(models.Model):
    """A report stands behind one like it in the lists, or did. While it does, `Case.folded_into` names that one. The row stays
    when it is over, so that no rule folds the report a second time."""

    class Kind(models.TextChoices):
        PICTURES = "pictures", _("The same pictures")
        BURST = "burst", _("Many alike within minutes")
        WORDS = "words", _("Nearly the same words or links")
        HAND = "hand", _("A member put them together")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.OneToOneField("cases.Case", on_delete=models.CASCADE, related_name="fold")
    into = models.ForeignKey("cases.Case", on_delete=models.SET_NULL, null=True, related_name="folds")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    alike = models.CharField(max_length=64, blank=True)             # digest of what lies in the clear of both; "" for words
    at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)                  # a person has looked: until then it is a suspicion
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    over_at = models.DateTimeField(null=True)                       # `over_by` None: the portal ended it
    over_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["at"]
        indexes = [models.Index(fields=["alike", "at"], condition=models.Q(over_at=None), name="fold_alike")]
        constraints = [models.CheckConstraint(condition=~models.Q(case=models.F("into")), name="folded_behind_another")]

    def __str__(self) -> str:
        return f"{self.case_id} behind {self.into_id}"


class FoldRule(models.Model):
    """How many reports alike, within how many minutes, are a suspicion. Without a row: `rules.USUAL`."""
    kind = models.CharField(max_length=10, choices=Fold.Kind.choices, unique=True)
    many = models.PositiveSmallIntegerField()
    minutes = models.PositiveIntegerField()

    class Meta:
        constraints = [models.CheckConstraint(name="fold_rule_of_several", condition=models.Q(many__gte=2, minutes__gte=1))]

    def __str__(self) -> str:
        return f"{self.kind}: {self.many} in {self.minutes} minutes"
