"""What staff type around templates: their words, and what goes into their blanks."""
from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.translation import gettext_lazy as _, override

from cases.escalation.models import Escalation, Platform
from cases.models import HARM_NAMES, Case, choices
from cases.public_words import day
from cases.triage.authoring import Wording
from cases.triage.blanks import BLANK_NAMES, Blank, Fault, Malformed, blanks_in, passages
from cases.triage.facts import Facts, facts_of
from cases.triage.models import Reply
from cases.triage.offering import choosable, named, written
from cases.workflow import Status

FAULTS = {
    Fault.UNKNOWN: _("Nothing fills %(at)s. These are known: %(known)s."),
    Fault.BRACKETS: _("Passages that may be left out begin with [[ and end with ]], and do not lie in one another."),
}
Names = Mapping[str, Mapping[str, str]]         # of platforms: language → slug → name
ENGLISH, URDU = {"dir": "ltr", "lang": "en"}, {"dir": "rtl", "lang": "ur"}
KNOWN = " ".join(f"{{{blank.value}}}" for blank in Blank)


class Text(forms.CharField):
    """A template's words in one language."""

    def clean(self, value: Any) -> str:
        text = str(super().clean(value)).replace("\r\n", "\n").strip()
        try:
            list(passages(text))
        except Malformed as error:
            raise ValidationError(FAULTS[error.fault], code=error.fault.value, params={"at": error.at, "known": KNOWN}) from error
        return text


class ReplyForm(forms.Form):
    """Both languages, with the same blanks: a reporter who reads Urdu must not miss the date that the English words hold."""
    name_en = forms.CharField(label=_("Name in English"), max_length=80, widget=forms.TextInput(ENGLISH))
    name_ur = forms.CharField(label=_("Name in Urdu"), max_length=80, widget=forms.TextInput(URDU))
    text_en = Text(label=_("Text in English"), max_length=4000, widget=forms.Textarea(ENGLISH | {"rows": 6}))
    text_ur = Text(label=_("Text in Urdu"), max_length=4000, widget=forms.Textarea(URDU | {"rows": 6}))
    harms = forms.MultipleChoiceField(label=_("Meant for"), required=False, choices=choices(HARM_NAMES),
                                      help_text=_("Offered first in cases of these kinds. None: for any."),
                                      widget=forms.CheckboxSelectMultiple)
    statuses = forms.MultipleChoiceField(label=_("While the case is"), required=False, choices=Status.choices,
                                         widget=forms.CheckboxSelectMultiple)

    def __init__(self, data: Any = None, *, reply: Reply | None = None) -> None:
        self.reply = reply
        names = ("name_en", "name_ur", "text_en", "text_ur", "harms", "statuses")
        super().__init__(data, label_suffix="", initial={name: getattr(reply, name) for name in names} if reply else {})

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "text_en" in data and "text_ur" in data:
            english, urdu = set(blanks_in(data["text_en"])), set(blanks_in(data["text_ur"]))
            for name, lacks in (("text_ur", english - urdu), ("text_en", urdu - english)):
                if lacks:
                    self.add_error(name, _("The other language also tells %(blanks)s.") % {"blanks": named(sorted(lacks))})
        return data

    @property
    def wording(self) -> Wording:
        return Wording(**{name: tuple(value) if isinstance(value, list) else value for name, value in self.cleaned_data.items()})


class FactsForm(forms.Form):
    """What goes into the blanks of one template, and which passages stay. Only what this template holds is asked."""
    platform = forms.ModelChoiceField(label=_("Platform"), queryset=Platform.objects.all(), to_field_name="slug", required=False,
                                      empty_label=_("Choose a platform"))
    next_check = forms.DateTimeField(label=_("Next check"), required=False,
                                     widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"))
    reference = forms.ChoiceField(label=_("Reference of a notice"), required=False)
    passage = forms.TypedMultipleChoiceField(label=_("Passages that may be left out"), required=False, coerce=int,
                                             widget=forms.CheckboxSelectMultiple)

    def __init__(self, case: Case, reply: Reply, escalations: list[Escalation], names: Names, data: Any = None) -> None:
        super().__init__(data, label_suffix="", prefix="fact")
        self.case, self.reply, self.escalations, self.names = case, reply, escalations, names
        theirs, stretches = written(reply, case.language), choosable(reply, case.language)
        self.known = self.facts(case.language)
        held = set(blanks_in(theirs))
        for blank in (Blank.PLATFORM, Blank.NEXT_CHECK, Blank.REFERENCE):
            if blank not in held:
                del self.fields[blank.value]
        self._offer(stretches)

    def _offer(self, stretches: list[Any]) -> None:
        newest = self.escalations[-1] if self.escalations else None
        if "platform" in self.fields:
            one = self.case.platforms[0] if len(self.case.platforms) == 1 else None
            self.initial["platform"] = newest.platform.slug if newest else one
        if "next_check" in self.fields and self.case.status == Status.WAITING_OUTSIDE:
            self.initial["next_check"] = self.case.due_at
        if "reference" in self.fields:
            self.fields["reference"].choices = [        # type: ignore[attr-defined]   # a choice field's
                ("", _("None")), *((row.reference, f"{row.reference} · {row.platform}") for row in reversed(self.escalations))]
            self.initial["reference"] = newest.reference if newest else ""
        if not stretches:
            del self.fields["passage"]
            return
        self.fields["passage"].choices = [              # type: ignore[attr-defined]   # a choice field's
            (str(each.number), each.text.strip()) for each in stretches]
        known = {blank for blank, value in self.known.items() if value}
        self.initial["passage"] = [str(each.number) for each in stretches if set(each.blanks) <= known]

    def clean_next_check(self) -> Any:
        moment = self.cleaned_data["next_check"]
        if moment and moment <= timezone.now():
            raise ValidationError(_("This time has passed."))
        return moment

    def facts(self, language: str) -> Facts:
        """As chosen, in that language; before anything was chosen, as known."""
        known = dict(facts_of(self.case, language, escalations=self.escalations, platforms=self.names.get(language)))
        chosen = getattr(self, "cleaned_data", None)
        if chosen is None:
            return known
        with override(language):
            words = {"platform": str, "next_check": day, "reference": str}
            told = {Blank(name): say(chosen[name]) if chosen[name] else "" for name, say in words.items() if name in chosen}
        return known | told

    @property
    def keep(self) -> list[int] | None:
        """The passages that stay; None before anybody chose."""
        return self.cleaned_data.get("passage", []) if hasattr(self, "cleaned_data") else None

    def complain(self, missing: tuple[Blank, ...]) -> None:
        """Beside the field of each blank that nothing fills."""
        for blank in missing:
            words = _("This template says %(blank)s: choose it, or leave the passage out.") % {"blank": BLANK_NAMES[blank]}
            self.add_error(blank.value if blank.value in self.fields else None, words)
