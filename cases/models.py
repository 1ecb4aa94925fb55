"""The case file: what every door and engine shares. Sealed fields are ciphertext; the rest is the metadata of SECURITY."""
import uuid
from collections.abc import Mapping
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import get_language, gettext_lazy as _

from cases.priority import AgeBand, Body, Danger, Harm, Level
from cases.workflow import Outcome, Source, Status

HARM_NAMES = {
    Harm.SEXTORTION: _("Blackmail with pictures (sextortion)"),
    Harm.INTIMATE_IMAGES: _("Intimate pictures shared"),
    Harm.DEEPFAKE: _("Fake or altered pictures (deepfake)"),
    Harm.PRIVATE_IMAGES: _("Private pictures that are not nude"),
    Harm.GROOMING: _("An adult grooming a child"),
    Harm.CHILD_IMAGERY: _("Sexual pictures of a child"),
    Harm.OUTING: _("Private life made public"),
    Harm.HONOUR_THREAT: _("Threats in the name of honour"),
    Harm.BLASPHEMY_ACCUSATION: _("False accusation of blasphemy"),
    Harm.IMPERSONATION: _("Fake profile"),
    Harm.DOXXING: _("Address, phone or papers published"),
    Harm.STALKING: _("Being followed online"),
    Harm.BULLYING: _("Bullying or harassment"),
    Harm.ACCOUNT_TAKEN: _("Account taken over"),
    Harm.OTHER: _("Something else"),
}
AGE_NAMES = {
    AgeBand.UNDER_13: _("Under 13"),
    AgeBand.FROM_13_TO_15: _("13 to 15"),
    AgeBand.FROM_16_TO_17: _("16 or 17"),
    AgeBand.ADULT: _("18 or older"),
    AgeBand.UNKNOWN: _("Not told"),
}
DANGER_NAMES = {
    Danger.LIFE: _("Someone may be hurt or killed"),
    Danger.SELF_HARM: _("Thoughts of suicide or self-harm"),
    Danger.ABUSE: _("Abuse or contact is going on now"),
    Danger.TAKEN: _("A child is missing or was taken"),
    Danger.DEADLINE: _("Money or pictures are demanded by a time"),
}
BODY_NAMES = {
    Body.MINISTRY: _("This ministry"),
    Body.POLICE: _("The police"),
    Body.CYBERCRIME: _("The cyber crime agency (NCCIA)"),
    Body.PTA: _("The telecom authority (PTA)"),
}
LEVEL_NAMES = {Level.P1: _("Urgent"), Level.P2: _("High"), Level.P3: _("Normal"), Level.P4: _("Low")}
RULE_NAMES = {
    "life": _("Danger to life"),
    "self_harm": _("Risk of self-harm"),
    "taken": _("A child is missing or was taken"),
    "child_abuse": _("A child, and the abuse is going on"),
    "blasphemy": _("False accusation of blasphemy: danger to life"),
    "honour": _("Threat in the name of honour: danger to life"),
    "child_imagery": _("Pictures of a person under 18"),
    "grooming": _("An adult is grooming a child"),
    "sextortion": _("Live blackmail with pictures"),
    "deadline": _("A demand with a deadline, or contact that goes on"),
    "imagery": _("Pictures of an adult online"),
    "exposure": _("Identity or whereabouts exposed"),
    "child": _("A person under 18 is affected"),
    "other": _("No urgent rule fired"),
    "listed_child": _("A picture of it is on a list of child imagery"),
    "seen_with_child": _("The same picture was reported in a child’s case"),
    "listed": _("A picture of it is on another organisation’s list"),
    "seen_often": _("The same picture was reported in several other cases"),
    "seen": _("The same picture was reported in another case"),
    "merged": _("A report that was merged into it is more urgent"),
    "by_hand": _("Changed since the report came in"),           # by a member; also what somebody reads who may not know more
}
SEEN_ELSEWHERE = _("A picture of it is known from another report")      # to who may not read all of those cases
WRITTEN_NAMES = {                       # what the reporter wrote in; Case.language is what they read
    "ur": _("Urdu"),
    "roman_ur": _("Roman Urdu"),
    "en": _("English"),
    "ps": _("Pashto"),
    "sd": _("Sindhi"),
    "other": _("Another language"),
}


UNIT_ONLY = ("key", "answers", "summary")       # of a case: what the public's database role may insert and never read
CLOSED = models.Q(status="closed")
OPEN, OUT = ~CLOSED, ("merged_into", "folded_into")             # OUT: empty for what stands in lists itself


def choices(names: Mapping[Any, object]) -> list[tuple[str, object]]:
    """A names table as Django choices, with plain values so that migrations import nothing."""
    return [(key.value if hasattr(key, "value") else key, name) for key, name in names.items()]


class Case(models.Model):
    """One report and all that follows. `key` seals answers and notes (unit only); `conversation_key` the messages."""
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ref = models.CharField(max_length=12, unique=True)              # for staff; shares nothing with the receipt code
    submission = models.UUIDField(unique=True)                      # the form's own id: sending twice opens one case
    unit = models.ForeignKey("cases_units.Unit", on_delete=models.PROTECT, related_name="cases")
    key = models.OneToOneField("cases_vault.DataKey", on_delete=models.PROTECT, related_name="+")
    conversation_key = models.OneToOneField("cases_vault.DataKey", on_delete=models.PROTECT, related_name="+")
    answers = models.BinaryField()                                  # sealed JSON: the typed answers
    summary = models.BinaryField()                                  # sealed: the first 120 characters, for queues
    reporter_public = models.BinaryField(max_length=65)             # so that a worker can write to the reporter

    status = models.CharField(max_length=20, choices=Status.choices, default=Status.NEW.value)
    outcome = models.CharField(max_length=20, choices=Outcome.choices, blank=True)
    harm = models.CharField(max_length=30, choices=choices(HARM_NAMES))
    age_band = models.CharField(max_length=10, choices=choices(AGE_NAMES))
    age_band_then = models.CharField(max_length=10, choices=choices(AGE_NAMES), default=AgeBand.UNKNOWN.value)
    child = models.BooleanField()                                   # Facts.child, kept so that queues can filter on it
    dangers = models.JSONField(default=list)                        # Danger values
    platforms = models.JSONField(default=list)                      # slugs of platforms named
    language = models.CharField(max_length=5)                       # the reporter reads this
    written_in = models.CharField(max_length=10, choices=choices(WRITTEN_NAMES), blank=True, default="")     # "": not known yet
    source = models.CharField(max_length=10, choices=Source.choices, default=Source.WEB.value)
    wants_woman = models.BooleanField(default=False)
    restricted = models.BooleanField(default=False)                 # only who has it opens it: cases.selectors.opened_by
    conflict = models.CharField(max_length=20, blank=True)          # Body the accused works for: not suggested
    priority = models.PositiveSmallIntegerField(choices=choices(LEVEL_NAMES))
    priority_rule = models.CharField(max_length=30)                 # of RULES, SEEN_RULES, or BY_HAND
    seen_rule = models.CharField(max_length=30, blank=True, default="")     # the strongest of SEEN_RULES that has fired
    hand_priority = models.PositiveSmallIntegerField(choices=choices(LEVEL_NAMES), null=True)      # what a member set, if one did
    assignee = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    due_at = models.DateTimeField(null=True)                        # None while the clock stands still
    clock_started_at = models.DateTimeField()                       # or went on, after it stood still
    clock_seconds = models.PositiveIntegerField(null=True)          # of the clock's own time: what it had then, or has left
    alarm_at = models.DateTimeField(null=True)                      # when its next warning, breach or reminder is told
    warned_at = models.DateTimeField(null=True)                     # told of this clock's 75 %
    breached_at = models.DateTimeField(null=True)                   # when it ran out, once that was told
    reminders = models.PositiveSmallIntegerField(default=0)         # told since
    unread = models.BooleanField(default=True)                      # a message of the reporter nobody has opened
    opened_at = models.DateTimeField()
    closed_at = models.DateTimeField(null=True)
    merged_into = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="merged")    # is worked there
    split_of = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="parts")      # has the conversation
    folded_into = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="folded")    # is shown behind it
    version = models.PositiveIntegerField(default=1)                # optimistic locking

    class Meta:
        indexes = [             # each in a list's order (docs/figures.md), with who is OUT of lists, or a count would fetch rows
            models.Index(fields=["unit", "due_at", "id", *OUT], name="case_open", condition=OPEN),
            models.Index(fields=["unit", "status", "due_at", "id", *OUT], name="case_status"),
            models.Index(fields=["unit", "closed_at", "id", *OUT], name="case_closed", condition=CLOSED),
            models.Index(fields=["unit", "harm", "closed_at", "id", *OUT], name="case_closed_harm", condition=CLOSED),
            models.Index(fields=["assignee", "due_at", "id", *OUT], name="case_owner", condition=OPEN),
            models.Index(fields=["unit", "due_at", "id", *OUT], name="case_unread", condition=models.Q(unread=True)),
            models.Index(fields=["unit", "id", *OUT], name="case_written",       # the digest's, of all that is unread
                         condition=models.Q(unread=True) & ~models.Q(status="new")),
            models.Index(fields=["unit", "due_at", "id", *OUT], name="case_restricted",
                         condition=models.Q(restricted=True) & OPEN),
            models.Index(fields=["unit", "harm", "due_at", "id", *OUT], name="case_harm", condition=OPEN),
            models.Index(fields=["unit", "priority", "due_at", "id", *OUT], name="case_priority", condition=OPEN),
            models.Index(fields=["id", "unit", "due_at", *OUT], name="case_open_by_id", condition=OPEN),   # of a label's
            models.Index(fields=["unit", "opened_at", "id"], name="case_arrived"),       # of the search, newest first
            models.Index(fields=["alarm_at"], name="case_alarm", condition=models.Q(alarm_at__isnull=False)),
        ]
        constraints = [
            models.CheckConstraint(name="case_closed_has_outcome",
                                   condition=models.Q(status="closed", closed_at__isnull=False) & ~models.Q(outcome="")
                                   | ~models.Q(status="closed") & models.Q(outcome="", closed_at__isnull=True)),
        ]

    def __str__(self) -> str:
        return self.ref


class Taking(models.Model):
    """A member typed the report for somebody who called, wrote or came."""
    case = models.OneToOneField(Case, on_delete=models.CASCADE, primary_key=True, related_name="taking")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    heard = models.CharField(max_length=10, blank=True)             # version of the text that was read aloud; a letter hears none
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.case_id} by {self.by_id}"


class StatusChange(models.Model):
    """History, appended. What the reporter reads is worded from `said`, `platform` and `next_check` (public_words)."""
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="history")
    at = models.DateTimeField()
    status = models.CharField(max_length=20, choices=Status.choices)
    outcome = models.CharField(max_length=20, choices=Outcome.choices, blank=True)
    said = models.CharField(max_length=20, blank=True)              # a code of cases.public_words
    platform = models.CharField(max_length=40, blank=True)          # slug, or an authority's
    next_check = models.DateTimeField(null=True)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["at"]

    def __str__(self) -> str:
        return f"{self.case_id} {self.status}"


class ClockEvent(models.Model):
    """What was told of a clock, appended: figures count breaches. `due_at` names the clock; `unit` had the case then."""

    class What(models.TextChoices):
        WARNED = "warned", _("Three quarters of the time had run")
        BREACHED = "breached", _("The time ran out")
        REMINDED = "reminded", _("Reminded that the time is over")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="clock_events")
    unit = models.ForeignKey("cases_units.Unit", on_delete=models.PROTECT, related_name="+")
    what = models.CharField(max_length=10, choices=What.choices)
    level = models.PositiveSmallIntegerField()                      # the priority that the clock was of
    number = models.PositiveSmallIntegerField(default=0)            # of the reminder
    due_at = models.DateTimeField()
    at = models.DateTimeField()                                     # when it was noticed: later, if the worker was down

    class Meta:
        ordering = ["at"]
        indexes = [models.Index(fields=["unit", "what", "due_at"], name="clock_figures")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.what}"


class Message(models.Model):
    """Between reporter and staff; sealed under the conversation key."""

    class Author(models.TextChoices):
        REPORTER = "reporter", _("Reporter")
        STAFF = "staff", _("Staff")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="messages")
    author = models.CharField(max_length=10, choices=Author.choices)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    body = models.BinaryField()
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)                       # by the other side

    class Meta:
        ordering = ["at"]
        constraints = [models.CheckConstraint(name="message_by_staff_names_member",
                                              condition=models.Q(author="staff", by__isnull=False)
                                              | models.Q(author="reporter", by__isnull=True))]

    def __str__(self) -> str:
        return f"{self.case_id} {self.author}"


class Consent(models.Model):
    """An answer to "may we?", dated and appended; the newest for an act counts."""

    class Act(models.TextChoices):
        SHARE_HASHES = "share_hashes", _("Share fingerprints with platforms")
        ASK_PLATFORM = "ask_platform", _("Ask a platform in the ministry's name")
        PASS_POLICE = "pass_police", _("Pass to the police")
        PASS_PTA = "pass_pta", _("Pass to the telecom authority")
        OTHER_UNIT = "other_unit", _("Let another of our units read it")
        PASS_CHILD = "pass_child", _("Pass to a child-protection body")
        PASS_HOTLINE = "pass_hotline", _("Pass to a hotline")
        PASS_OTHER = "pass_other", _("Pass to another authority")

    class Answer(models.TextChoices):
        YES = "yes", _("Yes")
        NO = "no", _("No")
        ASK_FIRST = "ask_first", _("Ask me first")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="consents")
    act = models.CharField(max_length=20, choices=Act.choices)
    answer = models.CharField(max_length=10, choices=Answer.choices)
    recipient = models.CharField(max_length=40, blank=True, default="")     # slug of an authority, when it was asked about one
    assent = models.BinaryField(null=True)                          # typed words, sealed under the conversation key
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]

    def __str__(self) -> str:
        return f"{self.case_id} {self.act} {self.answer}"


class Link(models.Model):
    """Two cases that belong together, and why."""

    class Because(models.TextChoices):
        HASH = "hash", _("Same or similar picture")
        HANDLE = "handle", _("Same account or link")

    a = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    b = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="+")
    because = models.CharField(max_length=10, choices=Because.choices)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["a", "b", "because"], name="link_once"),
                       models.CheckConstraint(name="link_two_cases", condition=models.Q(a__lt=models.F("b")))]

    def __str__(self) -> str:
        return f"{self.a_id} ~ {self.b_id}"


class Trace(models.Model):
    """A blind-index tag of a handle or URL in a case: equal tags, equal values; the value stays sealed."""
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="traces")
    kind = models.CharField(max_length=10)
    tag = models.CharField(max_length=64, db_index=True)
    subject = models.UUIDField(null=True, unique=True)      # who wrote it down was a member: triage.Subject

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "kind", "tag"], condition=models.Q(subject=None),
                                               name="trace_once")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind}"


class Label(models.Model):
    """A word that a unit, or every unit, puts on cases to find them again. Never about a person: it lies in the clear."""
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    unit = models.ForeignKey("cases_units.Unit", on_delete=models.PROTECT, null=True, related_name="labels")     # None: all units
    name_en = models.CharField(max_length=40)
    name_ur = models.CharField(max_length=40)
    retired_at = models.DateTimeField(null=True)                    # stays on the cases that carry it, is given to none

    class Meta:
        ordering = ["name_en", "pk"]

    def __str__(self) -> str:
        return self.name_ur if (get_language() or "").startswith("ur") else self.name_en


class Labelled(models.Model):
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="labelled")
    label = models.ForeignKey(Label, on_delete=models.PROTECT, related_name="+")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "label"], name="labelled_once")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.label_id}"


class Exclusion(models.Model):
    """A wall: for this member the case does not exist, until somebody else lifts it (`cases.selectors.cases_for`)."""

    class Cause(models.TextChoices):
        KNOWS = "knows", _("Knows somebody in the case")
        NAMED = "named", _("Is named in the case, or related to somebody who is")
        DUTY = "duty", _("Dealt with the matter elsewhere")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="exclusions")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    cause = models.CharField(max_length=10, choices=Cause.choices)  # a code: whom they know would be a story in the clear
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    lifted_at = models.DateTimeField(null=True)
    lifted_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    lift_reason = models.BinaryField(null=True)                     # sealed under the case key

    class Meta:
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(fields=["case", "member"], condition=models.Q(lifted_at=None), name="excluded_once"),
            models.CheckConstraint(name="exclusion_lifted_by_somebody_else_with_a_reason", condition=models.Q(
                lifted_at__isnull=True, lifted_by__isnull=True, lift_reason__isnull=True) | models.Q(
                lifted_at__isnull=False, lifted_by__isnull=False, lift_reason__isnull=False)
                & ~models.Q(lifted_by=models.F("member")) & ~models.Q(lifted_by=models.F("by"))),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} without {self.member_id}"


class BreakGlass(models.Model):
    """A member opened a case of their unit that is kept for others, for a while and with a reason. It ends by itself."""

    class Cause(models.TextChoices):
        LIFE = "life", _("Somebody is in danger now")
        ABSENT = "absent", _("Whoever may read it cannot be reached")
        ORDER = "order", _("A court or an authority asks, and it cannot wait")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="glass")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    cause = models.CharField(max_length=10, choices=Cause.choices)
    reason = models.BinaryField()                                   # typed; sealed under the case key, for the unit's supervisors
    at = models.DateTimeField()
    until = models.DateTimeField()

    class Meta:
        ordering = ["at"]
        constraints = [models.CheckConstraint(name="glass_ends", condition=models.Q(until__gt=models.F("at")))]

    def __str__(self) -> str:
        return f"{self.case_id} to {self.member_id}"
