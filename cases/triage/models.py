import uuid

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import get_language, gettext_lazy as _


class Note(models.Model):
    """For staff only; sealed under the case key, which no receipt code opens."""
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="notes")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    body = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]

    def __str__(self) -> str:
        return f"{self.case_id} {self.at:%F}"


class Mention(models.Model):
    """A member whom a note names, and who was told of it."""
    note = models.ForeignKey(Note, on_delete=models.CASCADE, related_name="mentions")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["note", "member"], name="mentioned_once")]

    def __str__(self) -> str:
        return f"{self.note_id} names {self.member_id}"


class Task(models.Model):
    """What somebody has to do and no rule could know (`derived`); its words sealed under the case key. The log says by whom."""
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="tasks")
    words = models.BinaryField()
    to = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")     # None: the holder
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    due_on = models.DateField(null=True)
    done_at = models.DateTimeField(null=True)
    done_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["at"]
        indexes = [models.Index(fields=["to"], condition=models.Q(done_at=None), name="task_open_of_member")]
        constraints = [models.CheckConstraint(name="task_done_by_somebody", condition=models.Q(
            done_at__isnull=True, done_by__isnull=True) | models.Q(done_at__isnull=False, done_by__isnull=False))]

    def __str__(self) -> str:
        return f"{self.case_id} {self.at:%F}"


class Subject(models.Model):
    """Somebody or something that a case is about, as a member wrote it down; sealed under the case key. An account, number or
    link has a blind-index tag besides (`cases.Trace`); a person's name has none."""

    class Kind(models.TextChoices):
        HARMED = "harmed", _("Affected person")
        DOER = "doer", _("Person who does it")
        WITNESS = "witness", _("Witness or helper")
        ACCOUNT = "account", _("Account")
        PHONE = "phone", _("Telephone number")
        LINK = "link", _("Link")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="subjects")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    words = models.BinaryField()                    # sealed JSON: {"name": str, "about": str}
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    changed_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["at"]

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind}"


class Draft(models.Model):
    """What a member has typed and not sent yet, one for each form of a case; sealed under the case key, for nobody else."""
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="drafts")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    form = models.SlugField(max_length=20)          # cases.triage.drafts.FORMS; of a notice with its channel
    words = models.BinaryField()                    # sealed JSON: field → what was typed
    number = models.PositiveIntegerField(default=1)         # of the saving, by which two tabs notice one another
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]
        indexes = [models.Index(fields=["at"], name="draft_by_age")]
        constraints = [models.UniqueConstraint(fields=["case", "member", "form"], name="draft_once")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.form} of {self.member_id}"


class Closing(models.Model):
    """One member asks to close a child's case, a supervisor who is somebody else agrees or refuses. Reason and answer are sealed
    under the case key."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waits for a second person")
        AGREED = "agreed", _("Agreed")
        REFUSED = "refused", _("Refused")
        TAKEN_BACK = "taken_back", _("Taken back")
        OVER = "over", _("Nobody decided in time")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="closings")
    said = models.CharField(max_length=20)          # what the reporter would read; the outcome follows from it (moves)
    reason = models.BinaryField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING.value)
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)
    answer = models.BinaryField(null=True)          # why it was refused

    class Meta:
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=models.Q(state="waiting"), name="closing_once"),
            models.CheckConstraint(name="closing_decided_by_somebody_else", condition=models.Q(
                state__in=["agreed", "refused"], decided_by__isnull=False, decided_at__isnull=False)
                & ~models.Q(decided_by=models.F("by"))
                | models.Q(state__in=["waiting", "taken_back", "over"], decided_by__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.state}"


class Correction(models.Model):
    """A member set the priority, or put right what is known of a case in the clear. `was` and `now` are columns of the case, as
    codes; the reason is sealed under the case key. What would unset a child waits for somebody else's yes."""

    class Kind(models.TextChoices):
        PRIORITY = "priority", _("Priority")
        FACTS = "facts", _("What is known")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="corrections")
    kind = models.CharField(max_length=10, choices=Kind.choices)
    was = models.JSONField(default=dict)
    now = models.JSONField(default=dict)
    reason = models.BinaryField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)
    agreed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    dropped_at = models.DateTimeField(null=True)            # taken back, or refused

    class Meta:
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(fields=["case"], condition=models.Q(applied_at=None, dropped_at=None),
                                    name="one_correction_waits"),
            models.CheckConstraint(name="correction_agreed_by_another",
                                   condition=models.Q(agreed_by=None) | ~models.Q(agreed_by=models.F("by"))),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} {self.kind}"


class Reminder(models.Model):
    """A member wants to be reminded of a case, and wrote down why, sealed under the case key. Theirs alone."""
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="reminders_set")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    at = models.DateTimeField()
    reason = models.BinaryField()
    told_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["at"]
        indexes = [models.Index(fields=["at"], condition=models.Q(told_at=None), name="reminder_due")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.at:%F}"


class Question(models.Model):
    """One unit asks another about a picture that both hold. The reason is sealed to the asked unit and to nobody else.

    `about` comes first: it is the case whose unit holds the key (retention, transfer).
    """

    class Answer(models.TextChoices):
        YES = "yes", _("Yes: they may know our reference, and we work together")
        NO = "no", _("No")
        CALL = "call", _("We will call")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    about = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="questions")
    asking = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    key = models.OneToOneField("cases_vault.DataKey", on_delete=models.PROTECT, related_name="+")
    reason = models.BinaryField()                # sealed: why they ask
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    answer = models.CharField(max_length=4, choices=Answer.choices, blank=True)
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["at"]
        constraints = [
            models.UniqueConstraint(fields=["about", "asking"], name="question_once"),
            models.CheckConstraint(name="question_answered_by_somebody", condition=models.Q(
                answer="", answered_by__isnull=True, answered_at__isnull=True) | models.Q(
                answered_by__isnull=False, answered_at__isnull=False) & ~models.Q(answer="")),
        ]

    def __str__(self) -> str:
        return f"{self.asking_id} asks {self.about_id}"


class SavedView(models.Model):
    """A filter with a name: a member's own, or shared with a unit. Whoever opens it reads it for themself (triage.filters), so it
    shows nobody a case that they could not find without it."""
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    unit = models.ForeignKey("cases_units.Unit", on_delete=models.CASCADE, null=True, related_name="+")     # None: their own
    name_en = models.CharField(max_length=40, blank=True)
    name_ur = models.CharField(max_length=40, blank=True)
    params = models.JSONField()                  # of a Filter: canonical
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]
        constraints = [models.CheckConstraint(name="view_has_a_name", condition=~models.Q(name_en="", name_ur=""))]

    def __str__(self) -> str:
        urdu = (get_language() or "").startswith("ur")
        return (self.name_ur or self.name_en) if urdu else (self.name_en or self.name_ur)


class Desk(models.Model):
    """How a member has arranged their desk: the columns of the list, the order of the views' tabs, and which of these are counted
    in the morning's mail."""
    member = models.OneToOneField(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, primary_key=True, related_name="+")
    columns = models.JSONField(default=list)     # of saved.COLUMNS; empty: the usual ones
    views = models.JSONField(default=list)       # ids in order; others follow, the oldest first
    morning = models.JSONField(default=list)     # ids of views

    def __str__(self) -> str:
        return f"desk of {self.member_id}"


class Reply(models.Model):
    """A template for writing to reporters, bilingual; its blanks are filled from the case (cases.triage.blanks)."""
    name = models.CharField(max_length=80)       # name_en, name_ur
    text = models.TextField()                    # text_en, text_ur
    harms = models.JSONField(default=list)       # Harm values it is meant for; empty: any
    statuses = models.JSONField(default=list)    # Status values
    changed_at = models.DateTimeField(default=timezone.now)
    changed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    retired_at = models.DateTimeField(null=True)             # offered no more; what was written with it is in the messages

    def __str__(self) -> str:
        return str(self.name)


class BulkRun(models.Model):
    """One act on many cases, by one member. `params` holds ids and codes alone; what was typed lies sealed in the rows."""

    class Act(models.TextChoices):
        TAKE = "take", _("Assign to me")
        ASSIGN = "assign", _("Assign to somebody")
        PRIORITY = "priority", _("Change the priority")
        LABEL = "label", _("Add a label")
        UNLABEL = "unlabel", _("Remove a label")
        MOVE = "move", _("Change the status")
        WRITE = "write", _("Send a ready reply")
        MERGE = "merge", _("Merge into one case")
        FOLD = "fold", _("Show as one row")
        CONFIRM = "confirm", _("Confirm that they are alike")
        UNFOLD = "unfold", _("Give each a row of its own")

    class State(models.TextChoices):
        DRAFT = "draft", _("Not begun")
        RUNNING = "running", _("Running")
        DONE = "done", _("Done")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    act = models.CharField(max_length=10, choices=Act.choices)
    params = models.JSONField(default=dict)
    undoes = models.OneToOneField("self", on_delete=models.CASCADE, null=True, related_name="undone")
    state = models.CharField(max_length=10, choices=State.choices, default=State.DRAFT.value)
    made_at = models.DateTimeField()
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-made_at"]
        indexes = [models.Index(fields=["by", "-made_at"], name="bulk_own")]

    def __str__(self) -> str:
        return f"{self.act} {self.pk}"


class BulkRow(models.Model):
    """One case of a bulk run and what became of it. `note` and `message` wait here, sealed under the keys of the case, until the
    row is done; then they are where they belong (Note, Message, Merging) and empty here."""

    class State(models.TextChoices):
        WAITING = "waiting"
        DONE = "done"
        REFUSED = "refused"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    run = models.ForeignKey(BulkRun, on_delete=models.CASCADE, related_name="rows")
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    place = models.PositiveSmallIntegerField()              # in the list it was chosen from
    version = models.PositiveIntegerField()                 # of the case, as its member saw it
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING.value)
    why = models.CharField(max_length=20, blank=True)       # a code of cases.triage.bulk.reasons
    before = models.JSONField(null=True)                    # ids and codes: what an undoing puts back
    after = models.PositiveIntegerField(null=True)          # version of the case that the act left
    note = models.BinaryField(null=True)
    message = models.BinaryField(null=True)

    class Meta:
        ordering = ["place"]
        constraints = [
            models.UniqueConstraint(fields=["run", "case"], name="bulk_case_once"),
            models.CheckConstraint(name="bulk_done_keeps_no_words", condition=models.Q(state="waiting")
                                   | models.Q(note__isnull=True, message__isnull=True)),
        ]

    def __str__(self) -> str:
        return f"{self.run_id} {self.case_id} {self.state}"


class Reveal(models.Model):
    """A member looked where a reporter can be reached, and why: the reason is sealed under the case key."""
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="+")
    ask = models.ForeignKey("cases_conversation.Ask", on_delete=models.CASCADE, related_name="reveals")
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    reason = models.BinaryField()
    at = models.DateTimeField()

    class Meta:
        ordering = ["at"]
        indexes = [models.Index(fields=["by", "at"], name="reveals_of_a_member")]

    def __str__(self) -> str:
        return f"{self.case_id} by {self.by_id}"


class Consult(models.Model):
    """One unit asks another for advice about a case, with or without a copy of the report, sealed to that unit alone, until `key`
    is destroyed. The unit that asked keeps what it asked under the case key, and the answer under `answer_key`."""

    class Scope(models.TextChoices):
        QUESTION = "question", _("Only my question: nothing of the case")
        REPORT = "report", _("My question and a copy of the report: the reporter agrees")
        DANGER = "danger", _("My question and a copy of the report: somebody’s life is in danger")

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="consults")
    unit = models.ForeignKey("cases_units.Unit", on_delete=models.PROTECT, related_name="+")        # who is asked
    scope = models.CharField(max_length=10, choices=Scope.choices)
    key = models.OneToOneField("cases_vault.DataKey", on_delete=models.PROTECT, related_name="+")   # sealed to them
    question = models.BinaryField()                              # under `key`, field "consult"
    report = models.BinaryField(null=True)                       # under `key`, field "consult_report"
    own = models.BinaryField()                                   # the question under the case key, field "consult"
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    at = models.DateTimeField()
    until = models.DateTimeField()                               # they read it no longer than that
    ended_at = models.DateTimeField(null=True)                   # taken back or over: `key` is destroyed
    answer_key = models.OneToOneField("cases_vault.DataKey", on_delete=models.PROTECT, null=True, related_name="+")
    answer = models.BinaryField(null=True)                       # under `answer_key`, field "consult_answer"
    answered_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["at"]
        indexes = [models.Index(fields=["unit", "until"], condition=models.Q(ended_at=None), name="consult_open")]
        constraints = [
            models.UniqueConstraint(fields=["case", "unit"], condition=models.Q(ended_at=None, answered_at=None),
                                    name="consult_waits_once"),
            models.CheckConstraint(name="consult_question_alone_has_no_report",
                                   condition=~models.Q(scope="question") | models.Q(report=None)),
            models.CheckConstraint(name="consult_answered_by_somebody", condition=models.Q(
                answer__isnull=True, answer_key__isnull=True, answered_by__isnull=True, answered_at__isnull=True) | models.Q(
                answer__isnull=False, answer_key__isnull=False, answered_by__isnull=False, answered_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.case_id} asks {self.unit_id}"
