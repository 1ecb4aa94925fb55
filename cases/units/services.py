"""Setting up units and their people."""
from collections.abc import Iterable

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.utils import timezone

from cases.audit.services import actor, record
from cases.clock.services import default_calendar
from cases.units.models import Membership, TimeLimit, Unit

# The codes are what cases.intake.routing names; the names are the ministry's to change.
DEFAULT_UNITS: dict[str, tuple[str, str]] = {
    "adults": ("Online harm unit", "آن لائن نقصان یونٹ"),
    "children": ("Child protection unit", "تحفظِ اطفال یونٹ"),
    "integrity": ("Integrity unit", "دیانت داری یونٹ"),       # reports about the ministry, the police or a body itself
}
PRACTICE, PRACTICE_NAMES = "practice", ("Practice unit", "مشق کا یونٹ")     # no row of routing may name it


@transaction.atomic
def set_up_units() -> dict[str, Unit]:
    """The three units that routing needs, by code. Running it again changes nothing the ministry has renamed."""
    return {code: _made(code, names) for code, names in DEFAULT_UNITS.items()}


@transaction.atomic
def set_up_practice() -> Unit:
    """The unit of made-up cases. Its first key waits for the ceremony as every unit's does, so it is made with the others."""
    return _made(PRACTICE, PRACTICE_NAMES, practice=True)


def _made(code: str, names: tuple[str, str], *, practice: bool = False) -> Unit:
    english, urdu = names
    unit, made = Unit.objects.get_or_create(code=code, defaults={
        "calendar": default_calendar(), "name_en": english, "name_ur": urdu, "practice": practice})
    if made:
        record("unit_made", subject=unit.pk, actor=actor(None), code=code)
    return unit


def hold_still(units: Iterable[Unit] | None = None) -> list[Unit]:
    """Until this transaction ends nobody joins or leaves these units (None: any), and nobody is handed their keys.

    Taken before any other lock. Reports go on coming: their foreign key does not wait for this kind of lock.
    """
    rows = Unit.objects.select_for_update(no_key=True).order_by("pk")
    return list(rows if units is None else rows.filter(pk__in=[unit.pk for unit in units]))


@transaction.atomic
def join_unit(*, unit: Unit, member: AbstractBaseUser, by: AbstractBaseUser | None,
              on_duty: bool = False, is_woman: bool = False) -> Membership:
    """Put a member into a unit, or change how they stand in it. Reading its cases also needs a key grant (cases.vault)."""
    membership, _ = Membership.objects.update_or_create(
        unit=unit, member=member, defaults={"on_duty": on_duty, "is_woman": is_woman})
    record("member_joined", subject=unit.pk, actor=actor(by), member=member.pk, on_duty=on_duty)
    return membership


@transaction.atomic
def leave_unit(*, unit: Unit, member: AbstractBaseUser, by: AbstractBaseUser | None) -> bool:
    """Out of the unit; False if not in it. Whoever calls this also takes the unit's key back (cases.vault.custody.revoke)."""
    left, _ = Membership.objects.filter(unit=unit, member=member).delete()
    if left:
        record("member_left", subject=unit.pk, actor=actor(by), member=member.pk)
    return bool(left)


@transaction.atomic
def set_limit(*, unit: Unit, level: int, hours: int, working: bool, by: AbstractBaseUser) -> TimeLimit:
    """What clocks of this priority allow that start from now on; running ones keep what they were given."""
    limit = TimeLimit.objects.create(unit=unit, level=level, hours=hours, working=working, since=timezone.now())
    record("limit_set", subject=unit.pk, actor=actor(by), level=level, hours=hours, working=working)
    return limit
