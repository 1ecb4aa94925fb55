"""What the search box finds at once, without opening a case: a reference, a label, and cases that name the very account, number
or link (by its blind-index tag).

Only of cases that the member opens: what is typed here is no report, so it asks nothing about those of other units, nor about one
that is kept for others. That is what the case page is for, where another unit sees that it was asked.
"""
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db.models import QuerySet

from cases.models import Case, Label, Trace
from cases.permissions import Staff
from cases.selectors import cases_for, opened_by
from cases.triage.filters import Known
from cases.triage.folding import fold
from cases.triage.reading import telling
from cases.triage.references import read_reference, starts
from cases.vault import blind

SHOWN = 20
REFERENCE = 4           # letters at least: with fewer, half of all words begin one
WORDS = 8               # of what was typed, each is looked up by itself


@dataclass(frozen=True)
class Exact:
    """`more`: cases that name it beyond those shown."""
    references: list[Case]
    labels: list[Label]
    naming: list[Case]
    more: bool = False

    @property
    def count(self) -> int:
        return len(self.references) + len(self.naming)


def exact(typed: str, *, by: Staff, known: Known, now: datetime) -> Exact:
    naming = naming_it(typed, by)
    return Exact(by_reference(typed, by, now), labels_like(typed, known), naming[:SHOWN], len(naming) > SHOWN)


def by_reference(typed: str, by: Staff, now: datetime) -> list[Case]:
    try:
        ref = read_reference(typed)
    except ValidationError:
        return []
    return list(rows(by).filter(starts(ref, now)).order_by("ref")[:SHOWN]) if len(ref) >= REFERENCE else []


def labels_like(typed: str, known: Known) -> list[Label]:
    wanted = fold(typed).strip()
    return [label for label in known.labels if any(wanted in fold(name) for name in (label.name_en, label.name_ur))][:SHOWN]


def naming_it(typed: str, by: Staff) -> list[Case]:
    """Newest first; one more than is shown."""
    tags = {tag for each in dict.fromkeys([typed, *typed.split()[:WORDS]]) for tag in tags_of(each)}
    traces = Trace.objects.filter(tag__in=tags).values("case")
    found = list(rows(by).filter(pk__in=traces).order_by("-opened_at")[:SHOWN * 2]) if tags else []
    doors = opened_by(by, found)
    return [case for case in found if case.pk in doors][:SHOWN + 1]


def tags_of(typed: str) -> list[str]:
    """As a link and as an account or number: what somebody pastes may be either."""
    values = {"url": blind.normalise_url(typed), "handle": blind.normalise_handle(typed)}
    return [blind.tag(settings.BLIND_INDEX_KEY, kind, value) for kind, value in values.items() if telling(kind, value)]


def rows(by: Staff) -> QuerySet[Case]:
    return cases_for(by).only("ref", "status", "harm", "opened_at", "assignee", "restricted", "wants_woman", "unit")
