"""What an auditor asks of the log."""
from datetime import date, datetime, time, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.contrib.auth import get_user_model
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.audit.models import Entry
from cases.audit.selectors import Kind
from cases.permissions import Staff
from cases.selectors import case_id_of

FIRST, LAST = date(2000, 1, 1), date(2999, 12, 31)     # the log lies between
KIND_NAMES = {
    Kind.READS: _("What was read"), Kind.WRITES: _("What was done"), Kind.EMERGENCY: _("Emergency access"),
    Kind.REFUSED: _("Failed attempts"), Kind.KEYS: _("Keys and vaults"),
}


class TrailForm(forms.Form):
    """A plain GET form. Every answer becomes an id, a code or a date: what was asked is itself written down."""
    subject = forms.CharField(label=_("Case (reference or id), key or unit"), required=False, max_length=64,
                              widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}))
    who = forms.ModelChoiceField(label=_("Person"), required=False, queryset=None, empty_label=_("Everybody"))
    kind = forms.ChoiceField(label=_("Kind"), required=False, choices=[("", _("Everything")), *KIND_NAMES.items()])
    since = forms.DateField(label=_("From"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    until = forms.DateField(label=_("To"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    too_many = _("This would be more than a file can hold: choose a shorter time.")

    def __init__(self, data: Any, *, member: Staff) -> None:
        super().__init__(data, label_suffix="")
        self.member = member
        self.fields["who"].queryset = get_user_model().objects.order_by("name", "pk")       # type: ignore[attr-defined]

    def clean_subject(self) -> str:
        """A case's reference becomes its id; an id or a list's name stays."""
        typed = self.cleaned_data["subject"].strip()
        if not typed or is_id(typed):
            return typed.lower()
        if found := case_id_of(typed, self.member):
            return found
        if Entry.objects.filter(subject=typed).exists():            # a list's name; what is not in the log does not get in
            return typed
        raise forms.ValidationError(_("No case has this reference. Type the reference or the id as it stands in the log."))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("since") and data.get("until") and data["until"] < data["since"]:
            self.add_error("until", _("The last day lies before the first."))
        return data

    @property
    def asked(self) -> dict[str, Any]:
        """For `selectors.trail`; days are whole days here."""
        self.is_valid()
        data = self.cleaned_data
        return {"subject": data.get("subject", ""), "actor": str(data["who"].pk) if data.get("who") else "",
                "kind": Kind(data["kind"]) if data.get("kind") else None, "since": midnight(data.get("since")),
                "until": midnight(data.get("until"), later=1)}

    @property
    def question(self) -> dict[str, Any]:
        """The same in ids, codes and dates, for the log and for the file. Empty when it was no question."""
        asked = self.asked
        told = {"case": asked["subject"], "person": asked["actor"], "kind": asked["kind"],
                **{name: self.cleaned_data.get(name) for name in ("since", "until")}}
        return {name: value for name, value in told.items() if value}


def is_id(typed: str) -> bool:
    try:
        return str(UUID(typed)) == typed.lower()
    except ValueError:
        return False


def midnight(day: date | None, *, later: int = 0) -> datetime | None:
    """The beginning of that day here, or `later` days after. A year that no clock reckons with asks for all the same."""
    if day is None:
        return None
    reckoned = min(max(day, FIRST), LAST) + timedelta(days=later)
    return timezone.make_aware(datetime.combine(reckoned, time.min))
