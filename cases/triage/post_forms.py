"""What staff make of what came back."""
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.escalation.models import Answer, Escalation
from cases.escalation.services import NEXT

State = Escalation.State
NOTHING = "nothing"
NEED_A_REASON = {State.REFUSED, State.NEEDS_MORE}


def possible(one: Escalation) -> list[State]:
    """The answers that can be typed in now. Silence is the clock's to find."""
    answers = NEXT[State(one.state)] - {State.REQUESTED, State.SENT, State.FAILED, State.NO_ANSWER, State.RETURNED}
    return [state for state in State if state in answers]


class AnswerForm(forms.Form):
    """What the platform said. `mails`: which mails this is about."""
    outcome = forms.ChoiceField(label=_("What did the platform answer?"), widget=forms.RadioSelect)
    reason = forms.ChoiceField(label=_("Why, or what do they ask for?"), required=False,
                               help_text=_("Needed if they refuse or ask for more."))

    def __init__(self, one: Escalation, data: Any = None, *, mails: list[Answer] | None = None) -> None:
        super().__init__(data, label_suffix="")
        choices = [(state.value, state.label) for state in possible(one)]
        if mails:
            choices.append((NOTHING, _("The mail says nothing that changes anything")))
        self.fields["outcome"].choices = choices                          # type: ignore[attr-defined]
        self.fields["reason"].choices = [("", "–"), *Answer.Reason.choices]     # type: ignore[attr-defined]
        self.mails = [mail.pk for mail in mails or []]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("outcome") in NEED_A_REASON and not data.get("reason"):
            self.add_error("reason", _("Choose why they refuse, or what they ask for."))
        return data
