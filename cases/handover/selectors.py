"""Who holds a unit's key, who waits for it, and what is owed since somebody left."""
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

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


def waiting(unit: Unit) -> list[Waiting]:
    """Members who read cases and have no grant of the unit's newest key."""
    held = {each.pk for each in holders(unit)}
    members: list[Member] = list(members_of(unit))
    missing = [each for each in members if may(each, Permission.READ_CASES) and each.pk not in held]
    ready = dict(StaffKey.objects.filter(member__in=missing).values_list("member", "public"))
    return [Waiting(each, each.pk in ready, fingerprint(ready[each.pk]) if each.pk in ready else "") for each in missing]


def owed_by(member: Member) -> list[Owed]:
    """For the first page of whoever holds a key: the units that wait for something only they can do."""
    found = []
    for unit in units_of(member):
        key = newest(unit)
        if key and KeyGrant.objects.filter(key=key, member_id=member.pk).exists():
            ready = sum(each.ready for each in waiting(unit))
            found.append(Owed(unit, ready, len(old_keys(unit)), rotation=key.rotate_since is not None))
    return [each for each in found if each.waiting or each.old or each.rotation]


def old_keys(unit: Unit) -> dict[UUID, UUID]:
    """Data key → case: what is still sealed to an older version of the unit's key. Keys without a case are nobody's to seal."""
    return cases_of(list(old_wraps(unit).values_list("key", flat=True)))


def old_wraps(unit: Unit) -> QuerySet[DataKeyWrap]:
    key = newest(unit)
    return DataKeyWrap.objects.filter(recipient=DataKeyWrap.Recipient.UNIT.value, recipient_id=str(unit.pk),
                                      version__lt=key.version if key else 0)


def holds_alone(member: Member) -> list[Unit]:
    """Units whose key nobody else holds."""
    units = Unit.objects.filter(keys__grants__member=member.pk).distinct()
    return [unit for unit in units
            if not KeyGrant.objects.filter(key__unit=unit, member__is_active=True).exclude(member=member.pk).exists()]
