"""Which reports may be folded away, and what makes several of them look like one. All of it by what lies in the clear; the words
of reports are sealed, and only a member's own request can compare them (cases.triage.flooding).

**Never folded**: who is under 18, or says that somebody is in danger; who asked for a woman or fears a body of the state; what
is urgent for any reason; what somebody works on; what was released before. Intake refuses nobody, and these keep row and clock.
"""
import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import Exists, OuterRef, Q, QuerySet

from cases.flood.models import Fold, FoldRule
from cases.hashing.models import MediaHash
from cases.models import Case, Message
from cases.priority import Level
from cases.units.models import Unit
from cases.workflow import Source, Status

MOST = 5000                             # reports looked at in one round; the newest
FACTS = ("unit_id", "harm", "age_band", "age_band_then", "language", "platforms")
Kind = Fold.Kind


@dataclass(frozen=True)
class Rule:
    kind: Fold.Kind
    many: int
    within: timedelta

    @property
    def minutes(self) -> int:
        return int(self.within.total_seconds()) // 60

    @property
    def hours(self) -> int:
        """0 where they are no whole hours: then people read minutes."""
        return 0 if self.minutes % 60 else self.minutes // 60


USUAL = {Kind.PICTURES: (5, 24 * 60), Kind.BURST: (20, 10)}       # reports, minutes


def rules() -> list[Rule]:
    """As the ministry set them, else the usual ones."""
    rows = {row.kind: (row.many, row.minutes) for row in FoldRule.objects.all()}
    found = {kind: rows.get(kind, usual) for kind, usual in USUAL.items()}
    return [Rule(kind, many, timedelta(minutes=minutes)) for kind, (many, minutes) in found.items()]


def calm() -> Q:
    """Nothing in it says that somebody could be harmed by waiting, and nobody works on it."""
    return Q(child=False, dangers=[], wants_woman=False, restricted=False, conflict="", priority__gt=Level.P1.value,
             status=Status.NEW.value, assignee=None, merged_into=None)


def may_fold(cases: QuerySet[Case]) -> QuerySet[Case]:
    """Of `cases` those that a rule may fold: calm, new, never folded before, leading nothing, and typed in by nobody of us."""
    led, behind = Case.objects.filter(merged_into=OuterRef("pk")), Case.objects.filter(folded_into=OuterRef("pk"))
    return cases.filter(calm(), ~Exists(led), ~Exists(behind), ~Exists(wrote()), folded_into=None, fold=None,
                        source=Source.WEB.value)


def wrote() -> QuerySet[Message]:
    return Message.objects.filter(case=OuterRef("pk"), author=Message.Author.REPORTER.value)


def groups(rule: Rule, now: datetime) -> dict[str, list[UUID]]:
    """What they have in common, as a digest → the reports, oldest first, however few."""
    units = list(Unit.objects.filter(practice=False).values_list("pk", flat=True))      # the index of arrivals begins with them
    lately = may_fold(Case.objects.filter(unit__in=units, opened_at__gte=now - rule.within))
    rows = lately.order_by("-opened_at", "-pk").values("pk", *FACTS)[:MOST]
    shown = pictures(row["pk"] for row in rows)
    found: dict[str, list[UUID]] = {}
    for row in reversed(list(rows)):
        if bool(seen := shown.get(row["pk"], ())) == (rule.kind == Kind.PICTURES):
            found.setdefault(alike(rule.kind, row, seen), []).append(row["pk"])
    return found


def pictures(cases: Iterable[UUID]) -> dict[UUID, tuple[str, ...]]:
    found: dict[UUID, set[str]] = {}
    for case, pdq in MediaHash.objects.filter(case__in=list(cases)).values_list("case", "pdq"):
        found.setdefault(case, set()).add(pdq)
    return {case: tuple(sorted(each)) for case, each in found.items()}


def alike(kind: Fold.Kind, row: Mapping[str, Any], shown: tuple[str, ...]) -> str:
    """Equal for reports that a rule takes for alike: of the same unit always; by pictures, or by all plain facts."""
    what = [str(row["unit_id"]), *shown] if kind == Kind.PICTURES else [str(row[name]) for name in FACTS]
    return hashlib.sha256(json.dumps([kind.value, *what]).encode()).hexdigest()
