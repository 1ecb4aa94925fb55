"""On which day to be reminded of a case, and why."""
from datetime import date, timedelta

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.triage.forms import ActForm

LONGEST = timedelta(days=366)


class RemindForm(ActForm):
    day = forms.DateField(label=_("Remind me on"), widget=forms.DateInput(attrs={"type": "date"}))
    reason = forms.CharField(label=_("Of what"), max_length=500, widget=forms.TextInput(attrs={"dir": "auto"}),
                             help_text=_("Sealed with the case; only you are shown it."))

    def clean_day(self) -> date:
        day: date = self.cleaned_data["day"]
        if day <= timezone.localdate():
            raise forms.ValidationError(_("Choose a day after today."))
        if day > timezone.localdate() + LONGEST:
            raise forms.ValidationError(_("At most a year from now."))
        return day
