"""What reporter and staff ask of one another beyond messages. What is typed is sealed; what is counted is a code."""
import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Ask(models.Model):
    """One thing that staff need to know, asked as a small form in the inbox. Where it is online again, the portal asks by itself.

    Of a question of consent the answer is a Consent, with its words; of all others it is sealed here.
    """

    class Kind(models.TextChoices):
        LINKS = "links", _("Links")
        DATE = "date", _("A date")
        PLATFORM = "platform", _("The platform")
        AGE = "age", _("An age")
        CONTACT = "contact", _("A number or address")
        CONSENT = "consent", _("Consent")

    class About(models.TextChoices):
        """What a date or an age is of, or why links came; of consent it is the act."""
        BEGAN = "began", _("when it began")
        SEEN = "seen", _("when it was last seen online")
        DEADLINE = "deadline", _("by when something is demanded")
        NOW = "now", _("age now")
        THEN = "then", _("age in the pictures")
        BACK = "back", _("online again")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="asks")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    about = models.CharField(max_length=20, blank=True)             # of About, or of Consent.Act
    platform = models.CharField(max_length=40, blank=True)          # slug of a platform or authority: to whom, if they agree
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True)                 # by staff, before it was answered
    answered_at = models.DateTimeField(null=True)
    declined = models.BooleanField(default=False)                   # "I cannot say"
    answer = models.BinaryField(null=True)                          # sealed under the conversation key, field "ask"
    tagged_at = models.DateTimeField(null=True)                     # its links have their blind-index tags

    class Meta:
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(fields=["case", "kind", "about"], name="ask_waits_once",
                                    condition=models.Q(answered_at=None, taken_back_at=None)),
            models.CheckConstraint(name="ask_of_staff_or_where_again", condition=models.Q(by__isnull=False)
                                   | models.Q(kind="links", about="back")),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind}"


class Opinion(models.Model):
    """What the reporter thinks of our work on a closed report. The choice is counted; the words are for the unit."""

    class Choice(models.TextChoices):
        YES = "yes", _("Yes")
        PARTLY = "partly", _("Partly")
        NO = "no", _("No")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.OneToOneField("cases.Case", on_delete=models.CASCADE, related_name="opinion")
    choice = models.CharField(max_length=10, choices=Choice.choices)
    words = models.BinaryField(null=True)                           # sealed under the conversation key, field "opinion"
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.case_id} {self.choice}"


class Review(models.Model):
    """The reporter asks that somebody else looks again, or complains about staff: for a supervisor of another unit.

    It has a key of its own, sealed to that unit alone, so that neither the caseworker nor the case's unit can open it; only the
    selector `reviews_for` shows that there is one.
    """

    class Kind(models.TextChoices):
        SECOND_LOOK = "second_look", _("A second look")
        STAFF = "staff", _("A complaint about staff")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    key = models.OneToOneField("cases_vault.DataKey", on_delete=models.PROTECT, related_name="+")
    about = models.ForeignKey("cases_units.Unit", on_delete=models.PROTECT, related_name="+")       # whose work it is about
    reader = models.ForeignKey("cases_units.Unit", on_delete=models.PROTECT, related_name="+")      # who can open it
    kind = models.CharField(max_length=20, choices=Kind.choices)
    body = models.BinaryField()                                     # sealed under `key`, field "review"
    at = models.DateTimeField()
    nobody = models.BooleanField(default=False)                     # the worker found nobody who may read it, and said so
    answer = models.BinaryField(null=True)                          # sealed under `key`, field "review_answer"
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=models.Q(answered_at=None), name="review_waits_once"),
            models.CheckConstraint(name="review_by_another_unit", condition=~models.Q(about=models.F("reader"))),
            models.CheckConstraint(name="review_answered_by_somebody", condition=models.Q(
                answer__isnull=True, answered_by__isnull=True, answered_at__isnull=True) | models.Q(
                answer__isnull=False, answered_by__isnull=False, answered_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return str(self.pk)


class Nudge(models.Model):
    """How often the reporter was reminded while one case waits for them. Each reminder is as neutral as any other message."""
    case = models.OneToOneField("cases.Case", on_delete=models.CASCADE, related_name="+")
    since = models.DateTimeField()                                  # when this waiting began
    sent = models.PositiveSmallIntegerField(default=0)

    def __str__(self) -> str:
        return f"{self.case_id} {self.sent}"
