import uuid

from django.db import models

from cases.hashing import pdq


class MediaHash(models.Model):
    """The fingerprint of one picture, computed on the reporter's phone. The picture never came here."""
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="media_hashes")
    number = models.PositiveSmallIntegerField()              # 1 … 10, as the reporter sees it
    pdq = models.CharField(max_length=64)                    # 256 bits as lower-case hex
    quality = models.PositiveSmallIntegerField()             # 0 … 100; below pdq.MIN_QUALITY is refused
    sha256 = models.CharField(max_length=64)
    md5 = models.CharField(max_length=32)
    at = models.DateTimeField()
    matched_at = models.DateTimeField(null=True, db_index=True)   # compared with all before it; strictly increases

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["case", "number"], name="hash_number_once"),
                       models.UniqueConstraint(fields=["case", "sha256"], name="hash_file_once"),
                       models.CheckConstraint(name="hash_quality",
                                              condition=models.Q(quality__gte=pdq.MIN_QUALITY, quality__lte=100))]

    def __str__(self) -> str:
        return f"{self.case_id} {self.number}"


class IndexedHash(models.Model):
    """A hash under which something is found. Rows are added and deleted, never changed.

    `id` is the place in a log: whoever adds holds the turn to match until the end of the transaction (services.take_turn), so who
    has read up to an id has missed none below it. One picture may have several.
    """

    class Kind(models.IntegerChoices):
        """What lies together and is looked up together, with a limit of its own (settings.HASH_LIMITS)."""
        PICTURE = 1                                          # a reporter's own fingerprint, compared with all before it

    id = models.BigAutoField(primary_key=True)
    kind = models.PositiveSmallIntegerField(choices=Kind.choices)
    pdq = models.CharField(max_length=64)                    # lower-case hex
    media = models.ForeignKey(MediaHash, on_delete=models.CASCADE, related_name="indexed")

    class Meta:
        constraints = [models.CheckConstraint(name="indexed_hash_kind", condition=models.Q(kind__gt=0, kind__lt=1024))]

    def __str__(self) -> str:
        return f"{self.pk} {self.Kind(self.kind).name}"


class Match(models.Model):
    """Two pictures that are the same or nearly so. `a` is the later one."""
    a = models.ForeignKey(MediaHash, on_delete=models.CASCADE, related_name="matches")
    b = models.ForeignKey(MediaHash, on_delete=models.CASCADE, related_name="+")
    distance = models.PositiveSmallIntegerField()            # bits of 256; 0 = the same fingerprint
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["a", "b"], name="match_once")]

    def __str__(self) -> str:
        return f"{self.a_id} ~ {self.b_id}: {self.distance}"


class ListEntry(models.Model):
    """The published list. No key to a case: the exchange role reads this table and no case."""

    class State(models.TextChoices):
        ACTIVE = "active"
        WITHDRAWN = "withdrawn"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    pdq = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=10, choices=State.choices, default=State.ACTIVE.value)
    published_at = models.DateTimeField()                    # first put on the list: who stopped pulling before never had it
    modified_at = models.DateTimeField(db_index=True)        # never decreases for a row: partners page by it

    def __str__(self) -> str:
        return f"{self.pk} {self.state}"
