"""The roster of one unit for two weeks, as a page shows it, and the form that adds to it."""
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.permissions import Permission, Staff, may
from cases.triage.wall_forms import Plain
from cases.units.duty import AHEAD, Window, gaps, shifts
from cases.units.models import Shift, Unit
from cases.units.selectors import members_of, members_on_duty

MOST_DAYS = 62


@dataclass(frozen=True)
class Day:
    day: date
    shifts: list[Shift]
    gaps: list[Window]          # where nobody is on the roster; those of the past are not told


@dataclass(frozen=True)
class Roster:
    unit: Unit
    days: list[Day]
    now: list[Staff]            # on duty at this moment
    kept: bool                  # whether anybody is on it at all


def roster(unit: Unit, now: datetime) -> Roster:
    """From today on. Days are those of the unit's calendar; a shift stands under the day on which it begins, or under today."""
    zone = ZoneInfo(unit.calendar.timezone)
    today = now.astimezone(zone).date()
    coming = list(shifts(unit, now, now + AHEAD).select_related("member").order_by("starts_at", "pk"))
    free = gaps(unit, now, now + AHEAD) if coming else []
    days = [Day(day, [row for row in coming if max(row.starts_at.astimezone(zone).date(), today) == day],
                [window for window in free if window[0].astimezone(zone).date() == day])
            for day in (today + timedelta(days=n) for n in range(AHEAD.days))]
    return Roster(unit, days, list(members_on_duty(unit)), bool(coming))


class ShiftForm(Plain):
    """The same hours on each of several days. Hours that end before they begin end on the next day."""
    member = forms.ChoiceField(label=_("Member"))
    first = forms.DateField(label=_("First day"), widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label=_("Last day"), required=False, widget=forms.DateInput(attrs={"type": "date"}),
                           help_text=_("Leave it empty for one day."))
    starts = forms.TimeField(label=_("From"), widget=forms.TimeInput(attrs={"type": "time"}))
    ends = forms.TimeField(label=_("Until"), widget=forms.TimeInput(attrs={"type": "time"}),
                           help_text=_("Earlier than “from” means the next day."))

    def __init__(self, data: Any = None, *, unit: Unit) -> None:
        self.unit = unit
        super().__init__(data)
        self.people = people_of(unit)
        self.fields["member"].choices = [                   # type: ignore[attr-defined]   # a choice field's
            ("", _("Choose a member")), *((pk, str(person)) for pk, person in self.people.items())]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors:
            data["last"] = data.get("last") or data["first"]
            if data["last"] < data["first"]:
                self.add_error("last", _("The last day is before the first."))
            elif (data["last"] - data["first"]).days >= MOST_DAYS:
                self.add_error("last", _("That is more than two months. Enter a shorter time."))
            elif data["last"] < timezone.localdate():
                self.add_error("first", _("This time has passed."))
        return data

    @property
    def times(self) -> list[Window]:
        data, zone = self.cleaned_data, ZoneInfo(self.unit.calendar.timezone)
        over = timedelta(days=1 if data["ends"] <= data["starts"] else 0)
        days = [data["first"] + timedelta(days=n) for n in range((data["last"] - data["first"]).days + 1)]
        return [(datetime.combine(day, data["starts"], zone), datetime.combine(day + over, data["ends"], zone)) for day in days]


def people_of(unit: Unit) -> dict[str, Staff]:
    """Who can be on duty: members of the unit who read its cases."""
    return {str(person.pk): person for person in members_of(unit) if may(person, Permission.READ_CASES)}
