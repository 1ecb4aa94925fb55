"""What delivery and answers keep beside the escalation itself."""
import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.escalation.failures import Failure


class Gate(models.Model):
    """What a channel lets through, and when: its pace, and whether it is paused because it is broken. One row for all workers."""
    channel = models.OneToOneField("cases_escalation.Channel", on_delete=models.CASCADE, primary_key=True, related_name="gate")
    next_at = models.DateTimeField(null=True)                        # the pace: when the next one would be due
    failures = models.PositiveIntegerField(default=0)                # in a row
    failure = models.CharField(max_length=20, choices=Failure.choices, blank=True)      # the last
    paused_at = models.DateTimeField(null=True)
    probe_at = models.DateTimeField(null=True)                       # one is let through then, to see

    objects: ClassVar[models.Manager["Gate"]] = models.Manager()

    def __str__(self) -> str:
        return str(self.channel_id)


class DeadLetter(models.Model):
    """A notice that could not be delivered and waits for a person."""

    class How(models.TextChoices):
        AGAIN = "again", _("Sent again")
        ASIDE = "aside", _("Settled in another way")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    escalation = models.ForeignKey("cases_escalation.Escalation", on_delete=models.CASCADE, related_name="dead_letters")
    failure = models.CharField(max_length=20, choices=Failure.choices)
    code = models.CharField(max_length=60, blank=True)
    at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)
    settled_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    how = models.CharField(max_length=10, choices=How.choices, blank=True)

    class Meta:
        ordering = ["-at"]
        constraints = [models.UniqueConstraint(fields=["escalation"], condition=models.Q(settled_at=None),
                                               name="dead_letter_waits_once")]

    def __str__(self) -> str:
        return f"{self.escalation_id} {self.failure}"

    @property
    def number(self) -> str:
        """What the other server said, as a code: "550-5.1.1"."""
        return self.code.partition(" ")[2]


class ReplyAddress(models.Model):
    """Where the answer to one notice comes in. The address itself follows from the notice's key; here is only what it is
    recognised by, so that who reads this table can write to none."""
    escalation = models.OneToOneField("cases_escalation.Escalation", on_delete=models.CASCADE, primary_key=True,
                                      related_name="reply_address")
    digest = models.CharField(max_length=64, unique=True)            # SHA-256 of the token, hex

    def __str__(self) -> str:
        return str(self.escalation_id)


class Answer(models.Model):
    """What came back for a notice: by mail, typed in by staff, or from a partner's machine. Words are sealed to the unit."""

    class Way(models.TextChoices):
        MAIL = "mail", _("By mail")
        TYPED = "typed", _("Typed in")
        MACHINE = "machine", _("By machine")
        DESK = "desk", _("By their liaison, here")

    class Kind(models.TextChoices):
        ANSWER = "answer", _("Answer")
        AUTOMATIC = "automatic", _("Automatic reply")
        BOUNCE = "bounce", _("Report of a mail server")

    class Reason(models.TextChoices):
        """Why they refuse, or what they ask for."""
        RULES = "rules", _("It does not break their rules, they say")
        NOT_FOUND = "not_found", _("They cannot find it")
        NOT_THEIRS = "not_theirs", _("They are not the ones who can remove it")
        PROOF = "proof", _("They ask for proof of who is affected, or of our authority")
        LINKS = "links", _("They ask for exact links")
        WORDS = "words", _("They ask for more words on what it is")
        LAW = "law", _("They ask for a court's order or another law")
        DISPUTED = "disputed", _("Whoever published it disagrees")
        GONE = "gone", _("It was gone already")
        OTHER = "other", _("Another reason")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    escalation = models.ForeignKey("cases_escalation.Escalation", on_delete=models.CASCADE, related_name="answers")
    at = models.DateTimeField()
    way = models.CharField(max_length=10, choices=Way.choices)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.ANSWER.value)
    key = models.OneToOneField("cases_vault.DataKey", on_delete=models.PROTECT, null=True, related_name="+")   # the unit's alone
    body = models.BinaryField(null=True)                             # sealed JSON: from, subject, text
    left_out = models.PositiveSmallIntegerField(default=0)           # attachments that were dropped
    message = models.CharField(max_length=64, blank=True)            # SHA-256 of its Message-ID: the same mail twice is one
    failure = models.CharField(max_length=20, choices=Failure.choices, blank=True)      # of a bounce
    outcome = models.CharField(max_length=20, blank=True)            # an Escalation.State; empty until somebody has read it
    reason = models.CharField(max_length=20, choices=Reason.choices, blank=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    sorted_at = models.DateTimeField(null=True)                      # by whom and when it was classified

    class Meta:
        ordering = ["at"]
        constraints = [models.UniqueConstraint(fields=["escalation", "message"], condition=~models.Q(message=""),
                                               name="answer_once")]
        indexes = [models.Index(fields=["case"], condition=models.Q(sorted_at=None, kind="answer"), name="answer_unsorted")]

    def __str__(self) -> str:
        return f"{self.way} {self.pk}"

    @property
    def unsorted(self) -> bool:
        """Words that nobody has made anything of."""
        return self.kind == self.Kind.ANSWER and self.sorted_at is None


class Arrival(models.Model):
    """A mail that the webhook took and the worker has not looked at yet: sealed to the worker, gone a moment later."""
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    key = models.OneToOneField("cases_vault.DataKey", on_delete=models.PROTECT, related_name="+")    # the worker's alone
    sealed = models.BinaryField()
    at = models.DateTimeField()

    def __str__(self) -> str:
        return str(self.pk)


class Stray(models.Model):
    """How many mails of a day belonged to no notice. Nothing else of them is kept."""

    class Why(models.TextChoices):
        NO_TOKEN = "no_token", _("to our address, for no notice")
        UNKNOWN = "unknown", _("to an address that belongs to no notice")
        UNREADABLE = "unreadable", _("too large or not readable")

    day = models.DateField()
    why = models.CharField(max_length=12, choices=Why.choices)
    count = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "why"], name="stray_counted_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.why}"
