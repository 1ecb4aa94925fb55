from django.db import models

from cases.workflow import Source


class Tally(models.Model):
    """How many reports, notices or deadlines of a month had this value. Nothing says which values belonged to one case, or to
    which."""
    month = models.DateField()                       # its first day
    unit = models.CharField(max_length=30, blank=True, default="")      # its code; "": counted before units were kept apart
    dimension = models.CharField(max_length=10)      # counting.Dimension, which says of which month
    value = models.CharField(max_length=50)          # a code, or two with a colon between
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
    came = models.CharField(max_length=10, choices=Source.choices)
    reason = models.CharField(max_length=20)         # codes of cases.statistics.words
    sent_to = models.CharField(max_length=20)
    n = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "came", "reason", "sent_to"], name="call_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.came} {self.reason} {self.sent_to}"
