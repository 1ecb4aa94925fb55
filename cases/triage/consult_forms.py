"""What is typed to ask another unit for advice, and to give it."""
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from cases.permissions import Permission, Staff, may
from cases.triage.consulting import asked_units
from cases.triage.forms import ActForm
from cases.triage.models import Consult
from cases.triage.wall_forms import Plain, reason_field


class ConsultForm(ActForm):
    unit = forms.ModelChoiceField(label=_("Which unit do you ask?"), queryset=None, empty_label=_("Choose a unit"))
    scope = forms.ChoiceField(label=_("What do they read?"), choices=Consult.Scope.choices, widget=forms.RadioSelect,
                              error_messages={"required": _("Choose what they read.")})
    text = reason_field(_("Your question"), _("With the question alone, write nothing by which somebody could be known: no name, "
                                              "place, account or link."))

    def __init__(self, case: Case, member: Staff, data: Any = None) -> None:
        super().__init__(case, data)
        self.fields["unit"].queryset = asked_units(case)                    # type: ignore[attr-defined]   # a choice field's
        if case.restricted or case.child and not may(member, Permission.SUPERVISE):
            self.fields["scope"].choices = Consult.Scope.choices[:1]        # type: ignore[attr-defined]
            self.initial["scope"] = Consult.Scope.QUESTION.value


class AdviceForm(Plain):
    text = reason_field(_("Your advice"), _("Sealed to the unit that asks: you do not read it again."))
