"""What a row of a table is called. Every value that there could be is listed, whether or not a case had it: its being listed says
nothing."""
from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext, gettext_lazy as _, ngettext, pgettext_lazy

from cases.conversation.models import Opinion
from cases.escalation.following import DEADLINE
from cases.escalation.models import Escalation, LegalBasis, Platform
from cases.escalation.notices import LAW
from cases.models import HARM_NAMES, LEVEL_NAMES, WRITTEN_NAMES
from cases.referral.models import Demand
from cases.statistics.counting import LATER, NONE, OPEN, Dimension, Event
from cases.statistics.lengths import EDGES
from cases.statistics.words import REASON_NAMES
from cases.units.models import Unit
from cases.workflow import Outcome, Source

Names = Mapping[str, Promise | str]
State = Escalation.State
TITLES: dict[Dimension, Promise | str] = {
    Dimension.UNIT: _("Unit"), Dimension.WEEK: _("Week"), Dimension.HARM: _("Harm"), Dimension.AGE: _("Age"),
    Dimension.WRITTEN: _("Language written"), Dimension.SOURCE: _("How it came"),
    Dimension.OUTCOME: _("Outcome"), Dimension.ANSWER: _("Our first answer"),
    Dimension.OPINION: _("Did we help?"), Dimension.PLATFORM: _("Platform named"), Dimension.FIRST: _("Until our first action"),
    Dimension.NOTICE: _("Notices to platforms"), Dimension.SCORE: _("Scorecard of platforms"),
    Dimension.LAW: _("Notices by law"), Dimension.REMOVAL: _("Until removal"),
    Dimension.BREACH: _("Deadlines that ran out"), Dimension.EVENT: _("What else happened"),
    Dimension.CALL: _("Answered, but not ours"), Dimension.DEMAND: _("Demands for case data: what was decided"),
    Dimension.DEMANDER: _("Demands for case data: who asked"),
}
AGES: Names = {"child": _("Under 18"), "adult": _("18 or older"), "unknown": _("Not told")}
ANSWERS: Names = {"day": _("within a day"), "three_days": _("within three days"), "week": _("within a week"), LATER: _("later"),
                  NONE: _("not by message")}
OPINIONS: Names = dict(Opinion.Choice.choices) | {NONE: _("not said")}
EVENTS: Names = {
    Event.BACK: _("“It is online again”, from a reporter"), Event.SECOND_LOOK: _("A second look asked for"),
    Event.STAFF: _("A complaint about staff"), Event.REVIEWED: _("Second looks and complaints answered"),
    Event.UNDONE: _("Pictures taken for the same by mistake, put right"),
}
# What becomes of a notice, as columns: three states of waiting are one.
ANSWERED: Names = {"removed": _("Removed"), "refused": _("Refused"), "no_answer": _("No answer"), "waiting": _("Waiting"),
                   "failed": _("Not sent")}
ANSWER_OF = {State.ACTIONED: "removed", State.REFUSED: "refused", State.NO_ANSWER: "no_answer", State.FAILED: "failed",
             State.REQUESTED: "waiting", State.SENT: "waiting", State.ACKNOWLEDGED: "waiting",
             State.NEEDS_MORE: "waiting", State.PROPOSED: "waiting", State.RETURNED: "failed"}
FIXED: dict[Dimension, Names] = {
    Dimension.HARM: {harm.value: name for harm, name in HARM_NAMES.items()},
    Dimension.AGE: AGES,
    Dimension.WRITTEN: {**WRITTEN_NAMES, NONE: _("Not known")},
    Dimension.OUTCOME: {**{outcome.value: outcome.label for outcome in Outcome}, OPEN: pgettext_lazy("a case", "Open")},
    Dimension.ANSWER: ANSWERS,
    Dimension.OPINION: OPINIONS,
    Dimension.LAW: {**{law: law for law in sorted(set(LAW.values()))}, NONE: _("The platform’s own rules alone")},
    Dimension.BREACH: {str(level.value): name for level, name in LEVEL_NAMES.items()},
    Dimension.EVENT: EVENTS,
    Dimension.SOURCE: {source.value: source.label for source in Source if source != Source.SPLIT},
    Dimension.CALL: REASON_NAMES,
    Dimension.DEMAND: dict(Demand.Decision.choices) | {OPEN: _("Not decided")},
    Dimension.DEMANDER: dict(Demand.Who.choices),
}


def platforms() -> Names:
    return {platform.slug: platform.name for platform in Platform.objects.all()}


def units(codes: tuple[str, ...] = ()) -> Names:
    """Those with these codes, or all."""
    there = Unit.objects.filter(code__in=codes) if codes else Unit.objects.filter(practice=False)
    return {unit.code: unit.name for unit in there}


def bases() -> Names:
    """Each with the hours that count as on time."""
    found = {}
    for basis in LegalBasis.objects.all():
        hours = basis.hours or DEADLINE
        found[basis.slug] = ngettext("%(name)s, %(n)d hour", "%(name)s, %(n)d hours", hours) % {"name": basis.name, "n": hours}
    return found | {NONE: gettext("No legal basis noted")}


def code_name(code: str) -> str:
    """"24" → "within one day"; "20+" → "at least 20"; "90%" → "at least 90%"; "" (hidden) → ""."""
    if code == "100%":
        return gettext("all")
    if code.endswith(("+", "%")):
        return gettext("at least %(n)s") % {"n": code.removesuffix("+")}
    return length_name(code) if code else ""


def length_name(code: str) -> str:
    """"24" → "within one day"."""
    if code == LATER:
        return gettext("longer than %(days)d days") % {"days": EDGES[-1] // 24}
    hours = int(code)
    if hours < 24:
        return ngettext("within an hour", "within %(n)d hours", hours) % {"n": hours}
    return ngettext("within one day", "within %(n)d days", hours // 24) % {"n": hours // 24}
