from django.db import models


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
