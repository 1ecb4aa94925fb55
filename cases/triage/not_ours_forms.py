"""Where a reporter is sent whose matter is not ours."""
from django import forms
from django.utils.translation import gettext_lazy as _

from cases.statistics.words import REASON_NAMES, SENT_NAMES, Reason, SentTo
from cases.triage.forms import ActForm

CALLS_ONLY = {Reason.SILENT, Reason.WRONG}
UNNAMED = {SentTo.WEBSITE, SentTo.OTHER}        # of these the reporter would learn nothing: write by hand


class NotOursForm(ActForm):
    reason = forms.TypedChoiceField(
        label=_("What was it?"), coerce=Reason, error_messages={"required": _("Choose what it was.")},
        choices=[("", _("Choose")), *((code, name) for code, name in REASON_NAMES.items() if code not in CALLS_ONLY)])
    sent_to = forms.TypedChoiceField(
        label=_("Where do you send them?"), coerce=SentTo, error_messages={"required": _("Choose where you sent them.")},
        choices=[("", _("Choose")), *((code, name) for code, name in SENT_NAMES.items() if code not in UNNAMED)])
    use_required_attribute = False
