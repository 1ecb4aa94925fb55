from django.db import models


class Calendar(models.Model):
    """Working hours of a unit. Hours are kept as data: {"0": [["09:00", "17:00"]], …}, 0 = Monday, local time."""
    name = models.CharField(max_length=80)
    timezone = models.CharField(max_length=40, default="Asia/Karachi")
    hours = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.name


class Period(models.Model):
    """Days, both ends included, with hours of their own: Ramzan, whose days are announced by the moon. Hours as in Calendar."""
    calendar = models.ForeignKey(Calendar, on_delete=models.CASCADE, related_name="periods")
    first = models.DateField()
    last = models.DateField()
    name = models.CharField(max_length=80)                  # name_en, name_ur
    hours = models.JSONField(default=dict)

    class Meta:
        ordering = ["first"]
        constraints = [models.CheckConstraint(name="period_ends_after_it_begins",
                                              condition=models.Q(last__gte=models.F("first")))]

    def __str__(self) -> str:
        return f"{self.first} {self.name}"


class Holiday(models.Model):
    calendar = models.ForeignKey(Calendar, on_delete=models.CASCADE, related_name="holidays")
    day = models.DateField()
    name = models.CharField(max_length=80)                  # name_en, name_ur

    class Meta:
        ordering = ["day"]
        constraints = [models.UniqueConstraint(fields=["calendar", "day"], name="holiday_once")]

    def __str__(self) -> str:
        return f"{self.day} {self.name}"
