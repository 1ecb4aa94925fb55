import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Platform(models.Model):
    """Where the content is, or who can have it removed. Dated data: check before relying on it."""
    slug = models.SlugField(max_length=30, unique=True)
    name = models.CharField(max_length=80)                           # name_en, name_ur
    policy = models.CharField(max_length=300, blank=True)            # policy_en, policy_ur: the platform's own clause
    takes_hashes = models.BooleanField(default=False)                # pulls our list through the exchange
    in_take_it_down = models.BooleanField(default=False)
    in_stopncii = models.BooleanField(default=False)
    order = models.PositiveSmallIntegerField(default=100)

    objects: ClassVar[models.Manager["Platform"]] = models.Manager()

    class Meta:
        ordering = ["order", "slug"]

    def __str__(self) -> str:
        return str(self.name)


class Channel(models.Model):
    """One way to reach a platform."""

    class Kind(models.TextChoices):
        EMAIL = "email", _("E-mail")
        WEBFORM = "webform", _("Web form")
        STOPNCII = "stopncii", _("StopNCII, by machine")
        THREATEXCHANGE = "threatexchange", _("ThreatExchange, by machine")

    platform = models.ForeignKey(Platform, on_delete=models.CASCADE, related_name="channels")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    address = models.CharField(max_length=300)                       # an e-mail address or the form's URL
    label = models.CharField(max_length=120)                         # label_en, label_ur: what this form is for
    form_fields = models.JSONField(default=list)                     # [{"label", "limit", "content"}], in the form's order
    harms = models.JSONField(default=list)                           # Harm values it is meant for; empty = any
    source = models.CharField(max_length=300)
    last_verified_at = models.DateField()

    objects: ClassVar[models.Manager["Channel"]] = models.Manager()

    class Meta:
        ordering = ["platform", "kind", "pk"]

    def __str__(self) -> str:
        return f"{self.platform_id} {self.kind}"


class Escalation(models.Model):
    """A notice and all that follows."""

    class State(models.TextChoices):
        REQUESTED = "requested", _("Requested")
        SENT = "sent", _("Sent")
        ACKNOWLEDGED = "acknowledged", _("Acknowledged")
        ACTIONED = "actioned", _("Removed")
        REFUSED = "refused", _("Refused")
        NO_ANSWER = "no_answer", _("No answer")
        FAILED = "failed", _("Could not be sent")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="escalations")
    platform = models.ForeignKey(Platform, on_delete=models.PROTECT, related_name="+")
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="+")
    reference = models.CharField(max_length=20, unique=True)         # ours, in the notice; says nothing of the case
    state = models.CharField(max_length=20, choices=State.choices, default=State.REQUESTED.value)
    # unit, and worker until sent
    notice_key = models.OneToOneField("cases_vault.DataKey", on_delete=models.PROTECT, related_name="+")
    notice = models.BinaryField()                                    # sealed JSON of notices.Notice
    their_reference = models.BinaryField(null=True)                  # sealed: what the platform's form gave back
    language = models.CharField(max_length=5, default="en")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    next_check_at = models.DateTimeField(null=True)
    entries = models.ManyToManyField("cases_hashing.ListEntry", related_name="+")   # what was published with it

    class Meta:
        ordering = ["requested_at"]

    def __str__(self) -> str:
        return self.reference


class Attempt(models.Model):
    """Proof of one delivery; the queue itself is the outbox."""
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    escalation = models.ForeignKey(Escalation, on_delete=models.CASCADE, related_name="attempts")
    at = models.DateTimeField()
    ok = models.BooleanField()
    proof = models.JSONField(default=dict)                           # message id, server's answer code, SHA-256 of what was sent
    error = models.CharField(max_length=60, blank=True)              # a code

    class Meta:
        ordering = ["at"]

    def __str__(self) -> str:
        return f"{self.escalation_id} {self.at:%F}"


class Upload(models.Model):
    """A fingerprint of our list that was submitted upward. No key to a case: it is taken back also when that is gone."""
    entry = models.ForeignKey("cases_hashing.ListEntry", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20)                           # of the channel, which is also the platform's slug
    remote = models.CharField(max_length=40, blank=True)             # their id of it
    at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True)                  # they took our word for it; what they keep we cannot see

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry", "kind"], name="upload_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.entry_id}"
