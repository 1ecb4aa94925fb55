"""What chasing keeps: which steps can follow a notice, as dated data, and what a person decided about the next one."""
import uuid
from collections.abc import Mapping
from typing import Any, ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.escalation.dated import Dated, Whom


class Step(models.TextChoices):
    """What can follow a notice that did not help: the same platform again, or somebody else."""
    REMINDER = "reminder", _("Reminder")
    SECOND = "second", _("Second notice")
    COPIES = "copies", _("Identical copies at other places")
    SEARCH = "search", _("Search engine: out of the results")
    HOST = "host", _("Whoever hosts the site")
    REGISTRAR = "registrar", _("The registrar of the domain")
    REGULATOR = "regulator", _("Regulator or other authority")


class Why(models.TextChoices):
    """After what a step comes."""
    SILENCE = "silence", _("without an answer")
    REFUSAL = "refusal", _("after a refusal")
    BACK = "back", _("after it is online again")


class Ladder(Dated):
    """The steps that are suggested after a notice, in order, for some harms and platforms; the most specific ladder is used.

    `steps`: of each its `step`, the hours after which it comes by each of `Why` (None: not for that reason), and `to`, a slug: of
    an authority, of a platform, or empty for the same platform again and for whomever a member chooses.
    """
    slug = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)                          # name_en, name_ur
    platforms = models.JSONField(default=list, blank=True)           # slugs of those first asked; empty = any
    harms = models.JSONField(default=list, blank=True)               # Harm values; empty = any
    whom = models.CharField(max_length=5, choices=Whom.choices, default=Whom.ANY.value)
    steps = models.JSONField(default=list)
    order = models.PositiveSmallIntegerField(default=100)

    objects: ClassVar[models.Manager["Ladder"]] = models.Manager()

    class Meta:
        ordering = ["order", "slug"]

    def __str__(self) -> str:
        return str(self.name)


def whole_step(raw: Mapping[str, Any]) -> dict[str, Any]:
    """A step with all its fields: in a file only those stand that say something."""
    return {"step": "", **dict.fromkeys(Why.values), "to": "", **raw}


class Deferral(models.Model):
    """A person decided not to take the next step: not before `until`, or, without a day, none at all, for a reason that is sealed
    under the notice's key. It holds until something new happens."""
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    escalation = models.ForeignKey("cases_escalation.Escalation", on_delete=models.CASCADE, related_name="deferrals")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    until = models.DateField(null=True)
    reason = models.BinaryField(null=True)

    objects: ClassVar[models.Manager["Deferral"]] = models.Manager()

    class Meta:
        ordering = ["at"]
        constraints = [models.CheckConstraint(name="deferral_until_or_reason", condition=(
            models.Q(until=None, reason__isnull=False) | models.Q(until__isnull=False, reason=None)))]

    def __str__(self) -> str:
        return f"{self.escalation_id} {self.until or '-'}"
