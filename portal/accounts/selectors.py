"""Who holds which unit's key, and who still waits for it."""
from dataclasses import dataclass

from cases.units.models import Unit
from cases.units.selectors import members_of, units_of
from cases.vault.keyring import Keyring
from cases.vault.models import KeyGrant, StaffKey, UnitKey
from portal.accounts.models import User


@dataclass(frozen=True)
class Waiting:
    """`ready`: has chosen a passphrase, so a key can be sealed to them."""
    colleague: User
    ready: bool


@dataclass(frozen=True)
class UnitKeys:
    """A unit as its member sees it: do I hold its key, and who waits for it."""
    unit: Unit
    held: bool
    waiting: list[Waiting]


def keys_of(member: User, keyring: Keyring | None) -> list[UnitKeys]:
    return [UnitKeys(unit, _held(unit, keyring), waiting(unit)) for unit in units_of(member)]


def waiting(unit: Unit) -> list[Waiting]:
    """Members who read cases and have no grant of the unit's newest key."""
    key = UnitKey.objects.filter(unit=unit).order_by("-version").first()
    granted = set(KeyGrant.objects.filter(key=key).values_list("member", flat=True)) if key else set()
    missing = [each for each in members_of(unit) if each.reads_cases and each.pk not in granted]
    ready = set(StaffKey.objects.filter(member__in=missing).values_list("member", flat=True))
    return [Waiting(each, each.pk in ready) for each in missing]


def holds_alone(member: User) -> list[Unit]:
    """Units whose key nobody else holds."""
    units = Unit.objects.filter(keys__grants__member=member).distinct()
    return [unit for unit in units
            if not KeyGrant.objects.filter(key__unit=unit, member__is_active=True).exclude(member=member).exists()]


def _held(unit: Unit, keyring: Keyring | None) -> bool:
    newest = UnitKey.objects.filter(unit=unit).order_by("-version").values_list("version", flat=True).first()
    return keyring is not None and newest in keyring.units.get(unit.pk, {})
