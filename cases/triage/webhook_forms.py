"""What is typed to tell another system of the ministry what happens in a unit's cases."""
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from cases.notifications import webhook_wire
from cases.notifications.models import Occasion, Webhook
from cases.notifications.webhooks import OFFERED
from cases.triage.news_forms import name_of
from cases.units.models import Unit

WHY_NOT = {
    "malformed": _("Write the whole address, with https in front and without a name, password or # in it."),
    "port": _("Only port 443, or one above 1023."),
    "private_address": _("This is an address inside a network. Whoever runs the server must open that network first."),
}


class WebhookForm(forms.Form):
    """Which occasions, and whether the reference goes along."""
    occasions = forms.MultipleChoiceField(label=_("When is it told?"), widget=forms.CheckboxSelectMultiple, error_messages={
        "required": _("Choose at least one.")})
    with_reference = forms.BooleanField(label=_("Send the reference of the case"), required=False, help_text=_(
        "A message says only that something happened, in which unit and when. Tick this and the reference goes along, but "
        "never of a case that is kept for some of the unit."))

    def __init__(self, data: Any = None, *, webhook: Webhook | None = None) -> None:
        now = {"occasions": webhook.occasions, "with_reference": webhook.with_reference} if webhook else None
        super().__init__(data, label_suffix="", initial=now)
        self.fields["occasions"].choices = [(each.value, name_of(each)) for each in OFFERED]    # type: ignore[attr-defined]  # a choice field's

    @property
    def chosen(self) -> dict[str, Any]:
        return {"occasions": [Occasion(each) for each in self.cleaned_data["occasions"]],
                "with_reference": self.cleaned_data["with_reference"]}


class NewWebhookForm(WebhookForm):
    url = forms.CharField(label=_("Address"), max_length=500, widget=forms.TextInput(attrs={
        "dir": "ltr", "inputmode": "url", "autocapitalize": "none", "spellcheck": "false"}), help_text=_(
        "Of a system of the ministry that takes such messages. It begins with https."))
    unit = forms.ChoiceField(label=_("Unit"))

    def __init__(self, units: list[Unit], data: Any = None) -> None:
        super().__init__(data)
        self.units = {str(unit.pk): unit for unit in units}
        self.fields["unit"].choices = [(pk, str(unit)) for pk, unit in self.units.items()]     # type: ignore[attr-defined]
        self.order_fields(["url", "unit", "occasions", "with_reference"])

    def clean_url(self) -> str:
        url = str(self.cleaned_data["url"]).strip()
        try:
            webhook_wire.parsed(url)
        except webhook_wire.BadAddress as error:
            raise ValidationError(WHY_NOT[error.code], code=error.code) from error
        return url

    @property
    def unit_chosen(self) -> Unit:
        return self.units[self.cleaned_data["unit"]]
