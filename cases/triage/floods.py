"""What the quarantine page says of each suspicion."""
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from cases.flood.models import Fold
from cases.models import Case
from cases.triage.reading import Text


@dataclass(frozen=True)
class Flood:
    """`case` stands for `case.alike` others, of which nobody has looked at `waiting`; `kinds`: what they have in common."""
    case: Case
    summary: Text
    kinds: list[str]
    waiting: int
    since: datetime | None


def floods_of(cases: Sequence[Case], texts: Mapping[UUID, Text]) -> list[Flood]:
    """One query."""
    rows = Fold.objects.filter(into__in=[case.pk for case in cases], over_at=None, confirmed_at=None).order_by("at")
    folds = list(rows.values_list("into", "kind", "at"))
    found = []
    for case in cases:
        mine = [(kind, at) for into, kind, at in folds if into == case.pk]
        kinds = [str(Fold.Kind(kind).label) for kind in dict.fromkeys(kind for kind, _at in mine)]
        found.append(Flood(case, texts[case.pk], kinds, len(mine), mine[0][1] if mine else None))
    return found
