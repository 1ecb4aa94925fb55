"""Figures for everybody: one member prepares and so freezes them, another publishes, and either may withdraw them with a note.

What stands in two publications could be subtracted, so no month is in two that stand.
"""
from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import override

from cases.audit.services import actor, record
from cases.permissions import Staff
from cases.statistics.counting import Dimension, month_after
from cases.statistics.figures import Figures, Number, counted_at, to_publish
from cases.statistics.models import Edition, Publication
from cases.statistics.presenting import month_name
from cases.statistics.spans import Span

LANGUAGES = ("en", "ur")
TOLD = (Dimension.OUTCOME, Dimension.HARM, Dimension.AGE, Dimension.WRITTEN, Dimension.PLATFORM, Dimension.FIRST,
        Dimension.NOTICE, Dimension.SCORE, Dimension.LAW, Dimension.DEMAND, Dimension.DEMANDER, Dimension.BREACH, Dimension.EVENT,
        Dimension.SOURCE, Dimension.CALL, Dimension.OPINION)


class Refusal(StrEnum):
    RUNNING = "running"             # a month that is not over, or not counted since
    OVERLAPS = "overlaps"
    FEW = "few"                     # fewer reports than may be told
    SAME_PERSON = "same_person"
    GONE = "gone"                   # a colleague was quicker


class Refused(Exception):
    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason.value)
        self.reason = reason


def standing() -> QuerySet[Publication]:
    return Publication.objects.filter(withdrawn_at=None)


@transaction.atomic
def prepare(*, span: Span, by: Staff) -> Publication:
    """Freeze the numbers as they are now. Raises Refused."""
    over, counted = month_after(span.last), counted_at()
    if timezone.localdate() < over or counted is None or timezone.localdate(counted) < over:
        raise Refused(Refusal.RUNNING)
    if list(standing().select_for_update().filter(first__lte=span.last, last__gte=span.first)):
        raise Refused(Refusal.OVERLAPS)
    numbers = frozen(span)
    if numbers["total"] is None:
        raise Refused(Refusal.FEW)
    made = Publication.objects.create(first=span.first, last=span.last, numbers=numbers, prepared_by_id=by.pk,
                                      prepared_at=timezone.now())
    record("figures_prepared", subject=made.pk, actor=actor(by), first=span.first, last=span.last)
    return made


@transaction.atomic
def publish(*, publication: Publication, by: Staff) -> Edition:
    """From now on everybody may read it. Raises Refused."""
    fresh = _locked(publication)
    if fresh.published_at:
        raise Refused(Refusal.GONE)
    if fresh.prepared_by_id == by.pk:
        raise Refused(Refusal.SAME_PERSON)
    fresh.published_by_id, fresh.published_at = by.pk, timezone.now()
    fresh.save(update_fields=["published_by", "published_at"])
    record("figures_published", subject=fresh.pk, actor=actor(by), first=fresh.first, last=fresh.last)
    return Edition.objects.create(publication=fresh, first=fresh.first, last=fresh.last, numbers=fresh.numbers,
                                  published_at=fresh.published_at)


@transaction.atomic
def withdraw(*, publication: Publication, by: Staff, note: Mapping[str, str]) -> None:
    """Its numbers leave the public's table at once; the day and the `note` (language → words) stay. One person suffices, for what
    is wrong must not wait. What was never published needs no note. Raises Refused."""
    fresh = _locked(publication)
    fresh.withdrawn_by_id, fresh.withdrawn_at = by.pk, timezone.now()
    fresh.save(update_fields=["withdrawn_by", "withdrawn_at"])
    Edition.objects.filter(publication=fresh).update(numbers=None, withdrawn_at=fresh.withdrawn_at, note_en=note.get("en", ""),
                                                     note_ur=note.get("ur", ""))
    record("figures_withdrawn", subject=fresh.pk, actor=actor(by), was_public=fresh.published_at is not None)


def _locked(publication: Publication) -> Publication:
    fresh = Publication.objects.select_for_update(of=("self",)).get(pk=publication.pk)
    if fresh.withdrawn_at:
        raise Refused(Refusal.GONE)
    return fresh


# --- frozen -----------------------------------------------------------------------------------------------------------
def frozen(span: Span) -> dict[str, Any]:
    """Everything that the page shows, names in both languages included, so that it reads nothing else:

    {"total": 412, "tables": [{"code": "harm", "heads": ["all", …], "rows": [{"en": "…", "ur": "…", "cells": [20, None, "48"]}]}]}
    None is a hidden number; a string is a code that naming.code_name has the words of, "" a hidden one.
    """
    found: dict[str, Figures] = {}
    for language in LANGUAGES:
        with override(language):
            found[language] = to_publish(span.months)
    one, other = (tables_of(found[language], language) for language in LANGUAGES)
    tables = [{"code": table["code"], "heads": table["heads"],
               "rows": [{"en": row["name"], "ur": same["name"], "cells": row["cells"]}
                        for row, same in zip(table["rows"], beside["rows"], strict=True)]}
              for table, beside in zip(one, other, strict=True)]
    return {"total": found["en"].total.n, "tables": tables}


def tables_of(figures: Figures, language: str) -> list[dict[str, Any]]:
    by_code = {table.code: table for table in figures.tables}
    with override(language):
        months = [{"name": month_name(month), "cells": [number.n]} for month, number in figures.months]
    tables: list[dict[str, Any]] = [{"code": "months", "heads": [], "rows": months}]
    for code in TOLD:
        table = by_code[code]
        rows = [{"name": line.name, "cells": [cell.n if isinstance(cell, Number) else cell for cell in line.cells]}
                for line in table.lines]
        told = [row for row in rows if any(cell not in (0, "") for cell in row["cells"])]
        if told:                # what is left out is none
            tables.append({"code": code.value, "heads": list(table.heads), "rows": told})
    return tables


# --- read by everybody ------------------------------------------------------------------------------------------------
def slug_of(first: date, last: date) -> str:
    """"2026" for a whole year, else "2026-01_2026-03"."""
    if (first.month, last.month, first.year) == (1, 12, last.year):
        return str(first.year)
    return f"{first:%Y-%m}_{last:%Y-%m}"

