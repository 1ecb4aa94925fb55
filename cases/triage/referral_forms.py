"""What staff type on the way to an authority, and about demands."""
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.escalation.models import Authority
from cases.models import Case
from cases.permissions import Staff
from cases.referral.models import Demand, Ground, Referral
from cases.referral.selectors import Hurdle, has_agreed
from cases.referral.services import NEXT
from cases.referral.words import PART_NAMES, Part, parts_for
from cases.selectors import cases_for
from cases.triage.referring import packable
from cases.units.selectors import units_of

State = Referral.State
HURDLES = {
    Hurdle.NOT_NOW: _("Take the case into review first. A new, closed, merged or split-off one goes nowhere."),
    Hurdle.PRACTICE: _("This is practice: nothing of it leaves."),
    Hurdle.ACCUSED: _("The accused may work for this body: it is never told by this portal."),
    Hurdle.NOT_AGREED: _("There is no yes of the reporter to exactly this body. Ask, and wait for the answer."),
    Hurdle.NO_CHILD: _("No child is affected, so this duty does not hold."),
}


def sentence_field(label: Any, **kwargs: Any) -> forms.CharField:
    return forms.CharField(label=label, max_length=2000, widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}), **kwargs)


class ReferForm(forms.Form):
    """What goes along, and on what ground. Files are chosen one by one."""
    use_required_attribute = False
    because = forms.ChoiceField(label=_("On what ground"), widget=forms.RadioSelect,
                                error_messages={"required": _("Choose on what ground.")})
    reason = sentence_field(_("Without a yes: why it cannot wait"), required=False,
                            help_text=_("Sealed with the case. The second person decides by it, and a court may ask for it."))
    parts = forms.MultipleChoiceField(label=_("What goes along"), widget=forms.CheckboxSelectMultiple,
                                      error_messages={"required": _("Choose at least one part.")})
    files = forms.MultipleChoiceField(label=_("Which screenshots"), widget=forms.CheckboxSelectMultiple, required=False)
    unsafe = forms.BooleanField(label=_("Telling the reporter now would be dangerous"), required=False)
    reasons = sentence_field(_("If so: why"), required=False,
                             help_text=_("You can still tell them later, from the page of the referral."))

    def __init__(self, case: Case, authority: Authority, data: Any = None) -> None:
        super().__init__(data, label_suffix="")
        agreed = has_agreed(case, authority)
        grounds = [ground for ground in Ground if (agreed or ground != Ground.CONSENT)
                   and (case.child or ground != Ground.CHILD_DUTY)]
        parts, rows = parts_for(case, authority), packable(case)
        if not rows:
            parts = [part for part in parts if part != Part.FILES]
        self.fields["because"].choices = [(ground.value, ground.label) for ground in grounds]     # type: ignore[attr-defined]   # a choice field's
        self.fields["parts"].choices = [(part.value, PART_NAMES[part]) for part in parts]        # type: ignore[attr-defined]
        self.fields["files"].choices = [(str(row.pk), _("Screenshot %(n)d") % {"n": n})          # type: ignore[attr-defined]
                                        for n, row in enumerate(rows, start=1)]
        self.initial |= {"because": Ground.CONSENT.value if agreed else "",
                         "parts": [part.value for part in parts if part != Part.FILES]}
        if Part.FILES not in parts:
            del self.fields["files"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("because") and data["because"] != Ground.CONSENT and not data.get("reason"):
            self.add_error("reason", _("Say why: without a yes of the reporter two people decide, by what stands here."))
        if data.get("unsafe") and not data.get("reasons"):
            self.add_error("reasons", _("Say why the reporter must not read it now."))
        if Part.FILES in data.get("parts", []) and not data.get("files"):
            self.add_error("files", _("Choose which screenshots, or leave them out above."))
        return data

    @property
    def ground_chosen(self) -> Ground:
        return Ground(self.cleaned_data["because"])

    @property
    def chosen(self) -> dict[str, Any]:
        parts = [Part(value) for value in self.cleaned_data["parts"]]
        files = [UUID(value) for value in self.cleaned_data.get("files", [])] if Part.FILES in parts else []
        return {"ground": self.ground_chosen, "parts": parts, "files": files}


class OutcomeForm(forms.Form):
    """What they said."""
    use_required_attribute = False
    outcome = forms.ChoiceField(label=_("What they said"), widget=forms.RadioSelect)
    their_reference = forms.CharField(label=_("Their number: of the FIR, complaint or letter"), required=False, max_length=200,
                                      widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}),
                                      help_text=_("Sealed with the case."))

    def __init__(self, referral: Referral, data: Any = None) -> None:
        super().__init__(data, label_suffix="")
        self.fields["outcome"].choices = [(state.value, state.label) for state in outcomes(referral)]    # type: ignore[attr-defined]


def outcomes(referral: Referral) -> list[State]:
    said = {State.ACCEPTED, State.REFUSED, State.ACTED, State.NOTHING}
    return [state for state in State if state in said & NEXT[State(referral.state)]]


# --- demands ----------------------------------------------------------------------------------------------------------
class DemandForm(forms.Form):
    use_required_attribute = False
    unit = forms.ModelChoiceField(label=_("Your unit"), queryset=None, to_field_name="code", empty_label=None)
    received_on = forms.DateField(label=_("It came on"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    who = forms.ChoiceField(label=_("Who asks"), choices=Demand.Who.choices, widget=forms.RadioSelect,
                            error_messages={"required": _("Choose who asks.")})
    law = forms.ChoiceField(label=_("What law they name"), choices=Demand.Law.choices)
    scope = forms.ChoiceField(label=_("What they want"), choices=Demand.Scope.choices)
    ref = forms.CharField(label=_("Our case, if it is about one"), required=False, max_length=12,
                          widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}))
    text = sentence_field(_("Who exactly, by which letter, and what for"),
                          error_messages={"required": _("Write who exactly asks, and for what.")},
                          help_text=_("Sealed to the unit. Write no more of the case than they did."))

    def __init__(self, member: Staff, data: Any = None) -> None:
        self.member = member
        super().__init__(data, label_suffix="", initial={"received_on": timezone.localdate()})
        self.fields["unit"].queryset = units_of(member)         # type: ignore[attr-defined,arg-type]   # a choice field's

    def clean_received_on(self) -> Any:
        if self.cleaned_data["received_on"] > timezone.localdate():
            raise forms.ValidationError(_("This day has not come yet."))
        return self.cleaned_data["received_on"]

    def clean_ref(self) -> Case | None:
        """A case that is not theirs does not exist for them."""
        typed = self.cleaned_data["ref"].strip().upper()
        found = cases_for(self.member).filter(ref=typed).select_related("unit").first() if typed else None
        if typed and found is None:
            raise forms.ValidationError(_("There is no such case."))
        return found

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if isinstance(data.get("ref"), Case) and data.get("unit") and data["ref"].unit_id != data["unit"].pk:
            self.add_error("ref", _("This case is another unit’s of yours: choose that one above."))
        return data


class DecisionForm(forms.Form):
    use_required_attribute = False
    decision = forms.ChoiceField(label=_("Decision"), choices=Demand.Decision.choices, widget=forms.RadioSelect)
    reason = sentence_field(_("Why, and of what is given: what exactly"))

    def __init__(self, demand: Demand, data: Any = None) -> None:
        super().__init__(data, label_suffix="")
        if demand.case_id is None:              # of many cases at once nothing is ever given
            self.fields["decision"].choices = [(Demand.Decision.REFUSED.value, Demand.Decision.REFUSED.label)]    # type: ignore[attr-defined]
