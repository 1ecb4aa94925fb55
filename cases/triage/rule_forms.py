"""A rule of priority: its names, its level, and what must hold."""
from typing import Any

from django import forms
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from cases.escalation.models import Platform
from cases.models import AGE_NAMES, DANGER_NAMES, HARM_NAMES, LEVEL_NAMES, RULE_NAMES, choices
from cases.priority import SEEN_RULES, Conditions, Level, Rule
from cases.triage.rules import Line
from cases.triage.wall_forms import Plain

YES_NO = [("yes", _("Yes")), ("no", _("No"))]
NAMED = {"harm": _("Harm"), "age_now": _("Age of the affected person"), "age_then": _("Age in the pictures"),
         "danger": _("Danger now"), "child": _("A child is affected"), "platform": _("Platform"),
         "seen": _("What is known of its pictures")}


def any_of(options: Any, help_text: Any = "") -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(choices=options, required=False, widget=forms.CheckboxSelectMultiple, help_text=help_text)


class RuleForm(Plain):
    """Everything that is ticked under one heading is one condition, of which any may hold; all headings must."""
    name_en = forms.CharField(label=_("Name in English"), max_length=80,
                              widget=forms.TextInput(attrs={"dir": "ltr", "lang": "en"}))
    name_ur = forms.CharField(label=_("Name in Urdu"), max_length=80, widget=forms.TextInput(attrs={"dir": "rtl", "lang": "ur"}))
    level = forms.TypedChoiceField(label=_("Priority"), choices=choices(LEVEL_NAMES), coerce=lambda value: Level(int(value)))
    harm = any_of(choices(HARM_NAMES))
    danger = any_of(choices(DANGER_NAMES))
    child = any_of(YES_NO)
    age_now = any_of(choices(AGE_NAMES))
    age_then = any_of(choices(AGE_NAMES))
    platform = any_of([])
    seen = any_of([(rule.code, RULE_NAMES[rule.code]) for rule in SEEN_RULES])
    off = forms.BooleanField(label=_("Switched off"), required=False)

    def __init__(self, data: Any = None, *, line: Line | None = None) -> None:
        self.line = line
        super().__init__(data)
        for name, label in NAMED.items():
            self.fields[name].label = label
        self.fields["platform"].choices = [(each.slug, each) for each in Platform.objects.places()]    # type: ignore[attr-defined]
        if line and line.rule.when.seen and not line.rule.code.startswith("own_"):
            for name in NAMED:                  # what is known of pictures is one fact each: only name and level are to be set
                del self.fields[name]
        if line:
            self.initial = {**{name: sorted(values) for name, values in line.rule.when.named().items()},
                            "level": line.rule.level, "off": line.off, **names_of(line)}

    @property
    def when(self) -> Conditions:
        if self.line and "harm" not in self.fields:
            return self.line.rule.when
        return Conditions.read({name: self.cleaned_data[name] for name in NAMED if self.cleaned_data[name]})

    def rule(self, code: str) -> Rule | None:
        """As it would be; None: switched off."""
        return None if self.cleaned_data["off"] else Rule(code, self.cleaned_data["level"], self.when)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.line and not self.errors and not self.when.named():
            raise forms.ValidationError(_("A rule without a condition would fire for every case."))
        return data


def names_of(line: Line) -> dict[str, str]:
    """In both languages: the row's, or the catalogue's."""
    if line.row:
        return {"name_en": line.row.name_en or "", "name_ur": line.row.name_ur or ""}
    found = {}
    for language in ("en", "ur"):
        with translation.override(language):
            found[f"name_{language}"] = str(RULE_NAMES[line.rule.code])
    return found
