"""What is typed to merge two cases, and to take them apart."""
from django import forms
from django.utils.translation import gettext_lazy as _

from cases.merging.selectors import Refusal
from cases.models import Case
from cases.triage.forms import ActForm
from cases.triage.merging import REFUSALS
from cases.triage.wall_forms import reason_field

THIS, OTHER = "this", "other"


class MergeForm(ActForm):
    ref = forms.CharField(label=_("Reference of the other case"), max_length=12,
                          widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off", "autocapitalize": "characters"}))
    leads = forms.ChoiceField(label=_("Which one is worked from now on"), widget=forms.RadioSelect, initial=THIS, choices=[
        (THIS, _("This case leads; the other is merged into it")), (OTHER, _("The other leads; this case is merged into it"))])
    reason = reason_field(_("Why they belong together"), _("Sealed with the merged case, as a staff note is."))

    def clean_ref(self) -> str:
        return str(self.cleaned_data["ref"]).strip().upper()

    def sides(self, other: Case) -> tuple[Case, Case]:
        """The merged case and the leading one."""
        return (other, self.case) if self.cleaned_data["leads"] == THIS else (self.case, other)


class UnmergeForm(ActForm):
    reason = reason_field(_("Why they do not belong together"), _("Sealed with this case, as a staff note is."))


def refused(form: forms.Form, reason: Refusal, field: str | None = "ref") -> forms.Form:
    form.add_error(field, REFUSALS[reason])
    return form
