import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

MOST_FILES = 5                                               # a ticket


class Evidence(models.Model):
    """One screenshot that a reporter added: sealed to the worker while it is on its way, to the unit once it rests.

    `key` is another key before and after: what arrived is destroyed with its own. The hashes stay when the picture goes.
    """

    class State(models.TextChoices):
        ARRIVED = "arrived", _("On its way")
        KEPT = "kept", _("Kept")
        DESTROYED = "destroyed", _("Destroyed")
        LOCKED = "locked", _("Locked")
        FAILED = "failed", _("Could not be used")

    class Why(models.TextChoices):
        """Why it is destroyed, locked or failed."""
        OWN_FINGERPRINT = "own_fingerprint", _("It is a picture that the report itself is about")
        INTIMATE_LIST = "intimate_list", _("It is on a list of intimate pictures")
        CHILD_LIST = "child_list", _("It is on a list of child imagery")
        CHILD_CASE = "child_case", _("The report is about pictures of a child")
        INTIMATE = "intimate", _("A caseworker saw that it is intimate")
        CHILD = "child", _("A caseworker suspects that it shows a child")
        INTIMATE_CHILD = "intimate_child", _("A caseworker saw that it is intimate, another suspects that it shows a child")
        TOO_MANY = "too_many", _("The case has as many files as it can take")
        UNREADABLE = "unreadable", _("It cannot be read as a picture")
        TOO_LARGE = "too_large", _("It has too many pixels")
        GAVE_UP = "gave_up", _("We tried many times and could not look at it")

    class Kind(models.TextChoices):
        """What arrived, by its first bytes. What is kept is always WebP."""
        PNG = "png"
        JPEG = "jpeg"
        WEBP = "webp"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="evidence")
    ticket = models.UUIDField()                              # one leave to add up to MOST_FILES files
    number = models.PositiveSmallIntegerField()              # 1 … MOST_FILES within the ticket
    state = models.CharField(max_length=10, choices=State.choices, default=State.ARRIVED.value)
    why = models.CharField(max_length=20, choices=Why.choices, blank=True)
    kind = models.CharField(max_length=4, choices=Kind.choices)
    arrived_at = models.DateTimeField()
    settled_at = models.DateTimeField(null=True)             # of the newest state; None while it is on its way
    looked_at = models.DateTimeField(null=True)              # a member first saw it sharp; the reporter may know that
    key = models.OneToOneField("cases_vault.DataKey", on_delete=models.PROTECT, null=True, related_name="+")
    preserved = models.BinaryField(null=True)                # locked by an order to preserve: the key, sealed to who is outside
    letter = models.CharField(max_length=300, blank=True)    # the order under which it was locked or destroyed: its reference
    exported_at = models.DateTimeField(null=True)            # what is preserved was handed to the share-holders, sealed
    width = models.PositiveIntegerField(null=True)           # pixels of what arrived, turned upright
    height = models.PositiveIntegerField(null=True)
    sha256 = models.CharField(max_length=64, blank=True)     # of the file as it arrived
    pdq = models.CharField(max_length=64, blank=True)        # 256 bits, lower-case hex
    quality = models.PositiveSmallIntegerField(null=True)    # of the PDQ, 0 … 100
    phash = models.CharField(max_length=16, blank=True)      # 64 bits
    dhash = models.CharField(max_length=16, blank=True)

    class Meta:
        ordering = ["arrived_at", "number"]
        indexes = [models.Index(fields=["case", "arrived_at"], name="evidence_of_case"),
                   models.Index(fields=["state", "arrived_at"], name="evidence_waiting")]
        constraints = [
            models.UniqueConstraint(fields=["ticket", "number"], name="evidence_number_once"),
            models.CheckConstraint(name="evidence_number",
                                   condition=models.Q(number__gte=1, number__lte=MOST_FILES)),
            models.CheckConstraint(name="evidence_settled", condition=models.Q(state="arrived", settled_at=None)
                                   | ~models.Q(state="arrived") & models.Q(settled_at__isnull=False)),
            models.CheckConstraint(name="evidence_says_why", condition=models.Q(state__in=["arrived", "kept"], why="")
                                   | models.Q(state__in=["destroyed", "locked", "failed"]) & ~models.Q(why="")),
            models.CheckConstraint(name="evidence_has_a_key_while_there_is_something",
                                   condition=models.Q(state__in=["arrived", "kept", "locked"], key__isnull=False)
                                   | models.Q(state__in=["destroyed", "failed"], key=None)),
            models.CheckConstraint(name="evidence_preserved_is_locked",
                                   condition=models.Q(preserved=None) | models.Q(state="locked"))]

    def __str__(self) -> str:
        return f"{self.case_id} {self.number} {self.state}"


class Page(models.Model):
    """A sealed piece of a file (cases.vault.pages). In the database only, never on a disk of its own."""
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    evidence = models.ForeignKey(Evidence, on_delete=models.CASCADE, related_name="pages")
    number = models.PositiveSmallIntegerField()              # 0, 1, …
    blob = models.BinaryField()

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["evidence", "number"], name="page_once")]

    def __str__(self) -> str:
        return f"{self.evidence_id} {self.number}"


class Exposure(models.Model):
    """How many files a member opened in a day, and how many of them they had to call intimate or worse. Names no case."""
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    day = models.DateField()
    opened = models.PositiveIntegerField(default=0)
    intimate = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["day"]
        constraints = [models.UniqueConstraint(fields=["member", "day"], name="exposure_once_a_day")]

    def __str__(self) -> str:
        return f"{self.member_id} {self.day:%F}: {self.opened}"
