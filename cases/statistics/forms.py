"""What is typed about a publication."""
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.statistics import spans
from cases.statistics.presenting import month_name

NEEDED = _("Say in both languages why; everybody reads it.")
HINT = _("What was wrong, and what follows. Everybody reads it: name nobody.")


class PrepareForm(forms.Form):
    """Which months; `read` by spans, which knows the months that are over."""
    first = forms.ChoiceField(label=_("From"))
    last = forms.ChoiceField(label=_("To"))

    def __init__(self, data: Any = None) -> None:
        year = spans.presets(running=False)["last_year"]
        super().__init__(data, label_suffix="", auto_id="prepare_%s",
                         initial={"first": f"{year.first:%Y-%m}", "last": f"{year.last:%Y-%m}"})
        months = [(f"{month:%Y-%m}", month_name(month)) for month in spans.offered(running=False)]
        for field in self.fields.values():
            field.choices = months                      # type: ignore[attr-defined]   # a choice field's

    @property
    def span(self) -> spans.Span:
        return spans.read({"from": self.cleaned_data["first"], "to": self.cleaned_data["last"]}, running=False)


class WithdrawForm(forms.Form):
    note_ur = forms.CharField(label=_("Why, in Urdu"), max_length=300, help_text=HINT, error_messages={"required": NEEDED},
                              widget=forms.Textarea(attrs={"rows": 2, "lang": "ur", "dir": "rtl"}))
    note_en = forms.CharField(label=_("Why, in English"), max_length=300, error_messages={"required": NEEDED},
                              widget=forms.Textarea(attrs={"rows": 2, "lang": "en", "dir": "ltr"}))

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="", auto_id="withdraw_%s")
