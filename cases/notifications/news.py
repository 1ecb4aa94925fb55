"""The list at the desk: what each member was told of, newest first. Nothing of it leaves the house, so it may name the case."""
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import get_language

from cases.models import Case
from cases.notifications import wording
from cases.notifications.models import News, Occasion
from cases.permissions import Staff
from cases.selectors import cases_for

PAGE = 30
KEPT = timedelta(days=90)
NOT_HERE = {Occasion.DIGEST, Occasion.WAITING, Occasion.PARTNER}       # the queue itself; the reporter's; a liaison's own desk
MOST_COUNTED = 99


class Reader(Protocol):
    pk: UUID


@dataclass(frozen=True)
class Item:
    """`ref`: of the case; empty where it names none, or none that the reader may see today."""
    row: News
    words: str
    ref: str = ""


def keep(*, occasion: Occasion, members: Iterable[Reader], case: Case | None, counts: Mapping[str, int]) -> None:
    """In the caller's transaction, beside what it tells of."""
    if occasion not in NOT_HERE:
        now, numbers = timezone.now(), {"count": 1} | dict(counts)
        News.objects.bulk_create(News(member_id=member.pk, case_id=case.pk if case else None, occasion=occasion.value,
                                      counts=numbers, at=now) for member in members)


def unread(member: Reader) -> int:
    """For the menu: 99 may be more."""
    return News.objects.filter(member=member.pk, read_at=None)[:MOST_COUNTED].count()


def page(member: Staff, *, before: int | None = None) -> tuple[list[Item], int | None]:
    """PAGE of them, and the id to ask for older ones; None on the last."""
    rows = News.objects.filter(member=member.pk).order_by("-id")
    found = list((rows.filter(pk__lt=before) if before else rows)[:PAGE + 1])
    refs = dict(cases_for(member).filter(pk__in={row.case_id for row in found if row.case_id}).values_list("pk", "ref"))
    items = [Item(row, _words(row), refs.get(row.case_id, "")) for row in found[:PAGE]]
    return items, items[-1].row.pk if len(found) > PAGE else None


def _words(row: News) -> str:
    return wording.sentence(Occasion(row.occasion), row.counts, language=get_language() or "en")


@transaction.atomic
def mark(*, member: Reader, ids: Sequence[int] | None = None) -> int:
    """Read: these, or all of them. Returns how many were new."""
    rows = News.objects.filter(member=member.pk, read_at=None)
    return (rows if ids is None else rows.filter(pk__in=ids)).update(read_at=timezone.now())


def forget(now: datetime) -> int:
    """What is older than KEPT goes, read or not."""
    return News.objects.filter(at__lt=now - KEPT).delete()[0]
