import uuid

from django.db import models

from cases.exchange.words import verdict


def every_kind() -> list[str]:
    return ["pdq", "md5"]


def adults_only() -> list[str]:
    return ["intimate", "threatened", "synthetic"]


class Partner(models.Model):
    """A platform that pulls the list, and what of it."""
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    number = models.PositiveIntegerField(unique=True)      # in NCMEC's format members are numbers; ours is 1
    name = models.CharField(max_length=80)
    platform = models.SlugField(max_length=30)             # slug of escalation's Platform; this role reads no such table
    number_key = models.BinaryField(max_length=32)         # makes the numbers by which this partner knows entries
    kinds = models.JSONField(default=every_kind)           # ListEntry.Kind values
    categories = models.JSONField(default=adults_only)     # ListEntry.Category values; "child" only where enabled by name
    per_minute = models.PositiveSmallIntegerField(default=300)
    active = models.BooleanField(default=True)
    submitted = models.PositiveIntegerField(default=0)     # fingerprints of its own that stand here, or wait to

    def __str__(self) -> str:
        return self.name


class Credential(models.Model):
    """A pair of keys, kept as SHA-256 only. A partner has two for a while when it changes them."""
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE, related_name="credentials")
    first = models.CharField(max_length=64, unique=True)   # StopNCII's fetch key, NCMEC's user name
    second = models.CharField(max_length=64)               # StopNCII's subscription key, NCMEC's password
    made_at = models.DateTimeField()
    ends_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.partner_id} since {self.made_at:%F}"


class Feedback(models.Model):
    """Taken at the door, applied by the worker: the exchange role needs no grant on cases."""
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE)
    entry = models.ForeignKey("cases_hashing.ListEntry", on_delete=models.CASCADE)
    value = models.CharField(max_length=20)                # wire.stopncii.FeedbackValue
    at = models.DateTimeField()
    applied_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["at"]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.value}"

    @property
    def words(self) -> str:
        return verdict(self.value)


class Submission(models.Model):
    """A fingerprint that a partner sent us, until the worker has put it among the foreign ones. Never served to anybody."""
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE)
    kind = models.CharField(max_length=3)                  # ListEntry.Kind
    value = models.CharField(max_length=64)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.partner_id} {self.kind}"


class Recall(models.Model):
    """An entry that was withdrawn after a partner may have pulled it: told at its next pull, confirmed or not."""
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE)
    entry = models.ForeignKey("cases_hashing.ListEntry", on_delete=models.CASCADE)
    at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partner", "entry"], name="recall_once")]

    def __str__(self) -> str:
        return f"{self.partner_id} {self.entry_id}"


class Pull(models.Model):
    """What a partner asked for while the list was one and the same: who may hold what follows from it (exchange.pulls).

    All are times of the list (modified_at). `reached`: how far it was given fingerprints that stood; None: it was given none.
    """
    partner = models.ForeignKey(Partner, on_delete=models.CASCADE)
    protocol = models.CharField(max_length=10)             # "stopncii" or "ncmec"
    newest = models.DateTimeField()                        # how far the list was
    reached = models.DateTimeField(null=True)
    mark = models.DateTimeField()                          # from where it asked the last time

    class Meta:
        constraints = [models.UniqueConstraint(fields=["partner", "newest", "protocol"], name="pull_once_for_a_list")]

    def __str__(self) -> str:
        return f"{self.partner_id} {self.protocol} {self.newest:%F}"


class Source(models.Model):
    """A list of somebody else's that we pull: how far we have come. Its address and keys are the worker's environment."""
    slug = models.SlugField(max_length=40, unique=True)
    checkpoint = models.JSONField(default=dict)
    began_at = models.DateTimeField(null=True)
    pulled_at = models.DateTimeField(null=True)            # came to the end
    held = models.PositiveIntegerField(default=0)
    trouble = models.CharField(max_length=60, blank=True)  # a code

    def __str__(self) -> str:
        return self.slug
