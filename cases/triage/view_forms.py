"""What is typed about saved views and the columns of the list."""
from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from cases.permissions import Staff
from cases.triage.filters import Filter, Known, read
from cases.triage.models import SavedView
from cases.triage.saved import COLUMN_NAMES, columns_of, desk_of, may_change


class ViewForm(forms.Form):
    """A name in one language is enough; the filter travels hidden, as an address holds it."""
    name_ur = forms.CharField(label=_("Name in Urdu"), max_length=40, required=False,
                              widget=forms.TextInput(attrs={"lang": "ur", "dir": "auto"}))
    name_en = forms.CharField(label=_("Name in English"), max_length=40, required=False,
                              widget=forms.TextInput(attrs={"lang": "en", "dir": "auto"}))
    unit = forms.ChoiceField(label=_("Who sees it"), required=False)
    replaces = forms.ChoiceField(label=_("Save as"), required=False)
    filter = forms.CharField(widget=forms.HiddenInput, required=False, max_length=600)

    def __init__(self, member: Staff, known: Known, data: Any = None, *, view: SavedView | None = None, params: str = "",
                 views: Sequence[SavedView] = ()) -> None:
        """`view`: the one that is being changed. Else `params` are to be saved, as a new view or instead of one of `views`."""
        super().__init__(data, label_suffix="", initial={"filter": params} if view is None else {
            "name_ur": view.name_ur, "name_en": view.name_en, "unit": str(view.unit_id or "")})
        self.member, self.known, self.view = member, known, view
        self.units = {str(unit.pk): unit for unit in known.units}
        self.others = {str(each.pk): each for each in views if may_change(each, member)}
        self.fields["unit"].choices = [         # type: ignore[attr-defined]   # a choice field's
            ("", _("Only me")), *((pk, _("Everybody in: %(unit)s") % {"unit": unit}) for pk, unit in self.units.items())]
        self.fields["replaces"].choices = [     # type: ignore[attr-defined]
            ("", _("A new view")), *((pk, _("Instead of what “%(view)s” finds now") % {"view": each})
                                     for pk, each in self.others.items())]
        for name in ("replaces", "filter") if view else () if self.others else ("replaces",):
            del self.fields[name]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not data.get("replaces") and not (data.get("name_ur") or data.get("name_en")):
            self.add_error("name_ur", _("Give it a name, in one language at least."))
        if not self.view and not self.found.readable:
            raise forms.ValidationError(_("This filter cannot be read. Mend it in the queue, then save it."))
        return data

    @property
    def found(self) -> Filter:
        return read(QueryDict(self["filter"].value() or ""), self.member, self.known)

    @property
    def target(self) -> SavedView:
        """Which view is written: the one being changed, the one replaced, or a new one."""
        return self.view or self.others.get(self.cleaned_data.get("replaces", "")) or SavedView(owner_id=self.member.pk)

    @property
    def values(self) -> dict[str, Any]:
        """For saved.save_view. Who replaces what a view finds leaves its name and readers."""
        target = self.target
        if self.cleaned_data.get("replaces"):
            return {"unit": target.unit, "name_en": target.name_en, "name_ur": target.name_ur, "params": self.found.params}
        return {"unit": self.units.get(self.cleaned_data["unit"]), "name_en": self.cleaned_data["name_en"],
                "name_ur": self.cleaned_data["name_ur"], "params": target.params if self.view else self.found.params}


class ColumnsForm(forms.Form):
    columns = forms.MultipleChoiceField(
        label=_("Columns of the list"), required=False, choices=list(COLUMN_NAMES.items()), widget=forms.CheckboxSelectMultiple,
        help_text=_("The reference and what was reported are always there. With none ticked the usual columns come back."))

    @classmethod
    def of(cls, member: Staff, data: Any = None) -> "ColumnsForm":
        return cls(data, label_suffix="", initial={"columns": columns_of(desk_of(member))})
