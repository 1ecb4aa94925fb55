import uuid
from enum import StrEnum

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    EMAIL = "email", _("E-mail")
    SMS = "sms", _("SMS")


class Occasion(StrEnum):
    """Why somebody is told. The words for each are in `wording`."""
    URGENT = "urgent"            # a new case of priority 1 or 2
    UNCLAIMED = "unclaimed"      # nobody took an urgent case in ten minutes
    CLOCK = "clock"              # three quarters of a clock have run
    OVERDUE = "overdue"          # a clock has run out; told to supervisors too
    STILL = "still"              # a reminder of that
    LEFT = "left"                # nor did the reminders help: told to administrators, who can give a unit people
    MESSAGE = "message"          # the reporter wrote
    BACK = "back"                # the reporter sees it online again
    ANSWER = "answer"            # a platform answered
    SILENCE = "silence"          # a platform let its time run out
    FAILED = "failed"            # a notice could not be delivered
    SECOND = "second"            # what is known of a child's case waits for a second person's yes
    REMINDER = "reminder"        # a member asked to be reminded of a case
    WISH = "wish"                # a woman was asked for, and the case went to somebody else
    GLASS = "glass"              # somebody opened a case that is kept for others
    ASIDE = "aside"              # who had a case stepped aside: it needs somebody new
    MOVED = "moved"              # a case came from another unit
    NOBODY = "nobody"            # all who could open a case are gone or excluded; told to administrators
    LOCKED = "locked"            # a file may show a child, and nobody opens it any more
    MANY = "many"                # a member called many files intimate within an hour, which destroys them
    ASKED = "asked"              # another unit asks about a match
    REPLIED = "replied"          # another unit answered such a question
    REVIEW = "review"            # a reporter asks for a second look by another unit, or complains
    UNREVIEWED = "unreviewed"    # and nobody can read it; told to administrators
    SEARCHED = "searched"        # somebody of another unit searched for a fingerprint that one of these cases holds
    TAKEN_OFF = "taken_off"      # one report took listed pictures of several other cases off the list
    TASK = "task"                # a colleague gave a member something to do
    MENTION = "mention"          # a colleague named a member in a note
    CLOSING = "closing"          # a child's case is to be closed, and a second person is asked
    DECIDED = "decided"          # who asked for that has an answer
    APPROVAL = "approval"        # a notice waits for a second person
    APPROVED = "approved"        # who asked for that has an answer
    UNDECIDED = "undecided"      # nobody has, for a working day; told to supervisors
    REFERRAL = "referral"        # a case is to go to an authority, and a second person is asked
    PARTNER = "partner"          # to who speaks for a partner body: something was put before it
    POLICY = "policy"            # a partner body, or our office, wrote in their thread about policy
    DIGEST = "digest"            # the morning's counts
    WEBHOOK = "webhook"          # a webhook was switched off, for its address does not take what we send
    WAITING = "waiting"          # to the reporter: something waits


class Preference(models.Model):
    """How a member wants to be told. Without a row: e-mail for all, SMS for what cannot wait if a number is known."""
    member = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    email = models.BooleanField(default=True)
    sms = models.BooleanField(default=True)
    digest = models.BooleanField(default=True)
    ways = models.JSONField(default=dict)         # Occasion → Kinds, where the member chose; the three above for all others

    def __str__(self) -> str:
        return str(self.member_id)


class News(models.Model):
    """What a member is told of at the desk: why, how many, of which case; named only while they may see the case."""
    id = models.BigAutoField(primary_key=True)
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, null=True, related_name="+")
    occasion = models.CharField(max_length=20)    # an Occasion
    counts = models.JSONField(default=dict)       # as of a Notification
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name_plural = "news"
        indexes = [models.Index(fields=["member", "-id"], name="news_of_member"), models.Index(fields=["at"], name="news_by_age"),
                   models.Index(fields=["member"], condition=models.Q(read_at=None), name="news_unread")]

    def __str__(self) -> str:
        return f"{self.occasion} {self.pk}"


class Address(models.Model):
    """Where a reporter chose to be told that something waits. Sealed to the worker; deleted on withdrawal, bounce, closing."""
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.OneToOneField("cases.Case", on_delete=models.CASCADE, related_name="address")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    key = models.OneToOneField("cases_vault.DataKey", on_delete=models.PROTECT, related_name="+")
    sealed = models.BinaryField()
    hours = models.JSONField(default=list)        # safe hours, local time: [[9, 12], [15, 18]]; empty = any
    last_sent_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return str(self.pk)


class Notification(models.Model):
    """One message to send to one person; content-free. The outbox job points here."""
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, null=True, related_name="+")
    address = models.ForeignKey(Address, on_delete=models.CASCADE, null=True, related_name="+")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    occasion = models.CharField(max_length=20)    # an Occasion
    counts = models.JSONField(default=dict)       # the numbers its sentence names, and nothing else
    created_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.CheckConstraint(name="notification_one_recipient",
                                              condition=models.Q(member__isnull=False, address__isnull=True)
                                              | models.Q(member__isnull=True, address__isnull=False))]

    def __str__(self) -> str:
        return f"{self.occasion} {self.pk}"


class Webhook(models.Model):
    """An address of another system of the ministry that is told when something happens in a unit's cases: that, and when."""
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    unit = models.ForeignKey("cases_units.Unit", on_delete=models.CASCADE, related_name="+")
    url = models.CharField(max_length=500)
    occasions = models.JSONField(default=list)    # of webhooks.OFFERED
    with_reference = models.BooleanField(default=False)
    key = models.OneToOneField("cases_vault.DataKey", on_delete=models.PROTECT, related_name="+")   # the worker's alone
    sealed = models.BinaryField()                 # the 32 bytes that sign, under `key`, field "webhook"
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    made_at = models.DateTimeField()
    off_at = models.DateTimeField(null=True)
    failures = models.PositiveSmallIntegerField(default=0)          # deliveries given up in a row

    class Meta:
        ordering = ["made_at"]

    def __str__(self) -> str:
        return str(self.pk)


class Delivery(models.Model):
    """One message to a webhook; its id is the one that the receiver sees, however often it is tried."""
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    occasion = models.CharField(max_length=20)    # an Occasion, or "test"
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, null=True, related_name="+")
    at = models.DateTimeField()                   # to the minute: what happens twice within one is told once
    tries = models.PositiveSmallIntegerField(default=0)
    answer = models.CharField(max_length=40, blank=True)            # of the last try: a status, or the code of what went wrong
    done_at = models.DateTimeField(null=True)
    given_up = models.BooleanField(default=False)

    class Meta:
        verbose_name_plural = "deliveries"
        ordering = ["-at", "-pk"]
        constraints = [models.UniqueConstraint(fields=["webhook", "occasion", "case", "at"], name="delivery_once_a_minute")]
        indexes = [models.Index(fields=["at"], name="delivery_by_age")]

    def __str__(self) -> str:
        return f"{self.occasion} {self.pk}"
