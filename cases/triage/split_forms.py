"""What is typed and ticked to split a case, and to undo that."""
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.models import HARM_NAMES, Case, choices
from cases.priority import Harm
from cases.triage.forms import ActForm
from cases.triage.reading import State
from cases.triage.splitting import Chosen, Parts
from cases.triage.wall_forms import reason_field

PARTS = ("links", "handles", "pictures", "people")


def ticks(label: Any, help_text: Any = "") -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(label=label, help_text=help_text, required=False, widget=forms.CheckboxSelectMultiple)


class SplitForm(ActForm):
    """The name of `text` is one that a page keeps while the vault is locked."""
    second_harm = forms.ChoiceField(label=_("What the second case is about"), choices=[("", _("Choose")), *choices(HARM_NAMES)],
                                    error_messages={"required": _("Say what the second case is about.")})
    text = forms.CharField(label=_("What happened, for the second case"), min_length=10, max_length=8_000,
                           help_text=_("In your words or the reporter’s. It stands where the second case’s story stands."),
                           error_messages={"required": _("Tell what happened, for the second case.")},
                           widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}))
    links = ticks(_("Links that go over"))
    handles = ticks(_("Accounts and numbers that go over"))
    pictures = ticks(_("Fingerprints that go over"), _("By their number in the report."))
    people = ticks(_("People and accounts that members wrote down"))
    reason = reason_field(_("Why they are worked apart"), _("Sealed with the second case, as a staff note is."))

    def __init__(self, case: Case, parts: Parts, data: Any = None) -> None:
        super().__init__(case, data)
        for name in PARTS:
            offered = list(getattr(parts, name))
            if parts.state != State.OPEN and data is not None:      # what was ticked waits with the rest until the vault is open
                offered += [(value, value) for value in data.getlist(name)]
            self.fields[name].choices = offered                     # type: ignore[attr-defined]   # a choice field's
            if not offered:
                del self.fields[name]

    @property
    def harm(self) -> Harm:
        return Harm(self.cleaned_data["second_harm"])

    @property
    def chosen(self) -> Chosen:
        ticked: dict[str, list[str]] = {name: self.cleaned_data.get(name, []) for name in PARTS}
        return Chosen(links=ticked["links"], handles=ticked["handles"], pictures=[UUID(pk) for pk in ticked["pictures"]],
                      people=[UUID(pk) for pk in ticked["people"]])


class UnsplitForm(ActForm):
    reason = reason_field(_("Why they are worked together again"), _("Sealed with this case, as a staff note is."))
