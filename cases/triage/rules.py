"""The ministry's rules of priority: reading them for a page, trying out a change, and making it."""
from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import Count
from django.utils import timezone
from django.utils.functional import Promise

from cases.audit.services import actor, record
from cases.clock.models import PriorityRule
from cases.models import RULE_NAMES
from cases.permissions import Staff
from cases.priority import AgeBand, Conditions, Danger, Facts, Harm, Level, Rule, rate
from cases.selectors import cases_for
from cases.urgency import FIXED, OF_THE_CODE, read, rules

TRIED_ON = timedelta(days=30)
OWN = "own_"                    # how the codes of the ministry's own rules begin
FACTS = ("harm", "age_band", "age_band_then", "dangers", "platforms", "seen_rule")


class Fixed(Exception):
    """Danger to life: no setting changes these rules."""


@dataclass(frozen=True)
class Line:
    """One rule as the page lists it. `row` is None while the code's own holds."""
    rule: Rule
    name: Promise | str
    row: PriorityRule | None

    @property
    def fixed(self) -> bool:
        return self.rule.code in FIXED

    @property
    def off(self) -> bool:
        return bool(self.row and self.row.off)


@dataclass(frozen=True)
class Shift:
    """So many of the cases that were tried would have had another priority."""
    was: Level
    to: Level
    count: int


def lines() -> list[Line]:
    """All rules, the most urgent first; those that are switched off stay in their place."""
    rows = {row.code: row for row in PriorityRule.objects.filter(ended_at=None).order_by("pk")}
    known = {code: Line(read(rows[code]) if code in rows else rule, str(rows[code].name) if code in rows else RULE_NAMES[code],
                        rows.get(code)) for code, rule in OF_THE_CODE.items()}
    own = {code: Line(read(row), str(row.name), row) for code, row in rows.items() if code not in known}
    return sorted((known | own).values(), key=lambda line: line.rule.level)


def would_change(*, rule: Rule | None, code: str, member: Staff, now: datetime) -> tuple[int, list[Shift]]:
    """How many cases of the member's units, of the last thirty days and with no priority set by hand, are tried; and which would
    have been rated otherwise with `rule` under that code (None: without any). Cases with the same facts are rated once."""
    before = rules()
    after = [each for each in before if each.code != code] + ([rule] if rule else [])
    mine = cases_for(member).filter(opened_at__gte=now - TRIED_ON, hand_priority=None)
    found: Counter[tuple[Level, Level]] = Counter()
    for *known, count in mine.order_by().values_list(*FACTS).annotate(n=Count("pk")).iterator():
        facts = facts_in(known)
        found[rate(facts, before).level, rate(facts, after).level] += count
    return sum(found.values()), [Shift(was, to, n) for (was, to), n in sorted(found.items()) if was != to]


def facts_in(known: list[str]) -> Facts:
    """From the columns FACTS."""
    harm, age_now, age_then, dangers, platforms, seen = known
    return Facts(Harm(harm), AgeBand(age_now), AgeBand(age_then), frozenset(Danger(danger) for danger in dangers),
                 frozenset(platforms), seen)


@transaction.atomic
def set_rule(*, code: str, names: tuple[str, str], level: Level, when: Conditions, off: bool, by: Staff) -> PriorityRule:
    """From now on. `code` is empty for a new rule of the ministry's own. Raises Fixed."""
    if code in FIXED:
        raise Fixed(code)
    now = timezone.now()
    code = code or f"{OWN}{PriorityRule.objects.count() + 1}"
    PriorityRule.objects.filter(code=code, ended_at=None).update(ended_at=now)
    row = PriorityRule.objects.create(code=code, name_en=names[0], name_ur=names[1], level=level.value, conditions=when.data(),
                                      off=off, since=now)
    record("rule_set", subject="priority_rules", actor=actor(by), rule=code, level=level.value, off=off)
    return row
