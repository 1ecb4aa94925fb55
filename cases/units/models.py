import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import get_language, gettext_lazy as _


class Unit(models.Model):
    """A team that can read its cases, and nobody else's."""
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    code = models.SlugField(max_length=30, unique=True)     # what routing.py names
    name = models.CharField(_("name"), max_length=80)       # name_en, name_ur
    calendar = models.ForeignKey("cases_clock.Calendar", on_delete=models.PROTECT)
    practice = models.BooleanField(default=False)           # its cases are made up: nothing of them leaves, or counts anywhere

    class Meta:
        ordering = ["code"]

    def __str__(self) -> str:
        return str(self.name)


class Membership(models.Model):
    unit = models.ForeignKey(Unit, on_delete=models.PROTECT, related_name="memberships")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="memberships")
    on_duty = models.BooleanField(default=False)            # told of urgent cases at once
    is_woman = models.BooleanField(default=False)           # may be given cases whose reporter asked for a woman

    class Meta:
        constraints = [models.UniqueConstraint(fields=["unit", "member"], name="member_once_per_unit")]

    def __str__(self) -> str:
        return f"{self.member_id} in {self.unit_id}"


class TimeLimit(models.Model):
    """What a unit's clocks of one priority allow, from a day on: the newest that has begun counts, and none means the table of
    cases.priority. Appended, so that a late case can be held against the limit of its day."""
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="limits")
    level = models.PositiveSmallIntegerField()              # 1 to 4: cases.priority.Level, which lives a floor above
    hours = models.PositiveSmallIntegerField()
    working = models.BooleanField()                         # only the unit's working hours count
    since = models.DateTimeField()

    class Meta:
        ordering = ["-since", "-pk"]
        constraints = [models.CheckConstraint(name="limit_allows_some_time",
                                              condition=models.Q(hours__gte=1, level__gte=1, level__lte=4))]

    def __str__(self) -> str:
        return f"{self.unit_id} {self.level}: {self.hours}"


class Shift(models.Model):
    """A member is on duty from one moment to another. As long as a unit's roster names somebody now, nobody else is on duty."""
    unit = models.ForeignKey(Unit, on_delete=models.CASCADE, related_name="shifts")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="shifts")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        ordering = ["starts_at", "pk"]
        indexes = [models.Index(fields=["unit", "ends_at"], name="shift_coming")]
        constraints = [models.CheckConstraint(name="shift_ends_after_it_begins",
                                              condition=models.Q(ends_at__gt=models.F("starts_at")))]

    def __str__(self) -> str:
        return f"{self.member_id} {self.starts_at:%F %H:%M}"


class Cover(models.Model):
    """When a unit reads reports, for the public's pages: times without names, made by the worker for two weeks."""
    unit = models.OneToOneField(Unit, on_delete=models.CASCADE, related_name="+")
    windows = models.JSONField(default=list)                # [["2026-11-23T04:00:00+00:00", "…"], …], in order

    def __str__(self) -> str:
        return str(self.unit_id)


class Welfare(models.Model):
    """What a unit does for its people: from how many screenshots in a day on a break is suggested, and whom they can talk to.
    Without a row: `welfare.FILES_A_DAY`, and nobody is named."""
    unit = models.OneToOneField(Unit, on_delete=models.CASCADE, related_name="welfare")
    files_a_day = models.PositiveSmallIntegerField()
    phone = models.CharField(max_length=30, blank=True)
    hours_en = models.CharField(max_length=120, blank=True)         # who answers, and when
    hours_ur = models.CharField(max_length=120, blank=True)

    class Meta:
        verbose_name_plural = "welfare"
        constraints = [models.CheckConstraint(name="welfare_allows_some_files", condition=models.Q(files_a_day__gte=1))]

    def __str__(self) -> str:
        return f"{self.unit_id}: {self.files_a_day}"

    @property
    def hours(self) -> str:
        return self.hours_ur if (get_language() or "").startswith("ur") else self.hours_en
