"""What is typed into the search, and what travels from one slice of it to the next: in the page, and nowhere else."""
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.permissions import Staff
from cases.selectors import cases_for
from cases.triage.filters import Filter, FilterForm, Known, read
from cases.triage.folding import words_in

USUAL = ("since", "until")
MORE = ("unit", "status", "harm", "priority", "assignee", "label", "platform", "written", "outcome")
FIELDS = (*USUAL, *MORE)
YEAR = timedelta(days=365)
COUNTED = 100_000           # cases of a search are counted no further
CARRIED = 200               # references of cases that were found before


class SearchForm(forms.Form):
    words = forms.CharField(label=_("Words"), max_length=200, help_text=_(
        "All of them must stand in a case. A reference, label, account, number or link is found at once."), error_messages={
            "required": _("Type what you look for.")},
        widget=forms.TextInput(attrs={"type": "search", "dir": "auto", "autocomplete": "off", "spellcheck": "false"}))

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="", auto_id="search_%s")

    def clean_words(self) -> str:
        typed = str(self.cleaned_data["words"])
        if not words_in(typed):
            raise forms.ValidationError(_("One letter stands in every case: type at least two."))
        return typed

    @property
    def folded(self) -> list[str]:
        return words_in(self.cleaned_data["words"])


class Going(forms.Form):
    """How far a search has come: counts to show, and where it goes on. Whatever is bent counts as not given."""
    after = forms.CharField(max_length=100, required=False)
    done = forms.IntegerField(min_value=0, max_value=10**7, required=False)
    all = forms.IntegerField(min_value=0, max_value=10**7, required=False)
    shut = forms.IntegerField(min_value=0, max_value=10**7, required=False)
    hits = forms.IntegerField(min_value=0, max_value=10**7, required=False)
    found = forms.CharField(max_length=CARRIED * 13, required=False)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        self.is_valid()

    def number(self, name: str) -> int:
        return self.cleaned_data.get(name) or 0

    @property
    def refs(self) -> list[str]:
        return str(self.cleaned_data.get("found", "")).split()[:CARRIED]


def narrowed(typed: Mapping[str, str], by: Staff) -> Filter:
    """The filter of a search: without a word of its own about time, the last year."""
    return read({name: typed.get(name, "") for name in FIELDS}, by, Known(by))


def a_year() -> dict[str, str]:
    return {"since": (timezone.localdate() - YEAR).isoformat()}


def labelled(form: FilterForm, names: tuple[str, ...]) -> list[forms.BoundField]:
    """Its fields, where nothing chosen means closed cases too."""
    status = form.fields["status"]
    status.choices = [("", _("Open and closed")), *list(status.choices)[1:]]        # type: ignore[attr-defined]   # a choice field's
    return [form[name] for name in names]


def still_theirs(refs: list[str], by: Staff) -> list[str]:
    """Of the references that a page carried those that the member may see, in their order."""
    there = set(cases_for(by).filter(ref__in=refs).values_list("ref", flat=True)) if refs else set()
    return [ref for ref in refs if ref in there]
