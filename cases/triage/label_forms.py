"""What is typed about labels and the written language, and what the case page shows of them."""
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.models import WRITTEN_NAMES, Case, Label
from cases.triage.labelling import given_in, labels_of
from cases.units.models import Unit

NAME_HINT = _("One or two words about the matter, never about a person: names of labels are not sealed.")


class LabelForm(forms.Form):
    """Put one on a case."""
    label = forms.ChoiceField(label=_("Add a label"), error_messages={
        "required": _("Choose a label."), "invalid_choice": _("This label is no longer in use, or it is another unit's.")})

    def __init__(self, case: Case, data: Any = None, *, carried: Sequence[Label] = ()) -> None:
        """`carried`: what it need not offer."""
        super().__init__(data, label_suffix="", auto_id="labelform_%s")
        self.given = {str(label.pk): label for label in given_in([case.unit]) if label not in carried}
        self.fields["label"].choices = [        # type: ignore[attr-defined]   # a choice field's
            ("", _("Choose")), *((pk, str(label)) for pk, label in self.given.items())]

    @property
    def chosen(self) -> Label:
        return self.given[self.cleaned_data["label"]]


class WrittenForm(forms.Form):
    written_in = forms.ChoiceField(label=_("Written in"), error_messages={
        "required": _("Choose a language."), "invalid_choice": _("There is no such choice: “%(value)s”.")})

    def __init__(self, case: Case, data: Any = None) -> None:
        super().__init__(data, label_suffix="", auto_id="writtenform_%s", initial={"written_in": case.written_in})
        unknown = [] if case.written_in else [("", _("Not known yet"))]
        self.fields["written_in"].choices = [*unknown, *WRITTEN_NAMES.items()]      # type: ignore[attr-defined]


class NewLabelForm(forms.Form):
    """A supervisor makes one for a unit of theirs."""
    name_ur = forms.CharField(label=_("Name in Urdu"), max_length=40, help_text=NAME_HINT,
                              widget=forms.TextInput(attrs={"dir": "auto", "lang": "ur"}))
    name_en = forms.CharField(label=_("Name in English"), max_length=40,
                              widget=forms.TextInput(attrs={"dir": "auto", "lang": "en"}))
    unit = forms.ChoiceField(label=_("Unit"))

    def __init__(self, units: list[Unit], data: Any = None, *, label: Label | None = None) -> None:
        """`label`: the one that is being renamed; it stays in its unit."""
        names = {"name_ur": label.name_ur, "name_en": label.name_en} if label else None
        super().__init__(data, label_suffix="", prefix=label.pk.hex[:8] if label else None, initial=names)
        self.units = {str(unit.pk): unit for unit in units}
        self.fields["unit"].choices = [(pk, str(unit)) for pk, unit in self.units.items()]     # type: ignore[attr-defined]
        if label:
            del self.fields["unit"]
        self.label_id = label.pk if label else None
        self.taken = Label.objects.filter(retired_at=None).exclude(pk=self.label_id)
        self.of = label.unit_id if label else None

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        unit = data.get("unit", self.of)
        for name in ("name_ur", "name_en"):
            if data.get(name) and self.taken.filter(**{f"{name}__iexact": data[name]}).filter(unit=unit).exists():
                self.add_error(name, _("There is a label of this name already."))
        return data


def labels_on(case: Case, refused: Mapping[str, forms.Form]) -> dict[str, Any]:
    """For the case page."""
    carried = labels_of(case)
    return {"labels": carried, "label_form": refused.get("label") or LabelForm(case, carried=carried),
            "written_form": refused.get("written") or WrittenForm(case)}
