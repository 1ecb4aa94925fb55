from django.db import models


class Calendar(models.Model):
    """Working hours of a unit. Hours are kept as data: {"0": [["09:00", "17:00"]], …}, 0 = Monday, local time."""
    name = models.CharField(max_length=80)
    timezone = models.CharField(max_length=40, default="Asia/Karachi")
    hours = models.JSONField(default=dict)

    def __str__(self) -> str:
        return self.name


class PriorityRule(models.Model):
    """A rule of priority as the ministry set it: instead of the code's of the same code, or one of its own. A change ends the row
    and appends another, so that it can be read what counted when. What conditions mean is cases.priority's business."""
    code = models.SlugField(max_length=30)
    name = models.CharField(max_length=80)                  # name_en, name_ur
    level = models.PositiveSmallIntegerField()              # 1 to 4
    conditions = models.JSONField(default=dict)             # {"harm": ["sextortion"], "child": ["yes"]}
    off = models.BooleanField(default=False)                # it fires no more
    since = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["pk"]
        constraints = [models.UniqueConstraint(fields=["code"], condition=models.Q(ended_at=None), name="one_rule_of_a_code"),
                       models.CheckConstraint(name="rule_has_a_level", condition=models.Q(level__gte=1, level__lte=4))]

    def __str__(self) -> str:
        return str(self.name)


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
