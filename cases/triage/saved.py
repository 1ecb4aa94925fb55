"""Saved views: filters with a name, and how each member has arranged them. Nothing here is about a case."""
from collections.abc import Collection, Sequence
from uuid import UUID

from django.db import transaction
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.audit.services import actor, record
from cases.permissions import Permission, Staff, may
from cases.triage.models import Desk, SavedView
from cases.units.models import Unit
from cases.units.selectors import units_of

AT_MOST = 20            # of a member, and shared with a unit: each is a tab with a count
COLUMN_NAMES = {        # of the list, besides the reference and what was reported
    "priority": _("Priority"), "flags": _("Flags"), "labels": _("Labels"), "due": _("Due"), "assignee": _("Assigned"),
    "received": _("Received"), "unit": _("Unit"), "platforms": _("Platforms"), "written": _("Written in"),
}
USUAL = ("priority", "flags", "labels", "due", "assignee", "received")


class TooMany(Exception):
    """AT_MOST are there."""


def views_of(member: Staff, desk: Desk | None = None) -> list[SavedView]:
    """The member's own and those shared with their units, in the member's order; a colleague's own does not exist for them."""
    units = units_of(member)                                # type: ignore[arg-type]   # Staff is a protocol of the model
    views = list(SavedView.objects.filter(Q(owner=member.pk, unit=None) | Q(unit__in=units)).select_related("unit", "owner"))
    place = {pk: number for number, pk in enumerate((desk or desk_of(member)).views)}
    return sorted(views, key=lambda view: place.get(str(view.pk), len(place)))


def desk_of(member: Staff) -> Desk:
    return Desk.objects.filter(member=member.pk).first() or Desk(member_id=member.pk)


def morning_views(member: Staff) -> list[SavedView]:
    """Those whose cases the member wants counted every morning, in the order of their tabs."""
    desk = desk_of(member)
    return [view for view in views_of(member, desk) if str(view.pk) in desk.morning] if desk.morning else []


def columns_of(desk: Desk) -> list[str]:
    return [name for name in COLUMN_NAMES if name in (desk.columns or USUAL)]


def may_change(view: SavedView, member: Staff) -> bool:
    """Of a view that the member sees: its owner, and for a shared one the unit's supervisors, who may outstay the owner."""
    return view.owner_id == member.pk or may(member, Permission.SUPERVISE)


@transaction.atomic
def save_view(*, view: SavedView, unit: Unit | None, name_en: str, name_ur: str, params: dict[str, str], by: Staff) -> SavedView:
    """A new one (`view` not stored yet) or a change. What a unit shares is written in the log. Raises TooMany."""
    if view._state.adding or view.unit_id != (unit.pk if unit else None):
        others = SavedView.objects.filter(unit=unit) if unit else SavedView.objects.filter(owner=view.owner_id, unit=None)
        if others.count() >= AT_MOST:
            raise TooMany
    shared = unit.pk if unit else view.unit_id      # or was until now
    view.unit, view.name_en, view.name_ur, view.params = unit, name_en, name_ur, params
    view.at = view.at or timezone.now()
    view.save()
    if shared:
        record("view_shared" if unit else "view_unshared", subject=shared, actor=actor(by), view=view.pk)
    return view


@transaction.atomic
def drop_view(*, view: SavedView, by: Staff) -> None:
    if view.unit_id:
        record("view_unshared", subject=view.unit_id, actor=actor(by), view=view.pk)
    view.delete()


@transaction.atomic
def move_view(*, member: Staff, view: UUID, up: bool) -> None:
    """One place up or down among the member's tabs; others keep their order."""
    order = [str(each.pk) for each in views_of(member)]
    here = order.index(str(view))
    there = here - 1 if up else here + 1
    if 0 <= there < len(order):
        order[here], order[there] = order[there], order[here]
        keep_desk(member=member, views=order)


@transaction.atomic
def keep_desk(*, member: Staff, columns: Collection[str] | None = None, views: Sequence[str] | None = None,
              morning: Sequence[str] | None = None) -> None:
    """How this member wants it; None leaves as it is."""
    desk = desk_of(member)
    desk.columns = desk.columns if columns is None else [name for name in COLUMN_NAMES if name in columns]
    desk.views = desk.views if views is None else list(views)
    desk.morning = desk.morning if morning is None else list(morning)
    desk.save()


