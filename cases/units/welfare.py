"""What a unit does for those who look at other people's misery: a soft limit of files in a day, and a number to call."""
from collections.abc import Iterable

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction

from cases.audit.services import actor, record
from cases.units.models import Unit, Welfare

FILES_A_DAY = 10                        # where a unit has set nothing


def of_units(units: Iterable[Unit]) -> dict[Unit, Welfare]:
    """Of each; one query. What is not set is made up, and not saved."""
    units = list(units)
    rows = {row.unit_id: row for row in Welfare.objects.filter(unit__in=units)}
    return {unit: rows.get(unit.pk) or Welfare(unit=unit, files_a_day=FILES_A_DAY) for unit in units}


def limit_among(found: Iterable[Welfare]) -> int:
    """For whoever is in several units: the lowest, since it is one pair of eyes."""
    return min((each.files_a_day for each in found), default=FILES_A_DAY)


@transaction.atomic
def set_welfare(*, unit: Unit, files_a_day: int, phone: str, hours_en: str, hours_ur: str, by: AbstractBaseUser) -> Welfare:
    row, _made = Welfare.objects.update_or_create(unit=unit, defaults={
        "files_a_day": files_a_day, "phone": phone, "hours_en": hours_en, "hours_ur": hours_ur})
    record("welfare_set", subject=unit.pk, actor=actor(by), count=files_a_day)
    return row
