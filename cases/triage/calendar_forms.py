"""What is typed to set working hours, days off, seasons and deadlines."""
import re
from collections.abc import Mapping
from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.clock.models import Calendar
from cases.clock.services import ANNOUNCED, Names
from cases.clock.working import HoursMalformed, week
from cases.models import LEVEL_NAMES
from cases.priority import Clock, Level
from cases.triage.wall_forms import Plain

DAYS = {"0": _("Monday"), "1": _("Tuesday"), "2": _("Wednesday"), "3": _("Thursday"), "4": _("Friday"), "5": _("Saturday"),
        "6": _("Sunday")}
WINDOW = re.compile(r"(\d{1,2}):(\d{2})\s*[-–]\s*(\d{1,2}):(\d{2})", re.ASCII)
OTHER = "other"
LONGEST = 60                    # days of one holiday or season
MOST_HOURS = 720                # thirty days on the wall
EASTERN = str.maketrans("۰۱۲۳۴۵۶۷۸۹٠١٢٣٤٥٦٧٨٩،", "01234567890123456789,")


class TimesField(forms.CharField):
    """ "09:00-12:30, 14:30-17:00" → [["09:00", "12:30"], ["14:30", "17:00"]]; empty: closed. Digits of either script."""

    def __init__(self, **options: Any) -> None:
        super().__init__(required=False, max_length=80, **options,
                         widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off", "placeholder": "09:00-17:00"}))

    def clean(self, value: Any) -> list[list[str]]:
        typed = super().clean(value).translate(EASTERN)
        parts = [part.strip() for part in typed.split(",") if part.strip()]
        found = [WINDOW.fullmatch(part) for part in parts]
        if not all(found):
            raise forms.ValidationError(_("Write from when until when, in hours and minutes, with a dash between them; several "
                                          "times with a comma."))
        return [[f"{int(one[1]):02}:{one[2]}", f"{int(one[3]):02}:{one[4]}"] for one in found if one]


def typed(windows: Any) -> str:
    return ", ".join(f"{opens}-{closes}" for opens, closes in windows)


class HoursForm(Plain):
    """One line for each day of the week."""

    def __init__(self, data: Any = None, *, calendar: Calendar) -> None:
        self.calendar = calendar
        super().__init__(data)
        for day, name in DAYS.items():
            self.fields[f"day{day}"] = TimesField(label=name, initial=typed(calendar.hours.get(day, [])))

    @property
    def week(self) -> list[forms.BoundField]:
        return [self[f"day{day}"] for day in DAYS]

    @property
    def hours(self) -> dict[str, list[list[str]]]:
        return {day: windows for day in DAYS if (windows := self.cleaned_data.get(f"day{day}"))}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for day in DAYS:
            try:
                week({day: data.get(f"day{day}") or []})
            except HoursMalformed:
                self.add_error(f"day{day}", _("Each time must end after it begins, and before the next one begins."))
        if not self.errors and not self.hours:
            raise forms.ValidationError(_("At least one day must be open: a clock of working hours would never end."))
        return data


class NamedDays(Plain):
    """From one day to another, with a name in both languages: one of those that are announced each year, or another."""
    occasion = forms.ChoiceField(label=_("What it is"))
    name_en = forms.CharField(label=_("Name in English"), required=False, max_length=80,
                              widget=forms.TextInput(attrs={"dir": "ltr", "lang": "en"}))
    name_ur = forms.CharField(label=_("Name in Urdu"), required=False, max_length=80,
                              widget=forms.TextInput(attrs={"dir": "rtl", "lang": "ur"}))
    first = forms.DateField(label=_("First day"), widget=forms.DateInput(attrs={"type": "date"}))
    last = forms.DateField(label=_("Last day"), required=False, widget=forms.DateInput(attrs={"type": "date"}),
                           help_text=_("Leave it empty for one day."))

    known: Mapping[str, Names] = ANNOUNCED

    def __init__(self, data: Any = None, *, calendar: Calendar) -> None:
        self.calendar = calendar
        super().__init__(data)
        self.fields["occasion"].choices = [             # type: ignore[attr-defined]   # a choice field's
            *((code, _("%(english)s, %(urdu)s") % {"english": english, "urdu": urdu})
              for code, (english, urdu) in self.known.items()), (OTHER, _("Another, named below"))]

    @property
    def names(self) -> Names:
        return self.known.get(self.cleaned_data["occasion"]) or (self.cleaned_data["name_en"], self.cleaned_data["name_ur"])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("occasion") == OTHER:
            for name in ("name_en", "name_ur"):
                if not data.get(name):
                    self.add_error(name, _("Write the name in both languages."))
        first: date | None = data.get("first")
        if first and not self.has_error("last"):
            data["last"] = data.get("last") or first
            if data["last"] < first:
                self.add_error("last", _("The last day is before the first."))
            elif (data["last"] - first).days >= LONGEST:
                self.add_error("last", _("That is more than 60 days. Enter a shorter time."))
        return data


class HolidayForm(NamedDays):
    pass


class PeriodForm(NamedDays):
    """Days with hours of their own. Friday has its own line, for the prayer."""
    known = {"ramzan": ("Ramzan", "رمضان")}
    days = TimesField(label=_("Monday to Thursday"))
    friday = TimesField(label=_("Friday"))
    weekend = TimesField(label=_("Saturday and Sunday"))
    of_day = {"days": "0123", "friday": "4", "weekend": "56"}

    @property
    def hours(self) -> dict[str, list[list[str]]]:
        return {day: windows for name, days in self.of_day.items() for day in days if (windows := self.cleaned_data.get(name))}

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        for name in self.of_day:
            try:
                week({"0": data.get(name) or []})
            except HoursMalformed:
                self.add_error(name, _("Each time must end after it begins, and before the next one begins."))
        return data


class LimitsForm(Plain):
    """Hours for each priority of one unit, on the wall or of work."""

    def __init__(self, data: Any = None, *, unit: Any, now: list[tuple[Level, Clock]]) -> None:
        self.unit = unit
        super().__init__(data, prefix=unit.code)
        for level, limit in now:
            self.fields[f"hours{level}"] = forms.IntegerField(
                label=LEVEL_NAMES[level], min_value=1, max_value=MOST_HOURS, initial=limit.hours,
                widget=forms.NumberInput(attrs={"dir": "ltr"}))
            self.fields[f"working{level}"] = forms.BooleanField(
                label=_("working hours only"), required=False, initial=limit.working)

    @property
    def lines(self) -> list[tuple[forms.BoundField, forms.BoundField]]:
        return [(self[f"hours{level}"], self[f"working{level}"]) for level in Level]

    @property
    def wanted(self) -> dict[Level, Clock]:
        return {level: Clock(self.cleaned_data[f"hours{level}"], self.cleaned_data[f"working{level}"]) for level in Level}

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("working1"):
            self.add_error("working1", _("Somebody may be in danger: urgent clocks run through nights and holidays."))
        return data
