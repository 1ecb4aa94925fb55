"""Why a case is as urgent as it is: beside the rule that fired, which others hold for it."""
from django.utils.functional import Promise

from cases.models import LEVEL_NAMES, Case
from cases.urgency import Book, facts_of

Also = tuple[Promise | str, Promise | str]          # rule, level


def also_fire(case: Case, book: Book) -> list[Also]:
    """The other rules that hold by what was told, the most urgent first. None about pictures: that may be more than a member may
    know (cases.triage.matches)."""
    facts = facts_of(case, seen=False)
    holding = [rule for rule in book.rules if not rule.when.seen and rule.code != case.priority_rule and rule.fires(facts)]
    return [(book.name(rule.code), LEVEL_NAMES[rule.level]) for rule in sorted(holding, key=lambda rule: rule.level)]
