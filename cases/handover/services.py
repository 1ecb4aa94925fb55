"""Keys that change hands: a unit's key rotates after somebody left, a case goes to another unit.

All of it needs the open keyring of a member who can read what is handed on, so it runs in the desk and never in Celery.
"""
from dataclasses import dataclass
from uuid import UUID

from django.db import transaction

from cases.audit.services import actor, record
from cases.handover.selectors import holders, old_keys, old_wraps
from cases.models import Case
from cases.notifications.services import urgent
from cases.permissions import Staff
from cases.public_words import Said
from cases.retention.disposal import keys_of
from cases.services import assign, lock_case, tell_status
from cases.units.models import Unit
from cases.units.services import hold_still
from cases.vault import custody, unseal
from cases.vault.aead import OpenFailed
from cases.vault.keyring import Keyring, NotHeld
from cases.vault.models import DataKey, KeyGrant, UnitKey
from cases.workflow import Status

AT_ONCE = 300           # data keys in one request: about a second


class SameUnit(Exception):
    """The case is this unit's already; or one of the two units is for practice, which cases neither leave nor enter."""


class Quicker(Exception):
    """A colleague has replaced this version of the key meanwhile."""


@dataclass(frozen=True)
class Progress:
    """`left`: data keys still sealed to an older version."""
    done: int
    left: int


@transaction.atomic
def rotate(*, unit: Unit, by: Staff, keyring: Keyring, version: int | None = None) -> UnitKey:
    """A new version of the unit's key for those who hold the present one and are still of the unit.

    What was sealed before stays readable to them. Whose public key is not the one that a colleague sealed to waits for a
    grant anew. `version` is the one that the page showed. Raises Quicker, NotHeld, KeyMissing; KeyRefused where nobody would
    hold the new one.
    """
    hold_still([unit])                  # or who leaves at this moment would be given the new key
    key = custody.current_unit_key(unit)
    if version not in {None, key.version}:
        raise Quicker(unit.code)
    grants = {grant.member_id: grant for grant in KeyGrant.objects.filter(key=key).select_related("key")}
    members = [each for each in holders(unit) if custody.attested(grants[each.pk], keyring)]
    if not members:
        raise custody.KeyRefused(f"unit {unit.pk}: nobody is vouched for")
    return custody.new_unit_key(unit, members=members, actor=actor(by), keyring=keyring)


@transaction.atomic
def release(*, unit: Unit, member: Staff, by: Staff) -> int:
    """Nobody has the open cases of a member who leaves the unit: a colleague takes them. Returns how many those were."""
    cases = list(Case.objects.filter(unit=unit, assignee=member.pk).exclude(status=Status.CLOSED.value).order_by("pk"))
    for case in cases:
        assign(case=case, to=None, by=by)
    return len(cases)


@transaction.atomic
def rewrap(*, unit: Unit, by: Staff, keyring: Keyring, at_once: int = AT_ONCE) -> Progress:
    """Seal up to `at_once` of the unit's data keys, that rest under older versions, to the newest. Call it until none is left.

    A leaver's copy of an old version then opens nothing that is still in the database. Raises NotHeld, KeyMissing.
    """
    cases = old_keys(unit)
    wraps = list(old_wraps(unit).filter(key__in=sorted(cases)[:at_once]).select_for_update(of=("self",)).order_by("pk")
                 .select_related("key").prefetch_related("key__wraps"))
    if wraps:
        to = custody.hold(unit)
        for wrap in wraps:
            _seal_again(wrap.key, case=cases[wrap.key_id], to=to, keyring=keyring)
        record("keys_rewrapped", subject=unit.pk, actor=actor(by), count=len(wraps))
    return Progress(len(wraps), len(cases) - len(wraps))


@transaction.atomic
def transfer(*, case: Case, to: Unit, by: Staff, keyring: Keyring, version: int | None = None) -> Case:
    """Give a case to another unit: its keys are sealed to that unit, and to the old one no longer.

    Nobody has it then; the reporter reads that another unit took over. `keyring`: of a member who can open the case, who need not
    be of the other unit. `version` is that of the page. Raises Stale, SameUnit, NotHeld, KeyMissing (also KeyRefused: the other
    unit cannot be sealed to); then nothing changed.
    """
    fresh = lock_case(case, version)
    if fresh.unit_id == to.pk or fresh.unit.practice or to.practice:
        raise SameUnit(fresh.ref)
    to_key = custody.hold(to)
    for key in custody.sealed_to(fresh.unit, keys_of(fresh)):       # not what another unit alone may read of it: a review
        _seal_again(key, case=fresh.pk, to=to_key, keyring=keyring)
    was = fresh.unit_id
    fresh.unit, fresh.assignee_id, fresh.version = to, None, fresh.version + 1
    fresh.save(update_fields=["unit", "assignee", "version"])
    record("case_transferred", subject=fresh.pk, actor=actor(by), was=was, to=to.pk)
    if fresh.status != Status.CLOSED:
        tell_status(case=fresh, said=Said.OTHER_UNIT)
        urgent(case=fresh)
    return fresh


def _seal_again(key: DataKey, *, case: UUID, to: UnitKey, keyring: Keyring) -> None:
    """To another unit's or a newer key. What opens for nobody goes along as it is: it stays visible as damaged."""
    try:
        secret = unseal.key_for_unit(key, case=case, keyring=keyring)
    except NotHeld:
        raise
    except OpenFailed:
        custody.readdress(key, to=to)
    else:
        custody.reseal(key, secret, case=case, to=to)
