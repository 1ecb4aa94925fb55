"""One after the other: who matches and who changes a list takes turns, and stamps what it did later than all before."""
from collections.abc import Iterator
from datetime import datetime, timedelta
from itertools import count

from django.db import connection, models
from django.utils import timezone

MATCHING, PUBLISHING, IMPORTING = 7_301, 7_302, 7_303  # advisory locks of PostgreSQL
TICK = timedelta(microseconds=1)


def take_turn(lock: int) -> None:
    """Wait until no other transaction holds the lock; it is ours until this one ends. SQLite has one writer anyway."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [lock])


def stamp_after(last: datetime | None) -> datetime:
    """Now, but always later than `last`, whatever the machine's clock does."""
    now = timezone.now()
    return now if last is None else max(now, last + TICK)


def stamps(model: type[models.Model], column: str) -> Iterator[datetime]:
    """Times for `column`, each later than every one given before. Only while it is our turn."""
    first = stamp_after(last_of(model, column))
    return (first + n * TICK for n in count())


def last_of(model: type[models.Model], column: str) -> datetime | None:
    newest: datetime | None = model._default_manager.aggregate(last=models.Max(column))["last"]
    return newest
