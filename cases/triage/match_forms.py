"""What is typed about a match: that two pictures are not the same, a question to another unit, and its answer."""
from django import forms
from django.utils.translation import gettext_lazy as _

from cases.hashing.models import Match
from cases.triage.models import Question
from cases.triage.wall_forms import Plain, reason_field


class UndoForm(Plain):
    why = forms.ChoiceField(label=_("Why they are not the same"), choices=Match.Why.choices, widget=forms.RadioSelect,
                            error_messages={"required": _("Choose why.")})
    note = forms.CharField(label=_("What you found"), required=False, max_length=2_000,
                           help_text=_("If more is to be said: sealed as a staff note of this case."),
                           widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}))


class AsideForm(Plain):
    why = forms.ChoiceField(label=_("Why the report is set aside"), widget=forms.RadioSelect,
                            choices=[(why.value, why.label) for why in (Match.Why.MADE_UP, Match.Why.TRIAL)],
                            error_messages={"required": _("Choose why.")})


class AskForm(Plain):
    reason = reason_field(_("What you want to know, and why"), _("Sealed to the other unit: nobody else reads it, not even you "
                                                                 "afterwards."))


class AnswerForm(Plain):
    answer = forms.ChoiceField(label=_("What do you answer?"), choices=Question.Answer.choices, widget=forms.RadioSelect,
                               error_messages={"required": _("Choose an answer.")})
