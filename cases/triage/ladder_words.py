"""A ladder's steps as they are read, and as they are typed: one a line, `second | silence 24, refusal 0 | google`."""
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext as _, ngettext

from cases.escalation.ladder_models import Step, Why, whole_step


def step_said(step: Mapping[str, Any], names: Mapping[str, str]) -> str:
    """In the reader's words."""
    whom = f": {names.get(step['to'], step['to'])}" if step["to"] else ""
    whens = [hours_said(step[why], str(why.label)) for why in Why if step[why] is not None]
    return f"{Step(step['step']).label}{whom} ({_(', ').join(whens)})"


def hours_said(hours: int, why: str) -> str:
    if not hours:
        return _("at once %(why)s") % {"why": why}
    return ngettext("%(n)d hour %(why)s", "%(n)d hours %(why)s", hours) % {"n": hours, "why": why}


def step_line(step: Mapping[str, Any]) -> str:
    whens = ", ".join(f"{why} {step[why]}" for why in Why.values if step[why] is not None)
    return f"{step['step']} | {whens} | {step['to']}"


def step_typed(text: str) -> dict[str, Any]:
    """What cannot be understood stays as it was typed, for the check to refuse."""
    step, whens, to, *_more = [*(each.strip() for each in text.split("|")), "", ""]
    hours: dict[str, Any] = {}
    for each in filter(None, (part.strip() for part in whens.split(","))):
        why, _space, number = each.partition(" ")
        hours[why] = int(number) if number.isdecimal() else number
    return whole_step({"step": step, **hours, "to": to})
