"""What is asked at the desk beside the report's own questions (cases.intake.forms), and how the two make one page."""
from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.http import QueryDict
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from cases.intake.elsewhere import Elsewhere
from cases.intake.forms import StepForm, WhatForm
from cases.intake.state import Draft
from cases.intake.steps import STEPS, Walk, shown, typed, walk
from cases.statistics.words import REASON_NAMES, SENT_NAMES, Reason, SentTo
from cases.workflow import Source

TYPED = [(source.value, source.label) for source in (Source.PHONE, Source.WALK_IN, Source.LETTER)]
ASKED = [step for step in STEPS if step.name != "pictures"]      # fingerprints are made on the phone that has the pictures
SUGGESTED = {                                                     # by what the report's own second question says is not ours
    Elsewhere.SPEECH: (Reason.SPEECH, SentTo.PTA), Elsewhere.EXTREMISM: (Reason.EXTREMISM, SentTo.POLICE),
    Elsewhere.MONEY: (Reason.MONEY, SentTo.NCCIA), Elsewhere.DEVICE: (Reason.DEVICE, SentTo.PTA),
    Elsewhere.OFFLINE: (Reason.OFFLINE, SentTo.POLICE)}


class ArrivalForm(forms.Form):
    """How it came, in which language the receipt is, and that the text was read aloud."""
    source = forms.ChoiceField(label=_("How did it come?"), choices=TYPED, widget=forms.RadioSelect, initial=Source.PHONE.value,
                               error_messages={"required": _("Say how it came.")})
    language = forms.ChoiceField(label=_("Which language does the person read?"), choices=settings.LANGUAGES,
                                 widget=forms.RadioSelect, error_messages={"required": _("Choose a language.")},
                                 help_text=_("The receipt and our answers are in it."))
    heard = forms.BooleanField(label=_("I read the text aloud, word for word, and the person said yes"), required=False)
    use_required_attribute = False

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("source") and data["source"] != Source.LETTER and not data.get("heard"):
            self.add_error("heard", _("Read the text aloud first. Without a yes nothing is sent."))
        return data

    @property
    def came(self) -> Source:
        return Source(self.cleaned_data["source"])


class NotOursForm(forms.Form):
    """A call that is another body's matter. Choices alone: there is nothing to type, so nothing of the caller can be kept."""
    came = forms.ChoiceField(label=_("How did it come?"), choices=TYPED, initial=Source.PHONE.value)
    reason = forms.ChoiceField(label=_("What was it?"), choices=[("", _("Choose")), *REASON_NAMES.items()],
                               error_messages={"required": _("Choose what it was.")})
    sent_to = forms.ChoiceField(label=_("Where did you send them?"), choices=[("", _("Choose")), *SENT_NAMES.items()],
                                error_messages={"required": _("Choose where you sent them.")})
    use_required_attribute = False


@dataclass
class Sheet:
    """The whole page: the arrival, then the report's steps, each a form that has learnt what those before it tell."""
    draft: Draft
    arrival: ArrivalForm
    walked: Walk
    forms: dict[str, StepForm]

    @property
    def steps(self) -> list[tuple[Any, StepForm]]:
        return [(step, self.forms[step.name]) for step in ASKED]

    @property
    def all_forms(self) -> list[forms.Form]:
        return [self.arrival, *self.forms.values()]

    @property
    def complete(self) -> bool:
        return self.arrival.is_valid() and self.walked.unfinished is None

    @property
    def elsewhere(self) -> NotOursForm | None:
        """It is not ours, by its own second answer: how to count it."""
        what = self.walked.forms.get("what")
        if not isinstance(what, WhatForm) or not what.is_valid() or what.elsewhere is None:
            return None
        reason, sent_to = SUGGESTED[what.elsewhere]
        return NotOursForm(initial={"came": self.arrival["source"].value(), "reason": reason.value, "sent_to": sent_to.value})


def blank(language: str) -> Sheet:
    walked = walk(Draft())
    forms_of = {step.name: shown(step, walked.known, None) for step in ASKED}
    return Sheet(Draft(), ArrivalForm(initial={"language": language}, auto_id="arrival_%s"), walked, at_desk(forms_of))


def read(posted: QueryDict, draft: Draft) -> Sheet:
    """What was typed; every form is bound, so that all that is missing is said at once."""
    draft.answers = {"pictures": {}}
    for step in STEPS:
        walked = walk(draft)
        if step.name != "pictures":
            draft.answers[step.name] = typed(step, walked.before.get(step.name, walked.known), MultiValueDict(posted))
    walked = walk(draft)
    return Sheet(draft, ArrivalForm(posted, auto_id="arrival_%s"), walked,
                 at_desk({step.name: walked.forms[step.name] for step in ASKED}))


def at_desk(found: dict[str, StepForm]) -> dict[str, StepForm]:
    """Words that mean something else when a member types them for another."""
    assent = found["consent"].fields["assent"]
    assent.label, assent.help_text = _("If yes: the words in which the person agreed"), _("As they said them. They stay sealed.")
    contact = found["consent"].fields["contact"]
    contact.choices = [("none", _("No, they will look themselves")), *contact.choices[1:]]     # type: ignore[attr-defined]
    return found
