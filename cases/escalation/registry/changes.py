"""Changing the registry. Whoever changes an address would get the notices, so that what says where they go takes two people.

    steps = diff(rows(), {"platform:tiktok": {"policy_en": "…"}})
    change = propose(steps=steps, why="their page of 3 December", by=member)      # applied at once, or it waits
    approve(change=change, by=somebody_else)

What a change does not name stays as it is; nothing is ever removed, only retired.
"""
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone

from cases.audit.services import actor, record
from cases.escalation.models import Change
from cases.escalation.registry.entries import Key, Row, find, kind_of, make, put, row_of, whole
from cases.permissions import Permission, Staff, may

# Where notices and cases go, and on what ground. All else of an entry one person changes, and the log says who.
BY_TWO = {
    "platform": {"domains", "retired_at"},
    "channel": {"address", "pgp_key", "retired_at"},
    "authority": {"kind", "email", "portal", "phone", "post", "public_key", "retired_at"},
    "basis": {"citation", "jurisdiction", "hours", "elements", "harms", "whom", "retired_at"},
    "ladder": {"platforms", "harms", "whom", "steps", "retired_at"},
}
State = Change.State


class NotYours(Exception):
    """Who proposed it, or may not edit, does not decide."""


class Settled(Exception):
    """It was decided or taken back already."""


class Outdated(Exception):
    """What it would change is not what it was when it was proposed."""


@dataclass(frozen=True)
class Step:
    """One field of one entry; `field` is empty and `after` a whole row where the entry is new."""
    key: Key
    field: str
    before: Any
    after: Any

    @property
    def by_two(self) -> bool:
        return not self.field or self.field in BY_TWO[kind_of(self.key)]


def diff(now: Mapping[Key, Row], wanted: Mapping[Key, Row]) -> list[Step]:
    """What it takes to get from here to there. A row may hold some fields only."""
    steps = []
    for key, row in wanted.items():
        if key not in now:
            steps.append(Step(key, "", None, whole(key, row)))
        else:
            steps += [Step(key, name, now[key][name], value) for name, value in row.items() if now[key][name] != value]
    return steps


def steps_of(change: Change) -> list[Step]:
    return [Step(**each) for each in change.steps]


@transaction.atomic
def propose(*, steps: list[Step], why: str, by: Staff, review: bool = False) -> Change:
    """Write down what should change. It happens at once unless it needs a second person or one is asked for."""
    if not may(by, Permission.EDIT_REGISTRY):
        raise NotYours
    change = Change.objects.create(steps=[asdict(each) for each in steps], why=why, by_id=by.pk, at=timezone.now(),
                                   needs_second=review or any(each.by_two for each in steps))
    record("registry_proposed", subject=change.pk, actor=actor(by), steps=len(steps), second=change.needs_second)
    return change if change.needs_second else apply(change, by)


@transaction.atomic
def approve(*, change: Change, by: Staff) -> Change:
    """A second person agrees, to exactly what was proposed. Raises NotYours, Settled, Outdated."""
    return apply(waiting(change, by, own=False), by)


@transaction.atomic
def refuse(*, change: Change, answer: str, by: Staff) -> Change:
    return settle(waiting(change, by, own=False), State.REFUSED, by, answer=answer)


@transaction.atomic
def take_back(*, change: Change, by: Staff) -> Change:
    return settle(waiting(change, by, own=True), State.WITHDRAWN, by)


def waiting(change: Change, by: Staff, *, own: bool) -> Change:
    fresh = Change.objects.select_for_update(of=("self",)).get(pk=change.pk)
    if (fresh.by_id == by.pk) != own or not may(by, Permission.EDIT_REGISTRY):
        raise NotYours
    if fresh.state != State.PROPOSED:
        raise Settled
    return fresh


def apply(change: Change, by: Staff) -> Change:
    """In one transaction, or not at all: each field must still be what the proposal says it was."""
    for step in steps_of(change):
        one = find(step.key, lock=True)
        if not step.field:
            if one is not None:
                raise Outdated
            make(step.key, step.after)
        elif one is None or row_of(one)[step.field] != step.before:
            raise Outdated
        else:
            put(one, {step.field: step.after})
    return settle(change, State.APPLIED, by)


def settle(change: Change, state: Change.State, by: Staff, *, answer: str = "") -> Change:
    change.state, change.decided_by_id, change.decided_at, change.answer = state.value, by.pk, timezone.now(), answer
    change.save(update_fields=["state", "decided_by", "decided_at", "answer"])
    record(f"registry_{state.value}", subject=change.pk, actor=actor(by), steps=len(change.steps))
    return change


@transaction.atomic
def verify(*, key: Key, source: str, by: Staff, today: date) -> None:
    """Somebody looked, and it is still so. One person may say it: it changes nothing but the date and where they looked."""
    if not may(by, Permission.EDIT_REGISTRY):
        raise NotYours
    one = find(key, lock=True)
    if one is None:
        raise Outdated
    put(one, {"last_verified_at": today.isoformat(), "source": source or one.source})
    record("registry_verified", subject=kind_of(key), actor=actor(by), entry=key.split(":")[1], row=one.pk)
