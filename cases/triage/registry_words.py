"""The registry in words: what an entry says, and what a change would make of it, for somebody who decides by reading."""
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils import formats
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy

from cases.escalation.channels import pgp
from cases.escalation.models import Authority, Capability, Change, Channel, Element, Platform, Whom
from cases.escalation.registry.changes import Step, steps_of
from cases.escalation.registry.entries import Entry, Key, Row, everything, key_of, kind_of
from cases.models import HARM_NAMES
from cases.triage.ladder_words import step_said

LABELS: dict[str, Promise] = {
    "name_en": gettext_lazy("Name in English"), "name_ur": gettext_lazy("Name in Urdu"), "kind": gettext_lazy("Kind"),
    "label_en": gettext_lazy("What this way is for, in English"), "label_ur": gettext_lazy("What this way is for, in Urdu"),
    "policy_en": gettext_lazy("Its own rule, in English"), "policy_ur": gettext_lazy("Its own rule, in Urdu"),
    "takes_en": gettext_lazy("What it takes, in English"), "takes_ur": gettext_lazy("What it takes, in Urdu"),
    "domains": gettext_lazy("Domains of its links"), "country": gettext_lazy("Country"), "bases": gettext_lazy("Legal bases"),
    "in_take_it_down": gettext_lazy("Takes part in Take It Down (under 18)"),
    "in_stopncii": gettext_lazy("Takes part in StopNCII (adults)"), "order": gettext_lazy("Place in the list"),
    "address": gettext_lazy("Address"), "harms": gettext_lazy("Harms"), "capabilities": gettext_lazy("What it can do"),
    "requires": gettext_lazy("What it asks for"), "form_fields": gettext_lazy("Fields of its form"),
    "email": gettext_lazy("E-mail"), "portal": gettext_lazy("Portal or form"), "phone": gettext_lazy("Telephone"),
    "post": gettext_lazy("Postal address"), "public_key": gettext_lazy("Public key"), "pgp_key": gettext_lazy("PGP key"),
    "whom": gettext_lazy("For whom"),
    "citation": gettext_lazy("How a notice cites it"), "jurisdiction": gettext_lazy("Jurisdiction"),
    "hours": gettext_lazy("Hours within which it promises to act"), "elements": gettext_lazy("What a notice must not lack"),
    "source": gettext_lazy("Source"), "last_verified_at": gettext_lazy("Last verified"),
    "retired_at": gettext_lazy("Not offered since"),
    "platforms": gettext_lazy("Platforms that were asked first"), "steps": gettext_lazy("Steps, in order"),
}
KIND_NAMES: dict[str, Promise] = {"platform": gettext_lazy("Platform, search engine, host or registrar"),
                                  "channel": gettext_lazy("Way to reach it"), "authority": gettext_lazy("Authority"),
                                  "basis": gettext_lazy("Legal basis"), "ladder": gettext_lazy("Ladder: what follows a notice")}
KINDS = {"platform": Platform.Kind, "channel": Channel.Kind, "authority": Authority.Kind}
HARMS = {harm.value: name for harm, name in HARM_NAMES.items()}
CODES: dict[str, dict[str, Any]] = {
    "harms": HARMS, "elements": dict(Element.choices), "requires": dict(Element.choices),
    "capabilities": dict(Capability.choices), "whom": dict(Whom.choices)}
LATIN = {"address", "email", "portal", "phone", "domains", "country", "public_key", "pgp_key", "citation", "jurisdiction",
         "name_en", "label_en", "policy_en", "takes_en", "source", "order", "hours"}


@dataclass(frozen=True)
class Fact:
    """`values` in the reader's words, `latin`: they run from left to right. `gone`: what stood there and would not any more."""
    label: Promise | str
    values: list[str]
    latin: bool
    gone: list[str] | None = None
    lines: bool = False                 # each value in a line of its own, in this order


@dataclass(frozen=True)
class Told:
    """What a change makes of one entry."""
    name: str
    new: bool
    facts: list[Fact]


def facts(key: Key, row: Row, bases: Mapping[str, str]) -> list[Fact]:
    return [Fact(LABELS[name], said(key, name, value, bases), name in LATIN, lines=name == "steps")
            for name, value in row.items()]


def said(key: Key, name: str, value: Any, slugs: Mapping[str, str]) -> list[str]:
    """A field's value as people read it; empty where there is none. `slugs`: names of entries."""
    if value is None or value in ("", []):
        return [_("any")] if name in {"harms", "platforms"} else []
    if name == "kind":
        return [str(KINDS[kind_of(key)](value).label)]
    if isinstance(value, bool):
        return [_("Yes") if value else _("No")]
    if name.endswith("_at"):
        return [formats.date_format(date.fromisoformat(value), "j F Y")]
    if name == "pgp_key":
        return [pgp.fingerprint(value) or _("unreadable")]
    if name == "form_fields":
        return [line(field) for field in value]
    if name == "steps":
        return [step_said(step, slugs) for step in value]
    names = CODES.get(name, slugs if name in {"bases", "platforms"} else {})
    return [str(names.get(each, each)) for each in (value if isinstance(value, list) else [value])]


def line(field: Mapping[str, Any]) -> str:
    """A field of a form as it is typed and shown: its label, its limit, what goes in."""
    return f"{field['label']} | {field['limit'] or ''} | {field['content']}"


def told(change: Change) -> list[Told]:
    """Entry by entry, what is there now and what would be. Of lists, only what comes and what goes."""
    named, bases = names()
    found: dict[Key, list[Step]] = {}
    for step in steps_of(change):
        found.setdefault(step.key, []).append(step)
    return [Told(named.get(key) or spelled(key), not steps[0].field, [each for step in steps for each in facts_of(step, bases)])
            for key, steps in found.items()]


def facts_of(step: Step, bases: Mapping[str, str]) -> list[Fact]:
    if not step.field:
        return [each for each in facts(step.key, step.after, bases) if each.values]
    before, after = (said(step.key, step.field, value, bases) for value in (step.before, step.after))
    if isinstance(step.after, list):
        before, after = [each for each in before if each not in after], [each for each in after if each not in before]
    return [Fact(LABELS[step.field], after, step.field in LATIN, gone=before, lines=step.field == "steps")]


def names() -> tuple[dict[Key, str], dict[str, str]]:
    """Of every entry by its key, and by its slug where it has one."""
    found = {key_of(one): name_of(one) for one in everything()}
    return found, {key.split(":")[1]: name for key, name in found.items() if kind_of(key) != "channel"}


def name_of(one: Entry) -> str:
    return f"{one.platform} · {one.label}" if isinstance(one, Channel) else str(one)


def spelled(key: Key) -> str:
    """An entry that is not there yet, by its key."""
    return " · ".join([str(KIND_NAMES[kind_of(key)]), *key.split(":")[1:]])
