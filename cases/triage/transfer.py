"""Giving a case to another unit: why, and what the reporter was asked. The keys are sealed anew by cases.handover."""
from uuid import UUID

from django.db import transaction

from cases.audit.services import actor, record
from cases.handover import services as handover
from cases.merging import services as merging
from cases.models import Case
from cases.notifications.models import Occasion
from cases.notifications.services import tell_supervisors
from cases.permissions import Permission, Staff, may
from cases.retention.services import put_back
from cases.selectors import opens, parts_of
from cases.services import lock_case
from cases.triage.between import Ground, Hurdle, NotPermitted, check, refused
from cases.triage.services import add_note
from cases.triage.walls import NotAllowed, visible
from cases.units.models import Unit
from cases.vault.keyring import Keyring


@transaction.atomic
def give_to(*, unit: Unit, case: Case, ground: Ground, note_id: UUID, reason: bytes, by: Staff, keyring: Keyring,
            version: int | None = None) -> Case:
    """Seal the case to `unit` and to this one no longer; `reason` goes along as a note. The reporter and that unit's supervisors
    are told.

    What was split from it goes along: consent, conversation and receipt are those of the first case, so a second one is never
    given away alone.

    Raises NotAllowed (a supervisor who can open the case, and all that was split from it), NotPermitted (the reporter's answers,
    or it was split from another), Stale, SameUnit, NotHeld,
    KeyMissing: then nothing changed.
    """
    merging.part(case=case)                 # before the lock: its leading case is locked before it
    fresh = visible(case, by)
    parts = [lock_case(part) for part in parts_of(fresh)]
    if not may(by, Permission.SUPERVISE) or not all(opens(by, each) for each in (fresh, *parts)):
        raise NotAllowed(fresh.ref)
    if fresh.split_of_id:
        raise NotPermitted(Hurdle.PART)
    check(fresh, unit, ground)
    add_note(case=fresh, note_id=note_id, body=reason, by=by)
    put_back(case=fresh, by=by)             # whether it may be destroyed is the other unit's to say now
    moved = handover.transfer(case=fresh, to=unit, by=by, keyring=keyring, version=version)
    for part in parts:
        handover.transfer(case=part, to=unit, by=by, keyring=keyring)
    record("transfer_grounds", subject=moved.pk, actor=actor(by), ground=ground.value, despite=refused(moved))
    tell_supervisors(case=moved, occasion=Occasion.MOVED)
    return moved
