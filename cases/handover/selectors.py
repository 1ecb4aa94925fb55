"""Who holds a unit's key, who waits for it, and what is owed since somebody left."""
from dataclasses import dataclass
from itertools import chain
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from cases.permissions import Permission, may
from cases.retention.disposal import cases_of
from cases.units.models import Unit
from cases.units.selectors import members_of, units_of
from cases.vault.models import DataKeyWrap, KeyGrant, StaffKey, UnitKey
from cases.vault.signing import fingerprint

Member = Any            # the user model, which lives in the portal


@dataclass(frozen=True)
class Waiting:
    """`ready`: has chosen a passphrase, so a key can be sealed to them. `fingerprint`: of the key it would be sealed to."""
    colleague: Member
    ready: bool
    fingerprint: str = ""


@dataclass(frozen=True)
class Owed:
    """What a unit's members with its key owe it: colleagues who wait, data keys under an older version, a rotation."""
    unit: Unit
    waiting: int
    old: int
    rotation: bool


def newest(unit: Unit) -> UnitKey | None:
    return UnitKey.objects.filter(unit=unit).order_by("-version").first()


def holders(unit: Unit) -> list[Member]:
    """Members with a grant of the newest version who still read this unit's cases."""
    key = newest(unit)
    members: list[Member] = list(members_of(unit).filter(pk__in=KeyGrant.objects.filter(key=key).values("member")))
    return [each for each in members if may(each, Permission.READ_CASES)]


def _readers(unit: Unit) -> list[Member]:
    members: list[Member] = list(members_of(unit))
    return [each for each in members if may(each, Permission.READ_CASES)]


def waiting(unit: Unit) -> list[Waiting]:
    """Members who read cases and have no grant of the unit's newest key."""
    held = {each.pk for each in holders(unit)}
    missing = [each for each in _readers(unit) if each.pk not in held]
    ready = dict(StaffKey.objects.filter(member__in=missing).values_list("member", "public"))
    return [Waiting(each, each.pk in ready, fingerprint(ready[each.pk]) if each.pk in ready else "") for each in missing]


def owed_by(member: Member) -> list[Owed]:
    """For the first page of whoever holds a key: the units that wait for something only they can do."""
    versions = UnitKey.objects.filter(unit__in=units_of(member)).select_related("unit").order_by("version")
    keys = {key.unit_id: key for key in versions}               # the newest of each unit
    granted = set(KeyGrant.objects.filter(key__in=keys.values()).values_list("key", "member"))
    mine = [key for key in keys.values() if (key.pk, member.pk) in granted]
    missing = {key.pk: [each for each in _readers(key.unit) if (key.pk, each.pk) not in granted] for key in mine}
    ready = set(StaffKey.objects.filter(member__in=chain.from_iterable(missing.values())).values_list("member", flat=True))
    stale = _with_old_keys(mine)
    found = [Owed(key.unit, sum(each.pk in ready for each in missing[key.pk]), len(old_keys(key.unit)) if key in stale else 0,
                  rotation=key.rotate_since is not None) for key in mine]
    return [each for each in found if each.waiting or each.old or each.rotation]


def _with_old_keys(keys: list[UnitKey]) -> list[UnitKey]:
    """Those behind which something is still sealed to an older version."""
    older = Q(pk=None)
    for key in keys:
        older |= Q(recipient_id=str(key.unit_id), version__lt=key.version)
    units = set(DataKeyWrap.objects.filter(older, recipient=DataKeyWrap.Recipient.UNIT.value)
                .values_list("recipient_id", flat=True).distinct())
    return [key for key in keys if str(key.unit_id) in units]


def old_keys(unit: Unit) -> dict[UUID, UUID]:
    """Data key → case: what is still sealed to an older version of the unit's key. Keys without a case are nobody's to seal."""
    return cases_of(list(old_wraps(unit).values_list("key", flat=True)))


def old_wraps(unit: Unit) -> QuerySet[DataKeyWrap]:
    key = newest(unit)
    return DataKeyWrap.objects.filter(recipient=DataKeyWrap.Recipient.UNIT.value, recipient_id=str(unit.pk),
                                      version__lt=key.version if key else 0)


def holds_alone(member: Member) -> list[Unit]:
    """Units whose key nobody else holds: the newest version, and not until the next sign-in only, which makes a new pair."""
    units = Unit.objects.filter(keys__grants__member=member.pk).distinct()
    return [unit for unit in units if {each.pk for each in holders(unit) if not each.must_change_passphrase} <= {member.pk}]


def lost_with(member: Member) -> list[Unit]:
    """Those of them whose key nobody could bring back either: it was never sealed for the recovery ceremony."""
    return [unit for unit in holds_alone(member) if (key := newest(unit)) and not key.sealed_to_recovery]
