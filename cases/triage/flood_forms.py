"""From how many reports alike on the portal suspects a flood."""
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.flood.rules import Rule
from cases.triage.wall_forms import Plain

A_WEEK = 7 * 24 * 60


class RuleForm(Plain):
    many = forms.IntegerField(label=_("From so many reports on"), min_value=2, max_value=1000,
                              widget=forms.NumberInput(attrs={"dir": "ltr"}))
    minutes = forms.IntegerField(label=_("within so many minutes"), min_value=1, max_value=A_WEEK,
                                 widget=forms.NumberInput(attrs={"dir": "ltr"}))

    def __init__(self, data: Any = None, *, rule: Rule) -> None:
        self.rule = rule
        super().__init__(data, prefix=rule.kind.value,
                         initial={"many": rule.many, "minutes": rule.minutes})
