"""Asking the log: newest first, by subject, person, kind and day. No question here counts or sorts the whole table."""
from collections.abc import Collection
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from django.db.models import Q, QuerySet, TextField
from django.db.models.functions import Cast

from cases.audit.models import Entry

LISTS_CASES = "queue_read"              # one entry for a page of the queue, which names the cases on it


class Kind(StrEnum):
    READS = "reads"
    WRITES = "writes"
    EMERGENCY = "emergency"             # glass broken, and each reading under it
    REFUSED = "refused"                 # failed attempts
    KEYS = "keys"


KINDS: dict[Kind, Q] = {
    Kind.READS: Q(event__endswith="_read"),
    Kind.WRITES: ~Q(event__endswith="_read"),
    Kind.EMERGENCY: Q(event="glass_broken") | Q(words__contains='"glass"'),
    Kind.REFUSED: Q(event__endswith="_failed") | Q(event__endswith="_refused"),
    Kind.KEYS: Q(event__startswith="key_") | Q(event__contains="_key_") | Q(event__startswith="vault_"),
}


def trail(*, subject: str = "", actor: str = "", kind: Kind | None = None, since: datetime | None = None,
          until: datetime | None = None, hidden: Collection[UUID] = ()) -> QuerySet[Entry]:
    """Entries, newest first. `subject` also finds the pages of the queue that showed the case; `hidden` are cases that do not
    exist for who asks. `until` is exclusive."""
    found = Entry.objects.annotate(words=Cast("details", TextField())).order_by("-at", "-id")
    if subject:
        found = found.filter(Q(subject=subject) | Q(event=LISTS_CASES, words__contains=subject))
    if actor:
        found = found.filter(actor=actor)
    if kind:
        found = found.filter(KINDS[kind])
    if since:
        found = found.filter(at__gte=since)
    if until:
        found = found.filter(at__lt=until)
    for case in hidden:
        found = found.exclude(Q(subject=str(case)) | Q(words__contains=str(case)))
    return found


def behind(found: QuerySet[Entry], at: datetime, pk: UUID) -> QuerySet[Entry]:
    """What comes after the entry on an earlier page, however many are written meanwhile."""
    return found.filter(Q(at__lt=at) | Q(at=at, pk__lt=pk))
