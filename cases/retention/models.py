import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.retention.periods import LEAST_DAYS, MOST_DAYS
from cases.workflow import Outcome


class Schedule(models.Model):
    """How long a closed case is kept. Without a unit it is for every unit that has none of its own for this outcome."""
    unit = models.ForeignKey("cases_units.Unit", on_delete=models.PROTECT, null=True, related_name="+")
    outcome = models.CharField(max_length=20, choices=Outcome.choices)
    name = models.CharField(max_length=80)                           # name_en, name_ur
    reason = models.CharField(max_length=300)                        # reason_en, reason_ur: why this long and no longer
    days = models.PositiveSmallIntegerField()                        # after closing

    class Meta:
        ordering = ["unit__code", "days", "outcome"]
        constraints = [
            models.UniqueConstraint(fields=["unit", "outcome"], name="schedule_once"),
            models.UniqueConstraint(fields=["outcome"], condition=models.Q(unit=None), name="schedule_default_once"),
            models.CheckConstraint(name="schedule_days",
                                   condition=models.Q(days__gte=LEAST_DAYS, days__lte=MOST_DAYS))]

    def __str__(self) -> str:
        return str(self.name)


class Hold(models.Model):
    """While it stands, nothing of the case may be deleted, whoever asks. Codes, not words: nothing here needs sealing."""

    class Reason(models.TextChoices):
        COURT = "court", _("A court asked for it")
        AUTHORITY = "authority", _("Police or another authority asked in writing")
        COMPLAINT = "complaint", _("A complaint or appeal is running")
        PRESSURE = "pressure", _("Somebody may be forcing the reporter to erase it")
        REVIEW = "review", _("The ministry is looking into its own work")

    class Lifted(models.TextChoices):
        OVER = "over", _("It is over: nobody needs it any more")
        WITHDRAWN = "withdrawn", _("Whoever asked for it took it back")
        MISTAKE = "mistake", _("It was placed by mistake")

    case = models.ForeignKey("cases.Case", on_delete=models.PROTECT, related_name="holds")
    reason = models.CharField(max_length=20, choices=Reason.choices, default=Reason.REVIEW.value)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    lifted_because = models.CharField(max_length=20, choices=Lifted.choices, blank=True)
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=models.Q(lifted_at=None), name="hold_one_stands"),
            models.CheckConstraint(name="hold_lifted_whole",
                                   condition=models.Q(lifted_at=None, lifted_by=None, lifted_because="")
                                   | models.Q(lifted_at__isnull=False, lifted_by__isnull=False) & ~models.Q(lifted_because=""))]

    def __str__(self) -> str:
        return str(self.case_id)


class Proposal(models.Model):
    """A case whose time is over. The nightly job writes it, one supervisor approves, another confirms."""
    case = models.OneToOneField("cases.Case", on_delete=models.CASCADE, related_name="proposal")
    schedule = models.ForeignKey(Schedule, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    approved_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["case__closed_at"]
        constraints = [models.CheckConstraint(name="proposal_approved_whole",
                                              condition=models.Q(approved_by=None, approved_at=None)
                                              | models.Q(approved_by__isnull=False, approved_at__isnull=False))]

    def __str__(self) -> str:
        return str(self.case_id)


class Disposal(models.Model):
    """First the decision that a case goes, then its tombstone. Once finished it holds no way back to the case."""

    class Why(models.TextChoices):
        SCHEDULE = "schedule", _("Its time was over")
        REPORTER = "reporter", _("The reporter erased it")
        RESTORED = "restored", _("It came back with a backup")
        PRACTICE = "practice", _("It was made up, for practice")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    digest = models.CharField(max_length=64, unique=True)            # tombstones.digest: of a random id, so it tells nothing
    case = models.UUIDField(null=True, unique=True)                  # only until it is finished
    why = models.CharField(max_length=10, choices=Why.choices)
    outcome = models.CharField(max_length=20, choices=Outcome.choices, blank=True)
    approved_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    confirmed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-at"]
        constraints = [
            models.CheckConstraint(name="disposal_forgets_the_case",
                                   condition=models.Q(case__isnull=False, finished_at=None)
                                   | models.Q(case=None, finished_at__isnull=False)),
            models.CheckConstraint(name="disposal_two_people",
                                   condition=~models.Q(why="schedule")
                                   | models.Q(approved_by__isnull=False, confirmed_by__isnull=False)
                                   & ~models.Q(approved_by=models.F("confirmed_by")))]

    def __str__(self) -> str:
        return self.digest[:12]


class Restoration(models.Model):
    """The database came out of a backup. Until `replayed_at`, what was destroyed since is back, and no process serves."""
    at = models.DateTimeField()
    replayed_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.at:%F}"
