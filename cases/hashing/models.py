import uuid

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.hashing import pdq


class MediaHash(models.Model):
    """The fingerprint of one picture or video, computed on the reporter's phone. The file never came here."""

    class Kind(models.TextChoices):
        IMAGE = "image"
        VIDEO = "video"                                      # its pictures are Frames

    class Origin(models.TextChoices):
        DEVICE = "device"                                    # the reporter's own phone, and nothing else may be listed
        STAFF = "staff"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    case = models.ForeignKey("cases.Case", on_delete=models.CASCADE, related_name="media_hashes")
    number = models.PositiveSmallIntegerField()              # 1 … 10, as the reporter sees it
    kind = models.CharField(max_length=5, choices=Kind.choices, default=Kind.IMAGE.value)
    pdq = models.CharField(max_length=64, blank=True)        # 256 bits as lower-case hex; "": a video
    quality = models.PositiveSmallIntegerField()             # 0 … 100; below pdq.MIN_QUALITY is refused; 0: a video
    sha256 = models.CharField(max_length=64)
    md5 = models.CharField(max_length=32)
    origin = models.CharField(max_length=10, choices=Origin.choices, default=Origin.DEVICE.value)
    at = models.DateTimeField()
    matched_at = models.DateTimeField(null=True, db_index=True)   # compared with all before it; strictly increases

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["case", "number"], name="hash_number_once"),
                       models.UniqueConstraint(fields=["case", "sha256"], name="hash_file_once"),
                       models.CheckConstraint(name="hash_of_a_picture_or_a_video", condition=models.Q(
                           kind="image", quality__gte=pdq.MIN_QUALITY, quality__lte=100) & ~models.Q(pdq="") | models.Q(
                           kind="video", quality=0, pdq=""))]

    def __str__(self) -> str:
        return f"{self.case_id} {self.number}"

    def every(self) -> list[str]:
        """Its PDQ and those of its variants; of a video those of its frames, in the order of time."""
        if self.kind == self.Kind.VIDEO:
            return [frame.pdq for frame in self.frames.all()]
        return [self.pdq, *(variant.pdq for variant in self.variants.all())]

    def listed(self) -> list[str]:
        """What of it goes on a list: platforms exchange pictures by PDQ, and videos by the MD5 of the file."""
        return [self.md5] if self.kind == self.Kind.VIDEO else self.every()

    @property
    def listed_as(self) -> str:
        """The kind of those entries."""
        return ListEntry.Kind.MD5 if self.kind == self.Kind.VIDEO else ListEntry.Kind.PDQ


class Variant(models.Model):
    """PDQ of a crop or of the mirror image of a picture, worked out with its fingerprint: found where the picture itself is not.

    Belongs to its picture in all things: matched, listed and withdrawn with it. Nobody changes it.
    """
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    media = models.ForeignKey(MediaHash, on_delete=models.CASCADE, related_name="variants")
    name = models.CharField(max_length=20)                   # of variants.VARIANTS, as that was when it was made
    pdq = models.CharField(max_length=64)                    # lower-case hex

    class Meta:
        constraints = [models.UniqueConstraint(fields=["media", "name"], name="variant_once")]

    def __str__(self) -> str:
        return f"{self.media_id} {self.name}"


class Frame(models.Model):
    """A picture out of a video, as the phone saw it at that time. A list of them is vPDQ's list."""
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    media = models.ForeignKey(MediaHash, on_delete=models.CASCADE, related_name="frames")
    at_ms = models.PositiveIntegerField()                    # milliseconds from the start
    pdq = models.CharField(max_length=64)
    quality = models.PositiveSmallIntegerField()

    class Meta:
        ordering = ["at_ms"]
        constraints = [models.UniqueConstraint(fields=["media", "at_ms"], name="frame_once"),
                       models.CheckConstraint(name="frame_quality",
                                              condition=models.Q(quality__gte=pdq.MIN_QUALITY, quality__lte=100))]

    def __str__(self) -> str:
        return f"{self.media_id} {self.at_ms}"


class IndexedHash(models.Model):
    """A hash under which something is found. Rows are added and deleted, never changed.

    `id` is the place in a log: whoever adds holds the turn of that kind (turns: MATCHING, IMPORTING) until the end of the
    transaction, so who has read up to an id has missed none below it. One picture has several, its own and its variants', which
    are added in one go: no other's lie between.
    """

    class Kind(models.IntegerChoices):
        """What lies together and is looked up together, with a limit of its own (settings.HASH_LIMITS)."""
        PICTURE = 1                                          # a reporter's own fingerprint, compared with all before it
        FOREIGN = 2                                          # a fingerprint that somebody else lists
        FRAME = 3                                            # a picture out of a reporter's own video

    id = models.BigAutoField(primary_key=True)
    kind = models.PositiveSmallIntegerField(choices=Kind.choices)
    pdq = models.CharField(max_length=64)                    # lower-case hex
    media = models.ForeignKey(MediaHash, on_delete=models.CASCADE, null=True, related_name="indexed")
    foreign = models.ForeignKey("ForeignHash", on_delete=models.CASCADE, null=True, related_name="indexed")

    class Meta:
        constraints = [models.CheckConstraint(name="indexed_hash_kind", condition=models.Q(kind__gt=0, kind__lt=1024)),
                       models.CheckConstraint(name="indexed_hash_of_one_thing", condition=models.Q(
                           kind__in=[1, 3], media__isnull=False, foreign__isnull=True) | models.Q(
                           kind=2, media__isnull=True, foreign__isnull=False))]

    def __str__(self) -> str:
        return f"{self.pk} {self.Kind(self.kind).name}"


class Match(models.Model):
    """Two pictures or videos that are the same or nearly so. `a` is the later one. Read through cases.hashing.matches: it may be
    undone."""

    class Why(models.TextChoices):
        """Why somebody undid it."""
        DIFFERENT = "different", _("Two different pictures that look alike")
        COMMON = "common", _("A frame, a logo or a template that many pictures share")
        TRIAL = "trial", _("One of the reports was made to try the portal")
        MADE_UP = "made_up", _("One of the reports was made up")

    a = models.ForeignKey(MediaHash, on_delete=models.CASCADE, related_name="matches")
    b = models.ForeignKey(MediaHash, on_delete=models.CASCADE, related_name="+")
    distance = models.PositiveSmallIntegerField()            # bits of 256; 0 = the same; of two videos the median of their frames
    share = models.PositiveSmallIntegerField(default=100)    # of two videos: of a hundred frames of the shorter, those found
    at = models.DateTimeField()
    undone_at = models.DateTimeField(null=True)
    undone_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    undone_why = models.CharField(max_length=10, choices=Why.choices, blank=True)
    agreed_at = models.DateTimeField(null=True)              # a second person, where a child's case is one of the two
    agreed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["a", "b"], name="match_once"),
            models.CheckConstraint(name="match_undone_by_somebody_with_a_reason", condition=models.Q(
                undone_at__isnull=True, undone_by__isnull=True, undone_why="") | models.Q(
                undone_at__isnull=False, undone_by__isnull=False) & ~models.Q(undone_why="")),
            models.CheckConstraint(name="match_undoing_agreed_by_another", condition=models.Q(
                agreed_at__isnull=True, agreed_by__isnull=True) | models.Q(
                agreed_at__isnull=False, agreed_by__isnull=False, undone_at__isnull=False)
                & ~models.Q(agreed_by=models.F("undone_by"))),
        ]

    def __str__(self) -> str:
        return f"{self.a_id} ~ {self.b_id}: {self.distance}"


class SetAside(models.Model):
    """A report whose pictures count for nothing in other cases: it was made up, or made to try the portal.

    While nobody else has agreed, what it says of children still guards (matches.guarding).
    """
    case = models.OneToOneField("cases.Case", on_delete=models.CASCADE, related_name="set_aside")
    why = models.CharField(max_length=10, choices=Match.Why.choices)
    at = models.DateTimeField()
    by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    agreed_at = models.DateTimeField(null=True)
    agreed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [models.CheckConstraint(name="set_aside_agreed_by_another", condition=models.Q(
            agreed_at__isnull=True, agreed_by__isnull=True) | models.Q(
            agreed_at__isnull=False, agreed_by__isnull=False) & ~models.Q(agreed_by=models.F("by")))]

    def __str__(self) -> str:
        return f"{self.case_id} {self.why}"


class ListEntry(models.Model):
    """One value of a shared list. No key to a case: the exchange role reads this table and no case.

    Two lists that never mix: intimate pictures of adults, and of children, which only partners see that are enabled for it.
    The database refuses the state ACTIVE without an approved Listing (cases.hashing.triggers).
    """

    class Kind(models.TextChoices):
        PDQ = "pdq"                                          # an image, 64 hex digits
        MD5 = "md5"                                          # a video, 32

    class Category(models.TextChoices):
        """Closed: nothing about speech, religion, politics or extremism can be listed."""
        INTIMATE = "intimate", _("Intimate pictures shared without consent")
        THREATENED = "threatened", _("Intimate pictures, and a threat to share them")
        SYNTHETIC = "synthetic", _("Made or altered intimate pictures")
        CHILD = "child", _("Sexual pictures of a person under 18")

    class State(models.TextChoices):
        WAITING = "waiting"                                  # proposed; no partner has seen it
        ACTIVE = "active"
        SUSPENDED = "suspended"                              # to partners withdrawn, until a person has looked (Listing.held)
        WITHDRAWN = "withdrawn"

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=3, choices=Kind.choices, default=Kind.PDQ.value)
    value = models.CharField(max_length=64)                  # lower-case hex
    category = models.CharField(max_length=10, choices=Category.choices, default=Category.INTIMATE.value)
    state = models.CharField(max_length=10, choices=State.choices, default=State.WAITING.value)
    published_at = models.DateTimeField(null=True)           # first put on the list; ListSpan has every time
    modified_at = models.DateTimeField(db_index=True)        # never decreases for a row: partners page by it
    recalled_at = models.DateTimeField(null=True)            # its withdrawal was noted against every partner that may hold it

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "value"], condition=~models.Q(category="child"), name="entry_once"),
            models.UniqueConstraint(fields=["kind", "value"], condition=models.Q(category="child"), name="entry_once_of_child"),
            models.UniqueConstraint(fields=["kind", "value"], condition=models.Q(state="active"), name="entry_on_one_list"),
            models.CheckConstraint(name="entry_of_a_known_kind", condition=models.Q(kind__in=["pdq", "md5"])),
            models.CheckConstraint(name="entry_of_a_known_category",
                                   condition=models.Q(category__in=["intimate", "threatened", "synthetic", "child"])),
            models.CheckConstraint(name="entry_waits_or_was_published",
                                   condition=models.Q(state="waiting") | models.Q(published_at__isnull=False)),
        ]

    def __str__(self) -> str:
        return f"{self.pk} {self.state}"


class ListSpan(models.Model):
    """One time that an entry stood on its list: who pulled in none never had it. Times of the list (modified_at)."""
    entry = models.ForeignKey(ListEntry, on_delete=models.CASCADE, related_name="spans")
    since = models.DateTimeField()
    until = models.DateTimeField(null=True)                  # withdrawn or suspended; None: it stands

    class Meta:
        constraints = [models.UniqueConstraint(fields=["entry"], condition=models.Q(until=None), name="span_open_once")]

    def __str__(self) -> str:
        return f"{self.entry_id} since {self.since:%F}"


class Listing(models.Model):
    """One fingerprint of one case standing behind an entry: with whose yes, on what ground, and which two people agreed."""

    class Basis(models.TextChoices):
        PECA_21 = "peca_21", _("PECA 2016, section 21: modesty of a natural person")
        PECA_22 = "peca_22", _("PECA 2016, section 22: pictures of children")
        COURT = "court", _("An order of a court")

    class State(models.TextChoices):
        PROPOSED = "proposed", _("Waits for a second person")
        APPROVED = "approved", _("Approved")
        REFUSED = "refused", _("Refused")
        ENDED = "ended", _("Taken back")

    class Why(models.TextChoices):
        """Why it was refused. Counted in public."""
        NOT_INTIMATE = "not_intimate", _("Not an intimate picture")
        PUBLIC_FIGURE = "public_figure", _("A public picture: a portrait, a logo, a joke")
        AGE = "age", _("The age is in doubt")
        CONSENT = "consent", _("The consent is in doubt")
        FLOOD = "flood", _("Many reports of one picture that do not fit together")

    class Held(models.TextChoices):
        NOTHING = "", _("Nothing stands out")
        BENIGN = "benign", _("It looks like something harmless that is known: a logo, a blank page, a joke")
        FLOOD = "flood", _("Many cases report this picture at once")
        DISPUTED = "disputed", _("A platform looked at it and did not block it")
        CHILD = "child", _("The same picture was reported as a child’s")      # of an approved one whose entry is suspended

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    entry = models.ForeignKey(ListEntry, on_delete=models.CASCADE, related_name="listings")
    hash = models.ForeignKey(MediaHash, on_delete=models.CASCADE, related_name="listings")
    consent = models.ForeignKey("cases.Consent", on_delete=models.CASCADE, related_name="+")
    basis = models.CharField(max_length=10, choices=Basis.choices)
    state = models.CharField(max_length=10, choices=State.choices, default=State.PROPOSED.value)
    held = models.CharField(max_length=10, choices=Held.choices, blank=True)
    why = models.CharField(max_length=20, choices=Why.choices, blank=True)
    proposed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    decided_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+")
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["proposed_at"]
        constraints = [
            models.UniqueConstraint(fields=["entry", "hash"], name="listing_once"),
            models.CheckConstraint(name="listing_by_two_people", condition=~models.Q(state="approved") | models.Q(
                decided_by__isnull=False) & ~models.Q(decided_by=models.F("proposed_by"))),
            models.CheckConstraint(name="listing_on_a_known_ground",
                                   condition=models.Q(basis__in=["peca_21", "peca_22", "court"])),
            models.CheckConstraint(name="listing_refused_with_a_reason", condition=models.Q(state="refused") & ~models.Q(why="")
                                   | ~models.Q(state="refused") & models.Q(why="")),
        ]

    def __str__(self) -> str:
        return f"{self.entry_id} {self.state}"


class Benign(models.Model):
    """A picture known to be harmless: what comes near it is held for a person."""

    class Sort(models.TextChoices):
        LOGO = "logo", _("Logo or emblem")
        BLANK = "blank", _("Blank page or frame")
        MEME = "meme", _("Joke that is passed around")
        PUBLIC = "public", _("Public picture: a portrait, a government page")

    pdq = models.CharField(max_length=64, unique=True)
    sort = models.CharField(max_length=10, choices=Sort.choices)
    at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.sort} {self.pdq[:8]}"


class ListCount(models.Model):
    """How often something happened to the lists, since the beginning. Public; names nothing and nobody."""
    what = models.CharField(max_length=30, primary_key=True)     # "published", "withdrawn", "suspended", "refused_flood", …
    n = models.PositiveIntegerField(default=0)                   # pictures and videos
    cases = models.PositiveIntegerField(default=0)               # whose they are: too few, and nobody is told n

    def __str__(self) -> str:
        return f"{self.what}: {self.n}"


class ForeignHash(models.Model):
    """A fingerprint that somebody else lists. Compared with ours and never served: it is in no shared list and can be in none."""
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    source = models.SlugField(max_length=40)                 # of exchange's Source, or "partner-…" for a submission
    remote = models.CharField(max_length=120)                # their id of it
    kind = models.CharField(max_length=3, choices=ListEntry.Kind.choices)
    value = models.CharField(max_length=64)
    child = models.BooleanField(default=False)               # of a list of child imagery
    updated = models.DateTimeField()                         # theirs: what an older page says is not believed
    seen_at = models.DateTimeField()                         # stamped one transaction at a time, and only when it changes
    deleted_at = models.DateTimeField(null=True)             # they took it back; the value goes with it

    class Meta:
        indexes = [models.Index(fields=["kind", "value"], name="foreign_value"),
                   models.Index(fields=["seen_at"], name="foreign_seen")]
        constraints = [models.UniqueConstraint(fields=["source", "remote", "kind"], name="foreign_once"),
                       models.CheckConstraint(name="foreign_deleted_holds_no_value",
                                              condition=models.Q(deleted_at__isnull=True) | models.Q(value=""))]

    def __str__(self) -> str:
        return f"{self.source} {self.remote}"


class ForeignMatch(models.Model):
    """A fingerprint of a case that another list knows already."""
    hash = models.ForeignKey(MediaHash, on_delete=models.CASCADE, related_name="foreign")
    foreign = models.ForeignKey(ForeignHash, on_delete=models.CASCADE, related_name="+")
    distance = models.PositiveSmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["hash", "foreign"], name="foreign_match_once")]

    def __str__(self) -> str:
        return f"{self.hash_id} ~ {self.foreign_id}: {self.distance}"
