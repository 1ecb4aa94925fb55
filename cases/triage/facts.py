"""What of a case fills the blanks of a template, in the language of its reader. Nothing here is sealed."""
from collections.abc import Mapping, Sequence
from itertools import groupby

from django.utils.translation import gettext as _, gettext_lazy, override

from cases.clock.models import Calendar
from cases.escalation.models import Escalation
from cases.models import Case
from cases.public_words import day
from cases.triage.blanks import Blank
from cases.workflow import Status

WEEKDAYS = (gettext_lazy("Monday"), gettext_lazy("Tuesday"), gettext_lazy("Wednesday"), gettext_lazy("Thursday"),
            gettext_lazy("Friday"), gettext_lazy("Saturday"), gettext_lazy("Sunday"))
Facts = Mapping[Blank, str]


def facts_of(case: Case, language: str, *, escalations: Sequence[Escalation] = (), platforms: Mapping[str, str] | None = None,
             ) -> Facts:
    """What is known without asking anybody; "" where it is not. `escalations`: of the case, with their platforms, oldest first;
    `platforms`: slug → name in that language."""
    newest = escalations[-1] if escalations else None
    with override(language):
        named = (platforms or {}).get(case.platforms[0], "") if len(case.platforms) == 1 else ""
        return {
            Blank.PLATFORM: str(newest.platform) if newest else named,
            Blank.NEXT_CHECK: day(case.due_at) if case.status == Status.WAITING_OUTSIDE and case.due_at else "",
            Blank.REFERENCE: newest.reference if newest else "",
            Blank.UNIT: str(case.unit),
            Blank.HOURS: opening(case.unit.calendar),
        }


def opening(calendar: Calendar) -> str:
    """ "Monday to Thursday 09:00–17:00; Friday 09:00–12:30 and 14:30–17:00": neighbouring days that are alike stand together."""
    spans = [(number, tuple(map(tuple, calendar.hours.get(str(number), ())))) for number in range(7)]
    parts = [(list(days), hours) for hours, days in groupby(spans, key=lambda each: each[1]) if hours]
    return _("; ").join(f"{between(days[0][0], days[-1][0])} {and_then(hours)}" for days, hours in parts)


def between(first: int, last: int) -> str:
    names = {"first": WEEKDAYS[first], "last": WEEKDAYS[last]}
    if first == last:
        return str(WEEKDAYS[first])
    return (_("%(first)s and %(last)s") if last == first + 1 else _("%(first)s to %(last)s")) % names


def and_then(hours: Sequence[Sequence[str]]) -> str:
    times = [f"{start}–{end}" for start, end in hours]
    return times[0] if len(times) == 1 else _("%(first)s and %(last)s") % {"first": _(", ").join(times[:-1]), "last": times[-1]}
