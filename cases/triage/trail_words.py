"""What an entry of the log is about and what it led to, in words: the log itself holds ids and codes alone."""
from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy

from cases.audit.models import Entry
from cases.conversation.models import Review
from cases.escalation.models import Answer, DeadLetter, Escalation
from cases.models import LEVEL_NAMES, BreakGlass, Exclusion
from cases.referral.models import Demand
from cases.triage.models import Consult
from cases.triage.registry_words import KIND_NAMES
from cases.units.models import Unit
from cases.workflow import Outcome, Status

Names = Mapping[str, Promise | str]
# What a subject is that is no case, unit, member or other row.
THINGS: Names = {
    "audit_log": gettext_lazy("The audit log"), "calendar": gettext_lazy("A calendar"),
    "calls": gettext_lazy("Calls that are not ours"), "channels": gettext_lazy("Ways to platforms"),
    "demands": gettext_lazy("Demands on us"), "foreign_list": gettext_lazy("A list of others"),
    "hash_list": gettext_lazy("Our shared list"), "import": gettext_lazy("A table of reports"), "keys": gettext_lazy("Keys"),
    "priority_rules": gettext_lazy("Rules of priority"), "queue": gettext_lazy("The queue"), "search": gettext_lazy("The search"),
    "tasks": gettext_lazy("Tasks"), "unknown": gettext_lazy("An account that is not there"), **KIND_NAMES,
}
LEVELS: Names = {str(level.value): name for level, name in LEVEL_NAMES.items()}
# Event → the detail that says what it led to, and that in words.
TARGETS: Mapping[str, tuple[str, Names]] = {
    "escalation_moved": ("to", dict(Escalation.State.choices)), "status_changed": ("to", dict(Status.choices)),
    "answer_arrived": ("kind", dict(Answer.Kind.choices)), "dead_letter_settled": ("how", dict(DeadLetter.How.choices)),
    "notices_by_two": ("to", {"on": gettext_lazy("Switched on"), "off": gettext_lazy("Switched off")}),
    "closing_asked": ("outcome", dict(Outcome.choices)), "demand_proposed": ("decision", dict(Demand.Decision.choices)),
    "demand_decided": ("decision", dict(Demand.Decision.choices)), "unit_asked": ("scope", dict(Consult.Scope.choices)),
    "review_asked": ("kind", dict(Review.Kind.choices)), "glass_broken": ("cause", dict(BreakGlass.Cause.choices)),
    "member_excluded": ("cause", dict(Exclusion.Cause.choices)),
    **dict.fromkeys(("priority_set", "priority_settled", "priority_raised", "facts_corrected"), ("to", LEVELS)),
}
UNIT_IN = ("to", "unit")                # details that may hold a unit's id


def units_by_id() -> dict[str, str]:
    return {str(unit.pk): str(unit) for unit in Unit.objects.all()}


def target(entry: Entry, units: Names) -> str:
    """What it led to: a state, a priority, a unit. Empty: nothing that has a name."""
    name, words = TARGETS.get(entry.event, ("", {}))
    code = str(entry.details.get(name, ""))
    if code in words:
        return str(words[code])
    return next((str(units[one]) for one in (str(entry.details.get(each)) for each in UNIT_IN) if one in units), "")


def subject(entry: Entry, units: Names, people: Names) -> str:
    """What it is about: a unit, a member, a thing. Empty for what has no name; of cases the page knows the reference."""
    code = entry.subject
    if code.startswith("reply-"):
        return _("A text for writing")
    named = people.get(code, "")
    return str(THINGS.get(code) or units.get(code) or (named if named != code else ""))
