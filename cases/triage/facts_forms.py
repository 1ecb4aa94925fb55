"""What is known of a case in the clear, to be put right."""
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.escalation.models import Platform
from cases.models import AGE_NAMES, DANGER_NAMES, HARM_NAMES, Case, choices
from cases.priority import AgeBand, Danger, Facts, Harm
from cases.triage.correcting import data_of
from cases.triage.forms import ActForm, reason_field
from cases.urgency import facts_of


class FactsForm(ActForm):
    harm = forms.ChoiceField(label=_("What it is about"), choices=choices(HARM_NAMES))
    age_now = forms.ChoiceField(label=_("Age of the affected person"), choices=choices(AGE_NAMES))
    age_then = forms.ChoiceField(label=_("Age in the pictures"), choices=choices(AGE_NAMES))
    dangers = forms.MultipleChoiceField(label=_("Danger now"), choices=choices(DANGER_NAMES), required=False,
                                        widget=forms.CheckboxSelectMultiple)
    platforms = forms.MultipleChoiceField(label=_("Platforms"), required=False, widget=forms.CheckboxSelectMultiple)
    reason = reason_field(_("How you know"))

    def __init__(self, case: Case, data: Any = None) -> None:
        super().__init__(case, data)
        named = {slug: slug for slug in case.platforms} | {each.slug: str(each) for each in Platform.objects.places()}
        self.fields["platforms"].choices = list(named.items())      # type: ignore[attr-defined]   # a choice field's
        self.initial |= data_of(facts_of(case, seen=False))

    @property
    def facts(self) -> Facts:
        data = self.cleaned_data
        return Facts(Harm(data["harm"]), AgeBand(data["age_now"]), AgeBand(data["age_then"]),
                     frozenset(Danger(danger) for danger in data["dangers"]), frozenset(data["platforms"]))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and data_of(self.facts) == data_of(facts_of(self.case, seen=False)):
            raise forms.ValidationError(_("Nothing differs from what is known already."))
        return data
