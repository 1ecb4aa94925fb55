"""How a case's codes are shown on the desk."""
from collections.abc import Mapping
from typing import Any

from django import template
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from cases.escalation.models import Change, Dated
from cases.escalation.registry import count_due, is_stale
from cases.models import BODY_NAMES, DANGER_NAMES, HARM_NAMES, LEVEL_NAMES, WRITTEN_NAMES, Case
from cases.priority import Harm, Level
from cases.triage.calendar_forms import DAYS, typed
from cases.triage.queue import is_late, percent
from cases.triage.reading import Text
from cases.workflow import Status

register = template.Library()
SHAPES = {Level.P1: "u", Level.P2: "h"}         # the stylesheet's: a diamond, a square; the others a ring
LANGUAGE_NAMES = {"ur": _("Urdu"), "en": _("English")}
RELATION_NAMES = {"me": _("The reporter themself"), "my_child": _("The reporter’s child"), "someone_else": _("Someone else")}
WANTED_NAMES = {"remove": _("Have it removed"), "stop": _("Make the person stop"), "advice": _("Advice"),
                "record": _("Put it on record")}


# For rows of lists: Django's get_…_display translates every choice of the field to find one.
@register.filter
def harm_name(case: Case) -> object:
    return HARM_NAMES[Harm(case.harm)]


@register.filter
def stale(one: Dated) -> bool:
    """Whether nobody has verified an entry of the registry for a quarter, or ever."""
    return is_stale(one, timezone.localdate())


@register.inclusion_tag("triage/_registry_waits.html")
def registry_waits() -> dict[str, int]:
    """For administrators: what of the registry waits for them."""
    return {"due": count_due(timezone.localdate()), "proposals": Change.objects.filter(state=Change.State.PROPOSED).count()}


@register.filter
def status_name(case: Case) -> object:
    return Status(case.status).label


@register.filter
def danger_name(code: str) -> object:
    return DANGER_NAMES.get(code, code)


@register.filter
def language_name(code: str) -> object:
    return LANGUAGE_NAMES.get(code, code)


@register.filter
def level_name(level: int) -> object:
    return LEVEL_NAMES[Level(level)]


@register.filter
def written_name(code: str) -> object:
    return WRITTEN_NAMES.get(code, "")


@register.filter
def relation_name(code: str) -> object:
    return RELATION_NAMES.get(code, code)


@register.filter
def wanted_name(code: str) -> object:
    return WANTED_NAMES.get(code, code)


@register.filter
def body_name(code: str) -> object:
    return BODY_NAMES.get(code, code)


@register.simple_tag
def priority(case: Case) -> SafeString:
    level = Level(case.priority)
    return format_html('<span class="pri {}">{}</span>', SHAPES.get(level, "n"), LEVEL_NAMES[level])


@register.simple_tag
def capped(count: int, more: bool) -> SafeString:
    """A count that stops somewhere: "1,000+"."""
    return format_html('<bdi dir="ltr">{}{}</bdi>', f"{count:,}", "+" if more else "")


@register.inclusion_tag("triage/_due.html")
def due(case: Case) -> dict[str, Any]:
    now = timezone.now()
    return {"case": case, "late": is_late(case, now), "percent": percent(case, now)}


@register.inclusion_tag("triage/_text.html")
def text(text: Text, language: str = "") -> dict[str, Any]:
    """A sealed text, or why it cannot be shown."""
    return {"text": text, "language": language}


@register.simple_tag
def hours_lines(table: Mapping[str, Any]) -> SafeString:
    """Monday's, Friday's and Saturday's windows of a period, which is entered by these three."""
    named = [(DAYS[day], typed(table[day])) for day in ("0", "4", "5") if table.get(day)]
    return format_html_join(" · ", '{} <bdi dir="ltr">{}</bdi>', named)
