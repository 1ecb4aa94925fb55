"""What is counted of a case, alive or at its disposal: seven plain facts, each by itself."""
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.db.models import F, Min, Q, QuerySet
from django.utils import timezone

from cases.models import Case, Message
from cases.priority import CHILD, AgeBand
from cases.statistics.models import Tally

OPEN, NONE = "open", "none"
BANDS = ((24, "day"), (72, "three_days"), (168, "week"))         # hours to our first message, upper ends
LATER = "later"


class Dimension(StrEnum):
    UNIT = "unit"
    HARM = "harm"
    AGE = "age"                  # child, adult, unknown: no finer
    OUTCOME = "outcome"
    ANSWER = "answer"            # how long until we first wrote
    OPINION = "opinion"          # did we help; of closed cases, if they said so
    PLATFORM = "platform"        # a case may name several


Cell = tuple[Dimension, str]


def month_of(moment: datetime) -> date:
    return timezone.localdate(moment).replace(day=1)


def live(month: date) -> Counter[Cell]:
    """The cases of the month that are still here."""
    here = timezone.get_default_timezone()
    first = datetime(month.year, month.month, 1, tzinfo=here)
    after = datetime(month.year + month.month // 12, month.month % 12 + 1, 1, tzinfo=here)
    return _count(Case.objects.filter(opened_at__gte=first, opened_at__lt=after))


def disposed(month: date) -> Counter[Cell]:
    """Those that are gone."""
    rows = Tally.objects.filter(month=month).values_list("dimension", "value", "n")
    return Counter({(Dimension(dimension), value): n for dimension, value, n in rows})


@transaction.atomic
def keep(case: Case) -> None:
    """Call it in the transaction that deletes the case: from now on it is counted here."""
    for (dimension, value), n in _count(Case.objects.filter(pk=case.pk)).items():
        row, _made = Tally.objects.get_or_create(month=month_of(case.opened_at), dimension=dimension.value, value=value)
        Tally.objects.filter(pk=row.pk).update(n=F("n") + n)


def _count(cases: QuerySet[Case]) -> Counter[Cell]:
    answered = Min("messages__at", filter=Q(messages__author=Message.Author.STAFF))
    facts = ("unit__code", "harm", "age_band", "child", "outcome", "platforms", "opened_at", "answered", "opinion__choice")
    rows = cases.annotate(answered=answered).values(*facts)
    return Counter(cell for row in rows.iterator() for cell in _facts(row))


def _facts(row: Mapping[str, Any]) -> Iterator[Cell]:
    yield Dimension.UNIT, row["unit__code"]
    yield Dimension.HARM, row["harm"]
    yield Dimension.AGE, _age(row["child"], AgeBand(row["age_band"]))
    yield Dimension.OUTCOME, row["outcome"] or OPEN
    yield Dimension.ANSWER, _band(row["answered"] - row["opened_at"] if row["answered"] else None)
    yield Dimension.OPINION, row["opinion__choice"] or NONE
    for slug in sorted(set(row["platforms"])):
        yield Dimension.PLATFORM, slug


def _age(child: bool, band: AgeBand) -> str:
    if child or band in CHILD:
        return "child"
    return "adult" if band == AgeBand.ADULT else "unknown"


def _band(took: timedelta | None) -> str:
    if took is None:
        return NONE
    return next((band for hours, band in BANDS if took <= timedelta(hours=hours)), LATER)
