"""What members had to see, as numbers; when they are asked to rest; who could take over. Which cases it was nobody looks up.

The limit is soft: nobody is kept from a file, for somebody may be waiting. A reminder stands on the page until it is put away,
and comes back after half as many files again.
"""
from collections import Counter
from collections.abc import Iterable, MutableMapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.utils import timezone

from cases.evidence.models import Exposure
from cases.permissions import Permission, may
from cases.triage.contacts import revealed_by
from cases.units.models import Membership, Unit, Welfare
from cases.units.welfare import limit_among, of_units
from cases.vault.models import KeyGrant, UnitKey

WEEK, MONTH = timedelta(days=6), timedelta(days=27)      # and today
ENOUGH_IN_A_WEEK = 3                    # times the limit of a day: then somebody else should take the next ones
RESTED = "rested"                       # of the session: the day, and at how many files the reminder was put away
RELIEVERS = 3


@dataclass(frozen=True)
class Seen:
    """Of one member: files opened today, in 7 and in 28 days, and how many of the 7 days' were intimate or worse."""
    member: Any
    today: int = 0
    week: int = 0
    month: int = 0
    intimate: int = 0
    contacts: int = 0                   # of reporters that they had shown to them in 7 days


@dataclass(frozen=True)
class Rotation:
    """Who saw much, and who saw least of those who hold the unit's key and work on cases."""
    seen: Seen
    others: list[Seen]


@dataclass(frozen=True)
class UnitSeen:
    unit: Unit
    welfare: Welfare
    members: list[Seen] = field(default_factory=list)
    rotations: list[Rotation] = field(default_factory=list)


@dataclass(frozen=True)
class Reminder:
    """`due`: the page asks to rest now. `lines`: numbers to call, of the member's units."""
    today: int
    limit: int
    due: bool
    lines: list[Welfare]


# --- of units ---------------------------------------------------------------------------------------------------------
def seen_in(units: Iterable[Unit]) -> list[UnitSeen]:
    """Six queries, however many units and members."""
    units = list(units)
    rows = Membership.objects.filter(unit__in=units, member__is_active=True).select_related("member").defer("member__password")
    people = [(row.unit_id, row.member) for row in rows.order_by("member__name", "member")]
    numbers, set_for = numbers_of({person.pk for _unit, person in people}), of_units(units)
    holders, shown = holders_of(units), revealed_by({person.pk for _unit, person in people})
    found = []
    for unit in units:
        seen = [Seen(person, *numbers.get(person.pk, (0, 0, 0, 0)), contacts=shown.get(person.pk, 0))
                for pk, person in people if pk == unit.pk]
        able = [each for each in seen if (unit.pk, each.member.pk) in holders and may(each.member, Permission.WORK_CASES)]
        found.append(UnitSeen(unit, set_for[unit], seen, rotations(seen, able, set_for[unit].files_a_day)))
    return found


def numbers_of(people: set[UUID]) -> dict[UUID, tuple[int, int, int, int]]:
    today = timezone.localdate()
    counts: dict[UUID, Counter[str]] = {}
    rows = Exposure.objects.filter(member__in=people, day__gte=today - MONTH)
    for member, day, opened, intimate in rows.values_list("member", "day", "opened", "intimate"):
        mine = counts.setdefault(member, Counter())
        mine["month"] += opened
        if day >= today - WEEK:
            mine["week"] += opened
            mine["intimate"] += intimate
        if day == today:
            mine["today"] += opened
    return {pk: (mine["today"], mine["week"], mine["month"], mine["intimate"]) for pk, mine in counts.items()}


def holders_of(units: Iterable[Unit]) -> set[tuple[UUID, UUID]]:
    """(unit, member) for who holds the newest key of the unit."""
    newest = dict(UnitKey.objects.filter(unit__in=list(units)).order_by("version").values_list("unit", "pk"))
    return set(KeyGrant.objects.filter(key__in=newest.values()).values_list("key__unit", "member"))


def rotations(seen: list[Seen], able: list[Seen], limit: int) -> list[Rotation]:
    """For whoever saw three days' worth within a week: those of the others who saw less than half in four weeks, least first."""
    tired = sorted((each for each in seen if each.week >= ENOUGH_IN_A_WEEK * limit), key=lambda each: -each.week)
    return [Rotation(each, sorted((one for one in able if one.month * 2 < each.month), key=lambda one: one.month)[:RELIEVERS])
            for each in tired]


def opened_today(units: Iterable[Unit]) -> dict[tuple[UUID, UUID], int]:
    """(member, unit) → files opened today; who opened none is not in it."""
    rows = Exposure.objects.filter(day=timezone.localdate(), member__is_active=True, member__memberships__unit__in=list(units))
    return {(member, unit): opened for member, unit, opened in rows.values_list("member", "member__memberships__unit", "opened")}


# --- of one member ----------------------------------------------------------------------------------------------------
def opened_by(member: Any, day: date) -> int:
    return Exposure.objects.filter(member_id=member.pk, day=day).values_list("opened", flat=True).first() or 0


def reminder(units: Iterable[Unit], member: Any, session: MutableMapping[str, Any]) -> Reminder:
    found = list(of_units(units).values())
    today, limit = opened_by(member, timezone.localdate()), limit_among(found)
    day, at = session.get(RESTED) or ("", 0)
    put_away = day == timezone.localdate().isoformat() and today < at + max(limit // 2, 1)
    return Reminder(today, limit, today >= limit and not put_away, [each for each in found if each.phone])


def put_away(member: Any, session: MutableMapping[str, Any]) -> None:
    today = timezone.localdate()
    session[RESTED] = [today.isoformat(), opened_by(member, today)]
