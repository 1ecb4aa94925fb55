"""Whether content is still online: what somebody saw, and which links the worker may look at until a day."""
import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Sighting(models.Model):
    """What was seen at one look. Appended, never changed; the link itself rests sealed in the notice, here is its place there."""

    class How(models.TextChoices):
        STAFF = "staff", _("A member looked")
        REPORTER = "reporter", _("The reporter saw it")
        MACHINE = "machine", _("Looked at by machine")

    class Seen(models.TextChoices):
        ONLINE = "online", _("Still online")
        GONE = "gone", _("Gone")
        UNSURE = "unsure", _("Cannot tell")

    class Why(models.TextChoices):
        """Why it cannot be told."""
        SIGN_IN = "sign_in", _("it wants a sign-in")
        COUNTRY = "country", _("it is blocked in this country")
        ANSWERS = "answers", _("the address answers, and that proves nothing")
        MOVED = "moved", _("it leads on to another address")
        ERROR = "error", _("an error, or no answer")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="sightings")
    # None: the reporter's, who knows of no notices
    escalation = models.ForeignKey("cases_escalation.Escalation", on_delete=models.CASCADE, related_name="sightings", null=True)
    link = models.PositiveSmallIntegerField(null=True)               # its place among the notice's links, from 0
    at = models.DateTimeField()
    how = models.CharField(max_length=10, choices=How.choices)
    seen = models.CharField(max_length=10, choices=Seen.choices)
    why = models.CharField(max_length=10, choices=Why.choices, blank=True)
    status = models.PositiveSmallIntegerField(null=True)             # a machine's: of HTTP, if there was one
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)

    objects: ClassVar[models.Manager["Sighting"]] = models.Manager()

    class Meta:
        ordering = ["at"]
        indexes = [models.Index(fields=["escalation", "link", "at"], name="sighting_of_link")]
        constraints = [
            models.CheckConstraint(name="sighting_by_staff", condition=models.Q(how="staff", by__isnull=False)
                                   | ~models.Q(how="staff") & models.Q(by=None)),
            models.CheckConstraint(name="sighting_of_reporter", condition=models.Q(
                how="reporter", escalation=None, link=None, seen="online")
                | ~models.Q(how="reporter") & models.Q(escalation__isnull=False, link__isnull=False)),
            models.CheckConstraint(name="sighting_says_why", condition=models.Q(seen="unsure") & ~models.Q(why="")
                                   | ~models.Q(seen="unsure") & models.Q(why="")),
            # an address that answers shows nothing: that it is online a person says
            models.CheckConstraint(name="machine_sees_nothing", condition=~models.Q(how="machine", seen="online")),
        ]

    def __str__(self) -> str:
        return f"{self.how} {self.seen} {self.at:%F}"


class LookingUnit(models.Model):
    """A unit whose members may let links be looked at by machine. Without a row: they may not."""
    unit = models.OneToOneField("cases_units.Unit", on_delete=models.CASCADE, primary_key=True, related_name="+")
    since = models.DateTimeField()

    objects: ClassVar[models.Manager["LookingUnit"]] = models.Manager()

    def __str__(self) -> str:
        return str(self.unit_id)


class Look(models.Model):
    """Links of one notice that the worker may look at until a day: a copy, sealed to it alone and destroyed with that day."""
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    escalation = models.OneToOneField("cases_escalation.Escalation", on_delete=models.CASCADE, related_name="look")
    key = models.OneToOneField("cases_vault.DataKey", on_delete=models.PROTECT, related_name="+")      # the worker's alone
    sealed = models.BinaryField()                                    # JSON: {"0": link, …} by the link's place in the notice
    links = models.JSONField()                                       # those places: which there are
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    until = models.DateTimeField()
    next_at = models.DateTimeField()

    objects: ClassVar[models.Manager["Look"]] = models.Manager()

    class Meta:
        indexes = [models.Index(fields=["next_at"], name="look_next")]

    def __str__(self) -> str:
        return str(self.pk)
