import uuid

from django.conf import settings
from django.db import models

from cases.workflow import Source


class Tally(models.Model):
    """How many reports, notices or deadlines of a month had this value. Nothing says which values belonged to one case, or to
    which."""
    month = models.DateField()                       # its first day
    unit = models.CharField(max_length=30, blank=True, default="")      # its code; "": counted before units were kept apart
    dimension = models.CharField(max_length=10)      # counting.Dimension, which says of which month
    value = models.CharField(max_length=100)         # a code, or several with colons between
    gone = models.PositiveIntegerField(default=0)    # of cases that were destroyed: for good
    living = models.PositiveIntegerField(default=0)  # of cases that are here: counted anew each night

    class Meta:
        constraints = [models.UniqueConstraint(fields=["month", "unit", "dimension", "value"], name="tally_once")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.unit} {self.dimension} {self.value}"


class Counted(models.Model):
    """When a month was counted last. Its row is what the nightly count and the destruction of a case take turns at."""
    month = models.DateField(unique=True)
    at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.month:%Y-%m}"


class Call(models.Model):
    """How many people of a day were answered whose matter is another body's: no case, nobody's words."""
    day = models.DateField()
    came = models.CharField(max_length=10, choices=[each for each in Source.choices if each[0] != Source.SPLIT.value])
    reason = models.CharField(max_length=20)         # codes of cases.statistics.words
    sent_to = models.CharField(max_length=20)
    n = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "came", "reason", "sent_to"], name="call_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.came} {self.reason} {self.sent_to}"


class Publication(models.Model):
    """Figures of some months, frozen when they were prepared; what somebody else has published is an Edition too."""
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    first = models.DateField()                                      # first day of the first month
    last = models.DateField()                                       # first day of the last month
    numbers = models.JSONField()                                    # cases.statistics.publishing.frozen
    prepared_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    prepared_at = models.DateTimeField()
    published_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    published_at = models.DateTimeField(null=True)
    withdrawn_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True)                  # before it was published: dropped

    class Meta:
        ordering = ["-last", "-prepared_at"]
        constraints = [
            models.CheckConstraint(name="published_by_another", condition=models.Q(published_by=None, published_at=None)
                                   | models.Q(published_by__isnull=False, published_at__isnull=False)
                                   & ~models.Q(published_by=models.F("prepared_by"))),
            models.CheckConstraint(name="publication_withdrawn_by_somebody", condition=
                                   models.Q(withdrawn_by=None, withdrawn_at=None)
                                   | models.Q(withdrawn_by__isnull=False, withdrawn_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.first:%Y-%m} {self.last:%Y-%m}"


class Edition(models.Model):
    """What everybody may read: the only table of figures that the public's process can. Names nobody."""
    publication = models.OneToOneField(Publication, on_delete=models.PROTECT, primary_key=True, related_name="edition")
    first = models.DateField()
    last = models.DateField()
    numbers = models.JSONField(null=True)                           # None: withdrawn
    published_at = models.DateTimeField()
    withdrawn_at = models.DateTimeField(null=True)
    note_en = models.CharField(max_length=300, blank=True)          # why it was withdrawn
    note_ur = models.CharField(max_length=300, blank=True)

    class Meta:
        ordering = ["-last", "-published_at"]
        constraints = [models.CheckConstraint(name="withdrawn_without_numbers", condition=models.Q(
            withdrawn_at=None, numbers__isnull=False) | models.Q(withdrawn_at__isnull=False, numbers=None))]

    def __str__(self) -> str:
        return f"{self.first:%Y-%m} {self.last:%Y-%m}"
