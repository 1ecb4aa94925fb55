"""Who is in which unit. A unit's people are a rule of access, so they are asked for here and nowhere else."""
from collections.abc import Iterable

from django.contrib.auth import get_user_model
from django.contrib.auth.base_user import AbstractBaseUser
from django.db.models import QuerySet
from django.utils import timezone

from cases.units.models import Unit

SUPERVISOR = "supervisor"       # cases.permissions.Role.SUPERVISOR, which lives a floor above


def units_of(staff: AbstractBaseUser) -> QuerySet[Unit]:
    """The units whose cases this member may be shown; none for who has left."""
    if not staff.is_active:
        return Unit.objects.none()
    return Unit.objects.filter(memberships__member=staff)


def elsewhere(unit: Unit) -> QuerySet[Unit]:
    """The units that something of this one may be given or shown to: nothing goes into practice, and nothing out of it."""
    others = Unit.objects.exclude(pk=unit.pk).filter(practice=False)
    return others.none() if unit.practice else others


def members_of(unit: Unit) -> QuerySet[AbstractBaseUser]:
    """Everybody in the unit who still works here, by name. Without password hashes, which the worker's role may not read."""
    return get_user_model().objects.filter(memberships__unit=unit, is_active=True).order_by("name", "pk").defer("password")


def colleagues_in(units: Iterable[Unit]) -> QuerySet[AbstractBaseUser]:
    """Everybody in any of these units who still works here, by name."""
    members = get_user_model().objects.filter(memberships__unit__in=list(units), is_active=True)
    return members.distinct().order_by("name", "pk").defer("password")


def members_on_duty(unit: Unit) -> QuerySet[AbstractBaseUser]:
    """Who is told of urgent cases at once: whom the roster names now, else who is marked as on duty. Nobody: everybody in the
    unit, for an urgent case must reach someone."""
    now = timezone.now()
    named = members_of(unit).filter(pk__in=unit.shifts.filter(starts_at__lte=now, ends_at__gt=now).values("member"))
    if named.exists():
        return named
    on_duty = members_of(unit).filter(pk__in=unit.memberships.filter(on_duty=True).values("member"))
    return on_duty if on_duty.exists() else members_of(unit)


def women_of(unit: Unit) -> QuerySet[AbstractBaseUser]:
    """Members who may be given a case whose reporter asked for a woman."""
    return members_of(unit).filter(pk__in=unit.memberships.filter(is_woman=True).values("member"))


def supervisors(unit: Unit) -> QuerySet[AbstractBaseUser]:
    """Who is told when a clock runs out or a wish cannot be met."""
    return members_of(unit).filter(role=SUPERVISOR)
