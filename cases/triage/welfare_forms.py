"""What is typed to look after a unit's people."""
from typing import Any

from django import forms
from django.core.validators import RegexValidator
from django.utils.translation import gettext_lazy as _

from cases.triage.wall_forms import Plain
from cases.units.models import Welfare

MOST = 200
DIALLED = RegexValidator(r"^\+?[0-9][0-9 -]*$", _("Only digits, spaces and “-”, such as 1099 or +92 51 9208837."))


class WelfareForm(Plain):
    """Of one unit."""
    files_a_day = forms.IntegerField(label=_("Screenshots in a day, from which a break is suggested"),
                                     min_value=1, max_value=MOST, widget=forms.NumberInput(attrs={"dir": "ltr"}),
                                     help_text=_("Nobody is stopped. The page asks, once and again later."))
    phone = forms.CharField(label=_("Number that your members can call"), required=False, max_length=30, validators=[DIALLED],
                            widget=forms.TextInput(attrs={"dir": "ltr", "type": "tel", "autocomplete": "off"}))
    hours_en = forms.CharField(label=_("Who answers and when, in English"), required=False, max_length=120,
                               widget=forms.TextInput(attrs={"dir": "ltr"}))
    hours_ur = forms.CharField(label=_("Who answers and when, in Urdu"), required=False, max_length=120,
                               widget=forms.TextInput(attrs={"dir": "rtl", "lang": "ur"}))

    def __init__(self, data: Any = None, *, welfare: Welfare) -> None:
        self.unit = welfare.unit
        super().__init__(data, prefix=self.unit.code, initial={name: getattr(welfare, name) for name in self.base_fields})

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for name, other in (("hours_en", "hours_ur"), ("hours_ur", "hours_en")):
            if data.get(other) and not data.get(name):
                self.add_error(name, _("Write it in both languages."))
        return data
