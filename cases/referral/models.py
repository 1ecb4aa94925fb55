"""What goes to an authority, and what people with power ask of us. What is typed is sealed; what is counted is a code."""
import uuid

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _


class Ground(models.TextChoices):
    """Why a case may be passed on. Without a yes of the reporter there are two, and two people decide."""
    CONSENT = "consent", _("The reporter has agreed to exactly this body")
    DANGER = "danger", _("Somebody’s life is in danger now")
    CHILD_DUTY = "child_duty", _("The law obliges us, for a child")


class Referral(models.Model):
    """One case, one authority: what is passed on, why, who agreed, and what came of it. The package itself rests nowhere.

    Sealed under the case's key: why without a yes ("ground"), why the reporter is not told ("untold"), the passphrase
    ("passphrase"), the number that they gave it ("referral_reference").
    """

    class State(models.TextChoices):
        ASKED = "asked", _("Waits for a second person")
        READY = "ready", _("May be taken out")
        TAKEN = "taken", _("Taken out, not yet handed over")
        HANDED = "handed", _("Handed over")
        ACCEPTED = "accepted", _("Accepted by them")
        REFUSED = "refused", _("Refused by them")
        ACTED = "acted", _("They have acted")
        NOTHING = "nothing", _("Ended by them without a result")
        DROPPED = "dropped", _("Not passed on")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="referrals")
    authority = models.ForeignKey("cases_escalation.Authority", on_delete=models.PROTECT, related_name="+")
    reference = models.CharField(max_length=20, unique=True)         # ours, on all that leaves; says nothing of the case
    state = models.CharField(max_length=10, choices=State.choices, default=State.ASKED.value)
    ground = models.CharField(max_length=10, choices=Ground.choices)
    parts = models.JSONField()                                       # words.Part values that go along
    files = models.JSONField(default=list)                           # ids of evidence that goes along
    demand = models.ForeignKey("Demand", on_delete=models.SET_NULL, null=True, related_name="given")
    why = models.BinaryField(null=True)
    untold = models.BinaryField(null=True)                           # None: the reporter is told
    passphrase = models.BinaryField(null=True)                       # None: sealed to the authority's own key
    their_reference = models.BinaryField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    second = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    taken_at = models.DateTimeField(null=True)                       # the one download
    taken_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    sha256 = models.CharField(max_length=64, blank=True)             # of what was downloaded
    handed_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    told_at = models.DateTimeField(null=True)                        # the reporter

    class Meta:
        ordering = ["asked_at"]
        constraints = [
            models.CheckConstraint(name="referral_without_yes_takes_two", condition=Q(ground="consent")
                                   | Q(state__in=["asked", "dropped"]) | Q(second__isnull=False)),
            models.CheckConstraint(name="referral_without_yes_says_why", condition=Q(ground="consent") | Q(why__isnull=False)),
            models.CheckConstraint(name="referral_second_is_another", condition=Q(second=None) | ~Q(second=F("by"))),
        ]

    def __str__(self) -> str:
        return self.reference


class Policy(models.Model):
    """Whether a unit wants two people for each referral, not only for those without a yes and those of a child."""
    unit = models.OneToOneField("cases_units.Unit", on_delete=models.CASCADE, primary_key=True, related_name="+")
    two_people = models.BooleanField(default=False)

    class Meta:
        verbose_name_plural = "policies"

    def __str__(self) -> str:
        return str(self.unit_id)


class Demand(models.Model):
    """Somebody with power asks for case data. The row stays for good, as codes and days; what was typed goes with its case.

    `key` seals who exactly asks and for what ("words") and why it was decided so ("reason"): a case's, or of a row without one
    its own, under its own id.
    """

    class Who(models.TextChoices):
        POLICE = "police", _("Police or an investigating agency")
        COURT = "court", _("A court")
        MINISTER = "minister", _("A minister or a ministry")
        OTHER = "other", _("Another office")

    class Law(models.TextChoices):
        """What they named, not whether it holds."""
        COURT_ORDER = "court_order", _("An order of a court")
        WARRANT = "warrant", _("A warrant for data (PECA 2016, sections 33 and 34)")
        PECA = "peca", _("Another section of PECA 2016")
        CRIMINAL_CODE = "criminal_code", _("The Code of Criminal Procedure 1898")
        CHILD_LAW = "child_law", _("A law on the protection of children")
        OTHER = "other", _("Another law")
        NONE = "none", _("None was named")

    class Scope(models.TextChoices):
        CASE = "case", _("One case")
        SOME = "some", _("Several cases")
        PERSON = "person", _("Whatever concerns one person")
        MANY = "many", _("Many or all cases")

    class Decision(models.TextChoices):
        REFUSED = "refused", _("Refused")
        PART = "part", _("Given in part")
        GIVEN = "given", _("Given")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.PositiveIntegerField(unique=True)                # in the register, from 1
    unit = models.ForeignKey("cases_units.Unit", on_delete=models.PROTECT, related_name="+")
    case = models.ForeignKey("cases.Case", on_delete=models.SET_NULL, null=True, related_name="+")
    who = models.CharField(max_length=10, choices=Who.choices)
    law = models.CharField(max_length=20, choices=Law.choices)
    scope = models.CharField(max_length=10, choices=Scope.choices)
    key = models.OneToOneField("cases_vault.DataKey", on_delete=models.PROTECT, related_name="+")
    words = models.BinaryField()
    reason = models.BinaryField(null=True)
    received_on = models.DateField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    decision = models.CharField(max_length=10, choices=Decision.choices, blank=True)      # proposed, until somebody else agrees
    first = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    second = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-number"]
        constraints = [
            models.CheckConstraint(name="demand_decided_by_two", condition=Q(decided_at=None, second=None)
                                   | Q(decided_at__isnull=False, first__isnull=False, second__isnull=False, reason__isnull=False)
                                   & ~Q(first=F("second")) & ~Q(decision="")),
        ]

    def __str__(self) -> str:
        return str(self.number)
