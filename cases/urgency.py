"""Which rule of priority fires: the code's rules, each as the ministry changed it, and the ministry's own; never below the floor.

The rules of cases.priority hold as long as no row of PriorityRule replaces them, so that an upgrade brings new ones by itself.
"""
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise

from cases.clock.models import PriorityRule
from cases.models import RULE_NAMES, Case
from cases.priority import FLOOR, RULES, SEEN_RULES, AgeBand, Conditions, Danger, Facts, Harm, Level, Rule, fire

SEEN_AS_RULES = tuple(Rule(rule.code, rule.level, Conditions(seen=frozenset({rule.code}))) for rule in SEEN_RULES)
OF_THE_CODE = {rule.code: rule for rule in (*RULES, *SEEN_AS_RULES)}
FIXED = frozenset(rule.code for rule in FLOOR)          # what no row replaces


@dataclass(frozen=True)
class Book:
    """The rules that count now; and of all there ever were, what they are called and which are about pictures."""
    rules: tuple[Rule, ...]
    names: Mapping[str, Promise | str]
    pictures: Mapping[str, frozenset[str]]              # code → codes of SEEN_RULES that it is about

    def name(self, code: str) -> Promise | str:
        return self.names.get(code, code)

    def seen(self, code: str) -> frozenset[str]:
        return self.pictures.get(code, frozenset())


def book() -> Book:
    """One query."""
    rows = list(PriorityRule.objects.order_by("pk"))
    ever = {row.code: read(row) for row in rows}
    now = OF_THE_CODE | {row.code: read(row) for row in rows if row.ended_at is None and row.code not in FIXED}
    off = {row.code for row in rows if row.ended_at is None and row.off} - FIXED
    return Book(tuple(rule for code, rule in now.items() if code not in off),
                {**RULE_NAMES, **{row.code: str(row.name) for row in rows}},
                {code: rule.when.seen for code, rule in (ever | OF_THE_CODE).items() if rule.when.seen})


def read(row: PriorityRule) -> Rule:
    return Rule(row.code, Level(row.level), Conditions.read(row.conditions))


def rules() -> tuple[Rule, ...]:
    """Those that count now."""
    return book().rules


def facts_of(case: Case, *, seen: bool = True) -> Facts:
    """What is known of a case in the clear; without `seen` only what its reporter or a member said."""
    return Facts(Harm(case.harm), AgeBand(case.age_band), AgeBand(case.age_band_then),
                 frozenset(Danger(danger) for danger in case.dangers), frozenset(case.platforms), case.seen_rule if seen else "")


def about_pictures(case: Case, code: str) -> Rule | None:
    """The most urgent rule that fires because the case's pictures are known as `code` says."""
    known = facts_of(case, seen=False).known(code)
    return fire(known, [rule for rule in rules() if rule.when.seen], floor=()) if code else None


def hangs_on_pictures(code: str) -> bool:
    """Whether the rule that set a priority, of today or of before, is about pictures."""
    return bool(book().seen(code))
