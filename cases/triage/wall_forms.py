"""What is typed to keep members from a case, or to open a kept one."""
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.models import BreakGlass, Case, Exclusion
from cases.permissions import Staff
from cases.triage.between import Ground
from cases.triage.forms import ActForm
from cases.triage.selectors import colleagues
from cases.units.selectors import elsewhere

SHORTEST_REASON, LONGEST_REASON = 20, 2000


def reason_field(label: Any, help_text: Any) -> forms.CharField:
    return forms.CharField(label=label, help_text=help_text, min_length=SHORTEST_REASON, max_length=LONGEST_REASON,
                           widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}))


class Plain(forms.Form):
    """With ids of its own, for several stand on one page."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, label_suffix="", auto_id=f"{type(self).__name__.lower()}_%s", **kwargs)


class AsideForm(Plain):
    cause = forms.ChoiceField(label=_("Why"), choices=Exclusion.Cause.choices, widget=forms.RadioSelect)
    sure = forms.BooleanField(label=_("I understand: I shall not see this case again unless a supervisor lifts it"))


class ExcludeForm(Plain):
    member = forms.ChoiceField(label=_("Member"))
    cause = forms.ChoiceField(label=_("Why"), choices=Exclusion.Cause.choices)

    def __init__(self, case: Case, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        able = colleagues(case)
        self.people: dict[str, Staff] = {str(member.pk): member for member in (*able.women, *able.others)}
        self.fields["member"].choices = [       # type: ignore[attr-defined]   # a choice field's
            ("", _("Choose a member")), *((pk, str(member)) for pk, member in self.people.items())]


class LiftForm(Plain):
    reason = reason_field(_("Why the wall may go"), _("Sealed with the case; only supervisors of the unit read it."))


class GlassForm(Plain):
    cause = forms.ChoiceField(label=_("What is the emergency"), choices=BreakGlass.Cause.choices, widget=forms.RadioSelect)
    reason = reason_field(_("Why it cannot wait"), _("At least a sentence. It is sealed with the case; supervisors of the unit "
                                                     "read it."))


class TransferForm(ActForm):
    unit = forms.ModelChoiceField(label=_("To which unit"), queryset=None, empty_label=_("Choose a unit"))
    ground = forms.ChoiceField(label=_("Why it may go there"), choices=Ground.choices, widget=forms.RadioSelect)
    reason = reason_field(_("What the other unit should know"), _("Goes along with the case as a sealed note."))
    sure = forms.BooleanField(label=_("I understand: nobody of this unit can open the case afterwards"))

    def __init__(self, case: Case, data: Any = None) -> None:
        super().__init__(case, data)
        self.fields["unit"].queryset = elsewhere(case.unit)     # type: ignore[attr-defined]  # a choice field's
