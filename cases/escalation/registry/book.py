"""The registry as one YAML file that people read, compare and send to each other.

    text = write()                     # all of it
    wanted = read(text)                # {key: row}; raises Refused with what is wrong, where
    propose(steps=diff(rows(), wanted), why="…", by=member, review=True)

A file may hold a part: what it does not name stays as it is. To take something out of use, give it `retired_at`.
"""
from collections.abc import Iterator
from datetime import date
from typing import Any

import yaml
from django.utils.translation import gettext as _

from cases.escalation.ladder_models import whole_step
from cases.escalation.registry.checks import problems
from cases.escalation.registry.entries import FIELDS, Key, Row, kind_of, rows, whole

VERSION = 1
MOST = 500_000                         # characters; the first registry has 35,000
SECTIONS = {"bases": "basis", "platforms": "platform", "authorities": "authority", "ladders": "ladder"}
BOTH = ("name", "policy", "label", "takes")                    # in two languages
SHORT = {"in_take_it_down": "take_it_down", "in_stopncii": "stopncii"}
LONG = {short: name for name, short in SHORT.items()}


class Refused(Exception):
    """`wrong`: what is wrong, as ("tiktok: address", "This is not an e-mail address.")."""

    def __init__(self, wrong: list[tuple[str, str]]) -> None:
        super().__init__(f"{len(wrong)} problems")
        self.wrong = wrong


class Plainly(yaml.SafeLoader):
    """Data alone, and no aliases: a few lines of those grow into more than a computer holds."""

    def compose_node(self, parent: Any, index: Any) -> Any:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("an alias")
        return super().compose_node(parent, index)


class Spelled(yaml.SafeDumper):
    """Everything where it belongs, without aliases."""

    def ignore_aliases(self, data: Any) -> bool:
        return True


def write() -> str:
    now = rows()
    document: dict[str, Any] = {"version": VERSION}
    for section, kind in SECTIONS.items():
        document[section] = [nested(key, row) for key, row in now.items() if kind_of(key) == kind]
    for one in document["platforms"]:
        mine = f"channel:{one['slug']}:"
        one["channels"] = [nested(key, row) for key, row in now.items() if key.startswith(mine)]
    return yaml.dump(document, Dumper=Spelled, allow_unicode=True, sort_keys=False, width=140)


def nested(key: Key, row: Row) -> Row:
    """As it stands in the file: two languages under one name, and no dates where there are none."""
    kind, _sep, rest = key.partition(":")
    found: Row = {"slug": rest}
    if kind == "channel":
        _slug, way, label = rest.split(":", 2)
        found, row = {"kind": way}, {"label_en": label, **row}
    for name, value in row.items():
        base = name[:-3]
        if base in BOTH:
            found.setdefault(base, {})[name[-2:]] = value
        elif name == "pgp_key":
            found |= {name: value} if value else {}
        elif name.endswith("_at"):
            found |= {name: date.fromisoformat(value)} if value else {}
        elif name == "steps":
            found[name] = [{field: said for field, said in step.items() if said not in (None, "")} for step in value]
        else:
            found[SHORT.get(name, name)] = value
    return found


def read(text: str) -> dict[Key, Row]:
    """What a file wants, checked against what there is."""
    if len(text) > MOST:
        raise Refused([("", _("The file is too large for a registry."))])
    try:
        document = yaml.load(text, Loader=Plainly)      # noqa: S506   # a safe loader
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        where = _("line {number}").format(number=mark.line + 1) if mark else ""
        raise Refused([(where, _("This is not a file of YAML as the portal writes it."))]) from error
    if not isinstance(document, dict) or document.get("version") != VERSION or set(document) - {"version", *SECTIONS}:
        raise Refused([("", _("A file of the registry begins with “version: 1” and has bases, platforms, authorities and "
                              "ladders."))])
    try:
        wanted = dict(entries(document))
    except Shape as shape:
        raise Refused([(str(shape), _("The portal does not understand this entry."))]) from shape
    now = rows()
    known = now.keys() | wanted.keys()
    if wrong := [each for key, row in wanted.items() for each in of_entry(key, now.get(key, {}) | row, known)]:
        raise Refused(wrong)
    return wanted


def of_entry(key: Key, row: Row, known: set[Key]) -> list[tuple[str, str]]:
    found = problems(key, whole(key, row), known=known)
    return [(f"{key} {field}".strip(), message) for field, messages in found.items() for message in messages]


class Shape(Exception):
    """An entry that is no mapping, has no name, or a field that there is not. The message names the entry."""


def entries(document: Row) -> Iterator[tuple[Key, Row]]:
    later = []
    for section, kind in SECTIONS.items():
        for each in document.get(section) or []:
            if not isinstance(each, dict) or not isinstance(each.get("slug"), str):
                raise Shape(section)
            key = f"{kind}:{each['slug']}"
            yield key, flat(key, {name: value for name, value in each.items() if name not in {"slug", "channels"}})
            later += [(each["slug"], way) for way in (each.get("channels") or [] if kind == "platform" else [])]
    for slug, way in later:
        label = way.get("label") if isinstance(way, dict) else None
        if not isinstance(label, dict) or not isinstance(label.get("en"), str) or not isinstance(way.get("kind"), str):
            raise Shape(slug)
        key = f"channel:{slug}:{way['kind']}:{label['en']}"
        row = flat(key, {name: value for name, value in way.items() if name != "kind"})
        del row["label_en"]
        yield key, row


def flat(key: Key, entry: Row) -> Row:
    found: Row = {}
    for name, value in entry.items():
        if name in BOTH:
            if not isinstance(value, dict) or set(value) - {"en", "ur"}:
                raise Shape(key)
            found |= {f"{name}_{language}": words for language, words in value.items()}
        elif name == "steps" and isinstance(value, list) and all(isinstance(each, dict) for each in value):
            found[name] = [whole_step(each) for each in value]
        else:
            found[LONG.get(name, name)] = value.isoformat() if isinstance(value, date) else value
    if found.keys() - {*FIELDS[kind_of(key)], "label_en"}:
        raise Shape(key)
    return found
