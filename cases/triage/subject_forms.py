"""Who and what a case is about, as a member writes it down."""
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from cases.triage.forms import ActForm
from cases.triage.models import Subject
from cases.triage.staff_words import Said

FEWEST_DIGITS = 7


class SubjectForm(ActForm):
    """The name of `text` is one that a page keeps while the vault is locked."""
    kind = forms.ChoiceField(label=_("Who or what"), choices=[("", _("Choose")), *Subject.Kind.choices],
                             error_messages={"required": _("Say who or what it is.")})
    text = forms.CharField(label=_("Name, account, number or link"), max_length=300,
                           widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}))
    about = forms.CharField(label=_("What else is known"), required=False, max_length=1_000,
                            widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}))

    @classmethod
    def of(cls, case: Case, row: Subject, said: Said) -> "SubjectForm":
        form = cls(case)
        form.initial |= {"kind": row.kind, "text": said.name, "about": said.about}
        return form

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        digits = sum(char.isdecimal() for char in data.get("text", ""))
        if data.get("kind") == Subject.Kind.PHONE and "text" in data and digits < FEWEST_DIGITS:
            self.add_error("text", _("A telephone number has more digits: write all of it, with the 0 or the + in front."))
        return data
