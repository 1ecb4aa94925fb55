"""Who holds which unit's key, and who still waits for it."""
from dataclasses import dataclass
from datetime import datetime

from django.conf import settings

from cases.handover.selectors import Waiting, holds_alone, lost_with, newest, old_keys, waiting
from cases.units.models import Unit
from cases.units.selectors import units_of
from cases.vault.keyring import Keyring
from cases.vault.signing import fingerprint, link_of
from cases.vault.trust import is_open, predates_signatures
from portal.accounts.models import User

__all__ = ["UnitKeys", "Waiting", "holds_alone", "keys_of", "lost_with", "waiting"]


@dataclass(frozen=True)
class UnitKeys:
    """A unit as its member sees it: do I hold its key, who waits for it, and what is owed since somebody left.

    `rotate_since`: when that was; None: nothing is owed. `old`: data keys under an older version. `fingerprint`: of the newest
    version that the member holds, computed from the private half, so that a database cannot lie about it.
    """
    unit: Unit
    held: bool
    waiting: list[Waiting]
    rotate_since: datetime | None
    old: int
    fingerprint: str
    signed: bool
    unrecoverable: bool         # made before the ceremony, and not sealed to it yet
    unsigned_kind: bool         # made before there were signatures: a rotation is owed though nobody left


def keys_of(member: User, keyring: Keyring | None) -> list[UnitKeys]:
    return [_keys(unit, keyring) for unit in units_of(member)]


def _keys(unit: Unit, keyring: Keyring | None) -> UnitKeys:
    key = newest(unit)
    private = keyring.units.get(unit.pk, {}).get(key.version) if keyring and key else None
    own = link_of(private, kind="unit", recipient=str(unit.pk), version=key.version) if private and key else None
    return UnitKeys(unit, private is not None, waiting(unit), key.rotate_since if key else None, len(old_keys(unit)),
                    fingerprint(own.message) if own else "", signed=is_open(unit),
                    unrecoverable=bool(settings.RECOVERY_PUBLIC_KEY and key and not key.sealed_to_recovery),
                    unsigned_kind=bool(key and predates_signatures(key)))
