"""Who is on duty, by a roster where a unit keeps one; where nobody is; when reports are read again, as the public may know it."""
from collections.abc import Iterable
from datetime import datetime, timedelta

from django.contrib.auth.base_user import AbstractBaseUser
from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet
from django.utils import timezone

from cases.audit.services import actor, record
from cases.clock.services import hours_of
from cases.units.models import Cover, Membership, Shift, Unit
from cases.units.selectors import SUPERVISOR, members_of

Window = tuple[datetime, datetime]
AHEAD = timedelta(days=14)              # what the public's pages can still say if no worker runs
LONGEST = timedelta(hours=24)           # of one shift


class NotTheirs(Exception):
    """A shift is its member's to hand on, and a supervisor's of the unit; and only a member of the unit can have it."""


# --- the roster -------------------------------------------------------------------------------------------------------
def shifts(unit: Unit, start: datetime, end: datetime) -> QuerySet[Shift]:
    """Those that touch the time, of people who are still in the unit; the earliest first."""
    return Shift.objects.filter(unit=unit, starts_at__lt=end, ends_at__gt=start, member__in=members_of(unit))


@transaction.atomic
def add_shifts(*, unit: Unit, member: AbstractBaseUser, times: Iterable[Window], by: AbstractBaseUser) -> int:
    """Raises NotTheirs. What stands in the roster already is not added again. Returns how many were."""
    if not _supervises(unit, by) or not members_of(unit).filter(pk=member.pk).exists():
        raise NotTheirs
    new = [Shift(unit=unit, member=member, starts_at=starts, ends_at=ends) for starts, ends in times
           if not Shift.objects.filter(unit=unit, member=member, starts_at=starts, ends_at=ends).exists()]
    Shift.objects.bulk_create(new)
    record("roster_changed", subject=unit.pk, actor=actor(by), member=member.pk, count=len(new))
    publish_cover(unit=unit)
    return len(new)


def shifts_of(units: Iterable[Unit], start: datetime, end: datetime) -> QuerySet[Shift]:
    """As `shifts`, of several units: one query, with the members."""
    still = Membership.objects.filter(unit=OuterRef("unit"), member=OuterRef("member"), member__is_active=True)
    rows = Shift.objects.filter(Exists(still), unit__in=list(units), starts_at__lt=end, ends_at__gt=start)
    return rows.select_related("member").defer("member__password")


@transaction.atomic
def hand_on(*, shift: Shift, to: AbstractBaseUser, by: AbstractBaseUser) -> Shift:
    """A colleague takes the shift. Raises NotTheirs."""
    row = Shift.objects.select_for_update().select_related("unit").get(pk=shift.pk)
    if not _may(row, by) or not members_of(row.unit).filter(pk=to.pk).exists():
        raise NotTheirs
    row.member_id = to.pk
    row.save(update_fields=["member"])
    record("shift_handed_on", subject=row.unit_id, actor=actor(by), member=to.pk, starts=row.starts_at)
    return row


@transaction.atomic
def drop_shift(*, shift: Shift, by: AbstractBaseUser) -> None:
    """Raises NotTheirs."""
    if not _supervises(shift.unit, by):
        raise NotTheirs
    record("roster_changed", subject=shift.unit_id, actor=actor(by), member=shift.member_id, count=-1)
    unit = shift.unit
    shift.delete()
    publish_cover(unit=unit)


def _may(shift: Shift, by: AbstractBaseUser) -> bool:
    return shift.member_id == by.pk and members_of(shift.unit).filter(pk=by.pk).exists() or _supervises(shift.unit, by)


def _supervises(unit: Unit, by: AbstractBaseUser) -> bool:
    return members_of(unit).filter(pk=by.pk, role=SUPERVISOR).exists()


# --- cover ------------------------------------------------------------------------------------------------------------
def gaps(unit: Unit, start: datetime, end: datetime) -> list[Window]:
    """When nobody is on the roster."""
    return between(shifts(unit, start, end).values_list("starts_at", "ends_at"), start, end)


def between(windows: Iterable[Window], start: datetime, end: datetime) -> list[Window]:
    """What they leave free of the time."""
    found, free = [], start
    for window in merged(windows):
        if window[0] > free:
            found.append((free, window[0]))
        free = max(free, window[1])
    return [*found, (free, end)] if free < end else found


def merged(windows: Iterable[Window]) -> list[Window]:
    """In order, those that touch as one."""
    found: list[Window] = []
    for starts, ends in sorted(windows):
        if found and starts <= found[-1][1]:
            found[-1] = found[-1][0], max(found[-1][1], ends)
        else:
            found.append((starts, ends))
    return found


def windows(unit: Unit, now: datetime) -> list[Window]:
    """When somebody of the unit reads reports, for two weeks: by the roster as far as it goes, then by the calendar."""
    end = now + AHEAD
    planned = list(shifts(unit, now, end).values_list("starts_at", "ends_at"))
    first = max((ends for _starts, ends in planned), default=now)
    hours = hours_of(unit.calendar)
    days = [(first + timedelta(days=n)).astimezone(hours.zone).date() for n in range((end - first).days + 2)]
    open_ = [window for day in days for window in hours.windows(day)]
    usual = [(max(opens, first), closes) for opens, closes in open_ if closes > first and opens < end]
    return merged([*planned, *usual])


@transaction.atomic
def publish_cover(*, unit: Unit) -> bool:
    """Write down for the public's pages when reports are read. False: nothing changed, or the unit reads none."""
    if unit.practice:
        return False
    found = [[starts.isoformat(), ends.isoformat()] for starts, ends in windows(unit, timezone.now())]
    row = Cover.objects.filter(unit=unit).first()
    if row and row.windows == found:
        return False
    Cover.objects.update_or_create(unit=unit, defaults={"windows": found})
    return True


def publish_covers() -> int:
    """Of all units; each in a transaction of its own. Returns how many changed."""
    return sum(publish_cover(unit=unit) for unit in Unit.objects.select_related("calendar"))


def reads_again(now: datetime, unit: Unit | None = None) -> datetime | None:
    """When somebody reads reports again; None while somebody does, and while nothing is known. Without a unit: the first of all.

    Reads only what the public's database role may.
    """
    covers = Cover.objects.filter(unit=unit) if unit else Cover.objects.all()
    found = []
    for cover in covers:
        times = [(datetime.fromisoformat(starts), datetime.fromisoformat(ends)) for starts, ends in cover.windows]
        ahead = [starts for starts, ends in times if ends > now]
        if ahead and min(ahead) <= now:
            return None
        found += ahead
    return min(found, default=None)
