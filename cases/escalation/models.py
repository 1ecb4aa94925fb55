import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.escalation.composing_models import Approval, Batch, TwoPeople
from cases.escalation.dated import Dated, Whom
from cases.escalation.delivery_models import Answer, Arrival, DeadLetter, Gate, ReplyAddress, Stray
from cases.escalation.failures import Failure, of_code
from cases.escalation.ladder_models import Deferral, Ladder, Step
from cases.escalation.sighting_models import Look, LookingUnit, Sighting

# Models of files of their own, by the name that Django asks for: cases.escalation.models.
__all__ = ["Answer", "Approval", "Arrival", "Attempt", "Authority", "Batch", "Capability", "Change", "Channel", "Dated",
           "DeadLetter", "Deferral", "Element", "Escalation", "Gate", "Ladder", "LegalBasis", "Look", "LookingUnit",
           "Platform", "ReplyAddress", "Sighting", "Step", "Stray", "TwoPeople", "Upload", "Whom"]


class Element(models.TextChoices):
    """What a notice or a referral can hold, and a legal basis, a form or an authority can ask for."""
    LOCATION = "location", _("Exact links, account names or fingerprints")
    REASONS = "reasons", _("What it shows and why it must go")
    POLICY = "policy", _("The platform's own clause, first")
    LAW = "law", _("The clause of the law")
    AUTHORITY = "authority", _("That the affected person authorised this office")
    NON_CONSENT = "non_consent", _("In good faith, that it was published without consent")
    ACCURACY = "accuracy", _("In good faith, that the notice is accurate and complete")
    SIGNATURE = "signature", _("Signature")
    CONTACT = "contact", _("Name and address of the office that signs")
    UNDER_18 = "under_18", _("Whether it shows or concerns a person under 18")
    NAME = "name", _("Name of the affected person")
    IDENTITY_CARD = "identity_card", _("Number of the identity card")
    HOME = "home", _("Home address")


class Capability(models.TextChoices):
    """What a channel can do beyond taking one link."""
    MANY = "many", _("Many links at once")
    FINGERPRINTS = "fingerprints", _("Takes fingerprints")
    REFERENCE = "reference", _("Gives a reference")
    ANSWERS = "answers", _("Answers the same way")
    OFFICES = "offices", _("For offices and trusted flaggers")
    NO_NAME = "no_name", _("Needs no name of the affected person")
    URDU = "urdu", _("Reads Urdu")
    FORWARDS = "forwards", _("Passes the notice on to others")
    PAPER = "paper", _("Wants a letter as PDF as well")


class LegalBasis(Dated):
    """What a notice stands on: a platform's own rules, or a law, which promises an answer within some hours or does not.

    Nothing that turns a service for victims into one that polices speech: `registry.speech` says what that is.
    """
    slug = models.SlugField(max_length=40, unique=True)
    name = models.CharField(max_length=120)                          # name_en, name_ur
    citation = models.CharField(max_length=200, blank=True)          # as the notice cites it; of the own rules, empty
    jurisdiction = models.CharField(max_length=2, blank=True)        # ISO 3166, or EU; empty: no country's
    hours = models.PositiveSmallIntegerField(null=True, blank=True)  # within which the law or the platform promises to act
    elements = models.JSONField(default=list, blank=True)            # Element values, without which they may let it lie
    harms = models.JSONField(default=list, blank=True)               # Harm values; empty = any
    whom = models.CharField(max_length=5, choices=Whom.choices, default=Whom.ANY.value)
    order = models.PositiveSmallIntegerField(default=100)

    objects: ClassVar[models.Manager["LegalBasis"]] = models.Manager()

    class Meta:
        ordering = ["order", "slug"]

    def __str__(self) -> str:
        return str(self.name)


class Platforms(models.Manager["Platform"]):
    def places(self) -> "models.QuerySet[Platform]":
        """Where a person sees something, as a form asks for it: nobody's page is seen at a host or a registrar."""
        return self.filter(kind__in=[Platform.Kind.PLATFORM, Platform.Kind.SEARCH])


class Platform(Dated):
    """Where the content is, or who can have it removed. Dated data: check before relying on it."""

    class Kind(models.TextChoices):
        PLATFORM = "platform", _("Platform")
        SEARCH = "search", _("Search engine")
        HOST = "host", _("Host or network")
        REGISTRAR = "registrar", _("Registrar of domains")

    slug = models.SlugField(max_length=30, unique=True)
    kind = models.CharField(max_length=10, choices=Kind.choices, default=Kind.PLATFORM.value)
    name = models.CharField(max_length=80)                           # name_en, name_ur
    domains = models.JSONField(default=list, blank=True)             # of its links, without "www."
    country = models.CharField(max_length=2, blank=True)             # ISO 3166, of the company that decides
    policy = models.CharField(max_length=300, blank=True)            # policy_en, policy_ur: the platform's own clause
    bases = models.ManyToManyField(LegalBasis, related_name="platforms", blank=True)
    takes_hashes = models.BooleanField(default=False)                # pulls our list through the exchange
    in_take_it_down = models.BooleanField(default=False)
    in_stopncii = models.BooleanField(default=False)
    order = models.PositiveSmallIntegerField(default=100)

    objects: ClassVar[Platforms] = Platforms()

    class Meta:
        ordering = ["order", "slug"]

    def __str__(self) -> str:
        return str(self.name)


class Channel(Dated):
    """One way to reach a platform. Whoever changed an address would get the notices: two people do (`registry.book`)."""

    class Kind(models.TextChoices):
        EMAIL = "email", _("E-mail")
        WEBFORM = "webform", _("Web form")
        STOPNCII = "stopncii", _("StopNCII, by machine")
        THREATEXCHANGE = "threatexchange", _("ThreatExchange, by machine")
        XARF = "xarf", _("XARF, by mail")
        WEBHOOK = "webhook", _("Signed message, by machine")
        LETTER = "letter", _("Letter")
        PARTNER = "partner", _("At the partner's own desk here")

    platform = models.ForeignKey(Platform, on_delete=models.CASCADE, related_name="channels")
    kind = models.CharField(max_length=20, choices=Kind.choices)
    address = models.CharField(max_length=300)                       # an e-mail address or the form's URL
    pgp_key = models.TextField(blank=True)                           # of an e-mail's recipient, in ASCII armour: nothing in clear
    label = models.CharField(max_length=120)                         # label_en, label_ur: what this form is for
    form_fields = models.JSONField(default=list)                     # [{"label", "limit", "content"}], in the form's order
    harms = models.JSONField(default=list, blank=True)               # Harm values it is meant for; empty = any
    capabilities = models.JSONField(default=list, blank=True)        # Capability values
    requires = models.JSONField(default=list, blank=True)            # Element values that this way asks for

    objects: ClassVar[models.Manager["Channel"]] = models.Manager()

    class Meta:
        ordering = ["platform", "kind", "pk"]

    def __str__(self) -> str:
        return f"{self.platform_id} {self.kind}"


class Authority(Dated):
    """A public body or a hotline to which a case can be referred, by consent for exactly that body."""

    class Kind(models.TextChoices):
        REGULATOR = "regulator", _("Regulator")
        POLICE = "police", _("Police")
        CHILD_PROTECTION = "child_protection", _("Child protection")
        HOTLINE = "hotline", _("Hotline")
        MINISTRY = "ministry", _("Ministry")

    slug = models.SlugField(max_length=40, unique=True)
    kind = models.CharField(max_length=20, choices=Kind.choices)
    name = models.CharField(max_length=120)                          # name_en, name_ur
    takes = models.CharField(max_length=300, blank=True)             # takes_en, takes_ur: what it is for, and by which way
    country = models.CharField(max_length=2, blank=True)             # ISO 3166
    email = models.EmailField(blank=True)
    portal = models.URLField(max_length=300, blank=True)             # a form or portal that staff fill in
    phone = models.CharField(max_length=40, blank=True)
    post = models.CharField(max_length=300, blank=True)              # for letters
    public_key = models.TextField(blank=True)                        # of the recipient: age, one line
    requires = models.JSONField(default=list, blank=True)            # Element values, such as a name or an identity card
    harms = models.JSONField(default=list, blank=True)               # Harm values it takes; empty = any
    whom = models.CharField(max_length=5, choices=Whom.choices, default=Whom.ANY.value)
    order = models.PositiveSmallIntegerField(default=100)

    objects: ClassVar[models.Manager["Authority"]] = models.Manager()

    class Meta:
        ordering = ["order", "slug"]
        verbose_name_plural = "authorities"

    def __str__(self) -> str:
        return str(self.name)


class Change(models.Model):
    """What somebody wants changed in the registry. What says where notices go waits for a second person."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Waits for a second person")
        APPLIED = "applied", _("Applied")
        REFUSED = "refused", _("Refused")
        WITHDRAWN = "withdrawn", _("Taken back")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    steps = models.JSONField()                                       # registry.changes.Step, in order
    why = models.CharField(max_length=300)
    needs_second = models.BooleanField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.PROPOSED.value)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+", null=True)
    decided_at = models.DateTimeField(null=True)
    answer = models.CharField(max_length=300, blank=True)            # why it was refused

    objects: ClassVar[models.Manager["Change"]] = models.Manager()

    class Meta:
        ordering = ["-at"]
        constraints = [models.CheckConstraint(
            name="registry_change_by_two",
            condition=(~models.Q(state="applied", needs_second=True)
                       | models.Q(decided_by__isnull=False) & ~models.Q(decided_by=models.F("by"))))]

    def __str__(self) -> str:
        return f"{self.state} {self.at:%F}"


class Escalation(models.Model):
    """A notice and all that follows."""

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Waits for a second person")
        RETURNED = "returned", _("Returned")
        REQUESTED = "requested", _("Requested")
        SENT = "sent", _("Sent")
        ACKNOWLEDGED = "acknowledged", _("Acknowledged")
        NEEDS_MORE = "needs_more", _("Asks for more")
        ACTIONED = "actioned", _("Removed")
        REFUSED = "refused", _("Refused")
        NO_ANSWER = "no_answer", _("No answer")
        FAILED = "failed", _("Could not be sent")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="escalations")
    platform = models.ForeignKey(Platform, on_delete=models.PROTECT, related_name="+")
    channel = models.ForeignKey(Channel, on_delete=models.PROTECT, related_name="+")
    reference = models.CharField(max_length=20, unique=True)         # ours, in the notice; says nothing of the case
    state = models.CharField(max_length=20, choices=State.choices, default=State.REQUESTED.value)
    # unit, and worker until sent
    notice_key = models.OneToOneField("cases_vault.DataKey", on_delete=models.PROTECT, related_name="+")
    notice = models.BinaryField()                                    # sealed JSON of notices.Notice
    their_reference = models.BinaryField(null=True)                  # sealed: what the platform's form gave back
    basis = models.ForeignKey(LegalBasis, on_delete=models.PROTECT, related_name="+", null=True)
    batch = models.ForeignKey("cases_escalation.Batch", on_delete=models.SET_NULL, related_name="escalations", null=True)
    # What it reminds of or follows, of the same report, and as which step.
    earlier = models.ForeignKey("self", on_delete=models.SET_NULL, related_name="later", null=True)
    step = models.CharField(max_length=10, choices=Step.choices, blank=True)
    language = models.CharField(max_length=5, default="en")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    requested_at = models.DateTimeField()
    sent_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    next_check_at = models.DateTimeField(null=True)
    entries = models.ManyToManyField("cases_hashing.ListEntry", related_name="+")   # what was published with it

    class Meta:
        ordering = ["requested_at"]
        indexes = [models.Index(fields=["channel"], condition=models.Q(state="requested"), name="escalation_waits")]

    def __str__(self) -> str:
        return self.reference


class Attempt(models.Model):
    """Proof of one delivery; the queue itself is the outbox."""
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    escalation = models.ForeignKey(Escalation, on_delete=models.CASCADE, related_name="attempts")
    at = models.DateTimeField()
    ok = models.BooleanField()
    proof = models.JSONField(default=dict)                           # message id, server's answer code, SHA-256 of what was sent
    error = models.CharField(max_length=60, blank=True)              # "<failure> <code>", or "sending"

    class Meta:
        ordering = ["at"]

    def __str__(self) -> str:
        return f"{self.escalation_id} {self.at:%F}"

    @property
    def failure(self) -> Failure | None:
        """Why it did not leave; None while it is under way."""
        return None if self.ok or self.error == "sending" else of_code(self.error.removeprefix("stop ").removeprefix("retry "))


class Upload(models.Model):
    """A fingerprint of our list that was submitted upward. No key to a case: it is taken back also when that is gone."""
    entry = models.ForeignKey("cases_hashing.ListEntry", on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=20)                           # of the channel, which is also the platform's slug
    remote = models.CharField(max_length=40, blank=True)             # their id of it
    at = models.DateTimeField()
    taken_back_at = models.DateTimeField(null=True)                  # they took our word for it; what they keep we cannot see

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry", "kind"], name="upload_once")]

    def __str__(self) -> str:
        return f"{self.kind} {self.entry_id}"
