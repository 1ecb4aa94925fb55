"""The inbox's questions. All lie in one HTML form, so whichever button is pressed, nothing typed elsewhere is lost."""
from collections.abc import Mapping
from copy import deepcopy
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from cases.intake.fields import PRIVATE, Words
from cases.intake.forms import ConsentForm, consent_field
from cases.models import Consent
from cases.vault.receipt import CodeMalformed, normalise

MESSAGE, ASSENT = "message", "assent"
TYPED = (MESSAGE, ASSENT, *Consent.Act.values)          # every field an inbox page may carry besides its visit


class CodeForm(forms.Form):
    """Twenty digits in any of our scripts; spaces, hyphens and invisible marks do not matter."""
    code = forms.CharField(label=_("Your receipt code"), help_text=_("20 digits. Spaces and hyphens do not matter."),
                           widget=forms.TextInput(PRIVATE | {"inputmode": "numeric", "dir": "ltr"}),
                           error_messages={"required": _("Type your receipt code.")})
    use_required_attribute = False

    def clean_code(self) -> str:
        typed = self.cleaned_data["code"]
        try:
            return normalise(typed)
        except CodeMalformed as error:
            found = sum(char.isdecimal() for char in typed)
            raise ValidationError(_("A receipt code has 20 digits; this has %(found)s. Other characters do not belong in it."),
                                  code="malformed", params={"found": found}) from error


class MessageForm(forms.Form):
    """`needed`: an empty message is a mistake."""
    message = Words(label=_("Write to us"), most=4000, rows=5,
                    help_text=_("Only you and the team that handles your report can read it. Do not send passwords."))
    use_required_attribute = False

    def __init__(self, *args: Any, needed: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields[MESSAGE].required = needed
        self.fields[MESSAGE].error_messages["required"] = _("Write something first.")


class AnswerForm(forms.Form):
    """One act of consent. A yes to being represented is given in the reporter's own words, again each time."""
    use_required_attribute = False

    def __init__(self, *args: Any, act: Consent.Act, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.act = act
        self.fields[act.value] = consent_field(act)
        self.fields[act.value].initial = None           # what was never asked has no answer yet
        if act == Consent.Act.ASK_PLATFORM:
            self.fields[ASSENT] = deepcopy(ConsentForm.base_fields[ASSENT])

    def clean(self) -> None:
        told = self.cleaned_data
        says_yes = told.get(self.act.value) == Consent.Answer.YES
        if ASSENT in self.fields and says_yes and not told.get(ASSENT) and ASSENT not in self.errors:
            self.add_error(ASSENT, _("Type “I agree”, or choose “Ask me first” above."))

    @property
    def answer(self) -> Consent.Answer:
        return Consent.Answer(self.cleaned_data[self.act.value])

    @property
    def assent(self) -> str:
        return str(self.cleaned_data.get(ASSENT, "")) if self.answer == Consent.Answer.YES else ""


def unsent(fields: Mapping[str, str]) -> dict[str, str]:
    """What a page carried that was not acted on yet: it goes on to the next page."""
    return {name: fields[name] for name in TYPED if fields.get(name)}
