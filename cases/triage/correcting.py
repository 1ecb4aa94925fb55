"""Putting right what is known of a case in the clear, and overriding its priority: with a sealed reason, and a child's never by
one person alone."""
from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from cases.audit.services import actor, record
from cases.hashing.entries import hold_for_a_child
from cases.hashing.matches import guarding, others, values_of
from cases.hashing.models import MediaHash
from cases.merging.selectors import led_by
from cases.models import AGE_NAMES, DANGER_NAMES, HARM_NAMES, LEVEL_NAMES, Case
from cases.notifications.models import Occasion
from cases.notifications.services import tell_supervisors, urgent
from cases.outbox.services import enqueue
from cases.permissions import Permission, Staff, may
from cases.priority import CHILD, AgeBand, Danger, Facts, Harm, Level
from cases.selectors import opens
from cases.services import correct_facts, lock_case, set_priority
from cases.triage.models import Correction
from cases.urgency import facts_of
from cases.workflow import Status

Data = dict[str, object]


class Waits(Exception):
    """Another correction of this case waits for a second person: that one first."""


class NotAnother(Exception):
    """A supervisor who is somebody else agrees."""


@transaction.atomic
def override(*, case: Case, level: Level, row: UUID, reason: bytes, by: Staff, version: int | None = None) -> Case:
    """Set the priority by hand. `reason` is sealed under the case key for the correction `row`. Raises Stale."""
    was = case.priority
    fresh = set_priority(case=case, level=level, by=by, version=version)
    _keep(fresh, Correction.Kind.PRIORITY, {"priority": was}, {"priority": level.value}, row, reason, by, timezone.now())
    return fresh


@transaction.atomic
def correct(*, case: Case, facts: Facts, row: UUID, reason: bytes, by: Staff, version: int | None = None) -> Correction:
    """Put right harm, ages, dangers, platforms. What would unset a child waits for somebody else. Raises Stale, Waits."""
    fresh = lock_case(case, version)
    if waiting(fresh):
        raise Waits(fresh.ref)
    before, now = facts_of(fresh, seen=False), timezone.now()
    unsets = (fresh.child and not facts.child) or (childs(before) and not childs(facts))
    kept = _keep(fresh, Correction.Kind.FACTS, data_of(before), data_of(facts), row, reason, by, None if unsets else now)
    if unsets:
        record("correction_waits", subject=fresh.pk, actor=actor(by), correction=kept.pk)
        tell_supervisors(case=fresh, occasion=Occasion.SECOND)
    else:
        _apply(fresh, facts, by)
    return kept


@transaction.atomic
def agree(*, correction: Correction, by: Staff) -> Case:
    """A second person has looked: the case is no child's. Raises NotAnother."""
    case = lock_case(correction.case)
    row = Correction.objects.select_for_update().get(pk=correction.pk)
    if not may_agree(row, by) or not opens(by, case):
        raise NotAnother(case.ref)
    row.applied_at, row.agreed_by_id = timezone.now(), by.pk
    row.save(update_fields=["applied_at", "agreed_by"])
    record("correction_agreed", subject=case.pk, actor=actor(by), correction=row.pk)
    return _apply(case, facts_in(row), by)


@transaction.atomic
def drop(*, correction: Correction, by: Staff) -> None:
    """Taken back by who wrote it, or refused by a supervisor. Nothing had changed."""
    row = Correction.objects.select_for_update().get(pk=correction.pk)
    if row.by_id != by.pk and not may_agree(row, by):
        raise NotAnother(str(row.pk))
    if row.applied_at is None and row.dropped_at is None:
        row.dropped_at = timezone.now()
        row.save(update_fields=["dropped_at"])
        record("correction_dropped", subject=row.case_id, actor=actor(by), correction=row.pk)


def childs(facts: Facts) -> bool:
    """As hashing sees it (cases.hashing.matches.of_a_child): an age under 18 is enough, whatever the pictures show."""
    return facts.child or bool({facts.age_now, facts.age_then} & CHILD)


def waiting(case: Case) -> Correction | None:
    return Correction.objects.filter(case=case, applied_at=None, dropped_at=None).select_related("by").first()


def may_agree(row: Correction, by: Staff) -> bool:
    return may(by, Permission.SUPERVISE) and row.by_id != by.pk and row.applied_at is None and row.dropped_at is None


def data_of(facts: Facts) -> Data:
    return {"harm": facts.harm.value, "age_now": facts.age_now.value, "age_then": facts.age_then.value,
            "dangers": sorted(danger.value for danger in facts.dangers), "platforms": sorted(facts.platforms)}


def facts_in(row: Correction) -> Facts:
    now = row.now
    return Facts(Harm(now["harm"]), AgeBand(now["age_now"]), AgeBand(now["age_then"]),
                 frozenset(Danger(danger) for danger in now["dangers"]), frozenset(now["platforms"]))


def change(row: Correction) -> str:
    """ "High → Urgent": what was, and what is put in its place; only what differs."""
    pairs = [(words(name, row.was.get(name)), words(name, value)) for name, value in row.now.items()
             if row.was.get(name) != value]
    return " · ".join(_("%(was)s → %(now)s") % {"was": was, "now": now} for was, now in pairs)


def words(name: str, value: object) -> str:
    """A column's value as the desk names it."""
    if isinstance(value, list):
        names = DANGER_NAMES if name == "dangers" else {}
        return _(", ").join(str(names.get(Danger(one), one)) if names else str(one) for one in value) or _("none")
    if name == "priority":
        return str(LEVEL_NAMES[Level(int(str(value)))])
    return str(HARM_NAMES[Harm(str(value))] if name == "harm" else AGE_NAMES[AgeBand(str(value))])


def _keep(case: Case, kind: Correction.Kind, was: Data, now: Data, row: UUID, reason: bytes, by: Staff,
          applied_at: datetime | None) -> Correction:
    return Correction.objects.create(id=row, case=case, kind=kind.value, was=was, now=now, reason=reason, by_id=by.pk,
                                     at=timezone.now(), applied_at=applied_at)


def _apply(case: Case, facts: Facts, by: Staff) -> Case:
    """The case, and what others know by it. Files of what turns out to be a child's leave the adults' list in the same moment."""
    was_child, was_level = case.child or childs(facts_of(case, seen=False)), case.priority
    fresh = correct_facts(case=case, facts=facts, by=by)
    if childs(facts) and not was_child:
        hold_for_a_child(values=values_of(MediaHash.objects.filter(case=fresh).values_list("pk", flat=True)))
        enqueue("hashing.guard_same", case_id=str(fresh.pk))
        enqueue("hashing.rise_others", case_id=str(fresh.pk))
    elif was_child and not childs(facts):
        tied = others(guarding(), fresh).values_list("pk", flat=True)
        enqueue("hashing.settle", case_ids=[str(pk) for pk in tied])
    if fresh.merged_into_id or led_by(fresh).exists():
        enqueue("merging.settle", case_id=str(fresh.pk))            # it locks another case: in a transaction of its own
    if fresh.priority < was_level and fresh.merged_into_id is None and fresh.status != Status.CLOSED:
        urgent(case=fresh)
    return fresh
