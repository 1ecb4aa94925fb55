"""Partner bodies, who speaks for them, what was put before them, and what is said about policy. Of a case they get one frozen
notice or package, and never the case."""
import uuid
from datetime import timedelta
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

POSTS_KEPT = timedelta(days=3 * 365)
MOST_TYPED = 4_000


class Body(models.Model):
    """A platform or an authority whose people may look at what was escalated to them, here in the house."""

    class Kind(models.TextChoices):
        PLATFORM = "platform", _("Platform")
        AUTHORITY = "authority", _("Authority")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    slug = models.SlugField(max_length=40, unique=True)
    kind = models.CharField(max_length=10, choices=Kind.choices)
    name = models.CharField(max_length=120)                          # name_en, name_ur
    platform = models.OneToOneField("cases_escalation.Platform", on_delete=models.PROTECT, null=True, blank=True,
                                    related_name="+")
    authority = models.OneToOneField("cases_escalation.Authority", on_delete=models.PROTECT, null=True, blank=True,
                                     related_name="+")
    retired_at = models.DateTimeField(null=True)

    objects: ClassVar[models.Manager["Body"]] = models.Manager()

    class Meta:
        ordering = ["slug"]
        verbose_name_plural = "bodies"
        constraints = [models.CheckConstraint(name="body_points_to_what_it_is",
                                              condition=Q(kind="platform", authority=None) | Q(kind="authority", platform=None))]

    def __str__(self) -> str:
        return str(self.name)


class Seat(models.Model):
    """A person who speaks for a body. Such a person has this role and no other, and is of no unit."""
    member = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, primary_key=True, related_name="seat")
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="seats")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    since = models.DateTimeField()

    class Meta:
        ordering = ["since"]

    def __str__(self) -> str:
        return f"{self.member_id} for {self.body_id}"


class Shown(models.Model):
    """A notice or a referral's package that was put before a body: a copy under a key of its own, which only the body's opens."""

    class End(models.TextChoices):
        ANSWERED = "answered", _("Answered")
        WITHDRAWN = "withdrawn", _("Taken back")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    body = models.ForeignKey(Body, on_delete=models.PROTECT, related_name="shown")
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    escalation = models.ForeignKey("cases_escalation.Escalation", on_delete=models.CASCADE, null=True, related_name="shown")
    referral = models.ForeignKey("cases_referral.Referral", on_delete=models.CASCADE, null=True, related_name="shown")
    reference = models.CharField(max_length=20)                      # of the notice or referral: ours, and no part of the case's
    key = models.OneToOneField("cases_vault.DataKey", on_delete=models.PROTECT, related_name="+")      # the body's alone
    content = models.BinaryField()                                   # sealed: notice and language as JSON, or the package
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)                       # from then on nobody of the body opens it
    end = models.CharField(max_length=10, choices=End.choices, blank=True)

    class Meta:
        ordering = ["-at", "-pk"]
        verbose_name_plural = "shown"
        indexes = [models.Index(fields=["body", "-at"], name="shown_to_body")]
        constraints = [
            models.CheckConstraint(name="shown_is_one_thing", condition=Q(escalation__isnull=False, referral=None)
                                   | Q(escalation=None, referral__isnull=False)),
            models.UniqueConstraint(fields=["escalation"], condition=Q(ended_at=None), name="notice_shown_once"),
            models.UniqueConstraint(fields=["referral"], condition=Q(ended_at=None), name="referral_shown_once"),
        ]

    def __str__(self) -> str:
        return self.reference


class Collected(models.Model):
    """The one download."""
    shown = models.OneToOneField(Shown, on_delete=models.CASCADE, primary_key=True, related_name="collected")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    sha256 = models.CharField(max_length=64)

    class Meta:
        verbose_name_plural = "collected"

    def __str__(self) -> str:
        return str(self.shown_id)


class Post(models.Model):
    """One contribution to the thread with a body, about policy and never about a case. Not sealed: staff with the permission and
    all who speak for the body read it."""
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    body = models.ForeignKey(Body, on_delete=models.CASCADE, related_name="posts")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    ours = models.BooleanField()                                     # of the office, not of the body
    at = models.DateTimeField()
    text = models.TextField(max_length=MOST_TYPED)

    class Meta:
        ordering = ["-at", "-pk"]
        indexes = [models.Index(fields=["body", "-at"], name="posts_of_body"), models.Index(fields=["at"], name="posts_by_age")]

    def __str__(self) -> str:
        return f"{self.body_id} {self.at:%F}"
