from django.db import models


class Tally(models.Model):
    """How many disposed cases of a month had this value. Nothing says which values belonged to one case, or to which."""
    month = models.DateField()                       # its first day, of when the report came
    dimension = models.CharField(max_length=10)      # counting.Dimension
    value = models.CharField(max_length=30)          # a code
    n = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["month", "dimension", "value"], name="tally_once")]

    def __str__(self) -> str:
        return f"{self.month:%Y-%m} {self.dimension} {self.value}"
