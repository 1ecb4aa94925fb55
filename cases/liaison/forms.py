"""What a body's people fill in, and what staff do about bodies."""
from typing import Any

from django import forms
from django.utils.translation import gettext as _, gettext_lazy

from cases.coordination.models import MOST_TYPED, Body, Shown
from cases.coordination.selectors import answers_to
from cases.coordination.threads import without_cases
from cases.escalation.models import Answer, Authority, Escalation, Platform

NEED_A_REASON = {Escalation.State.REFUSED, Escalation.State.NEEDS_MORE}


class AnswerForm(forms.Form):
    outcome = forms.ChoiceField(label=gettext_lazy("Your answer"), widget=forms.RadioSelect)
    reason = forms.ChoiceField(label=gettext_lazy("Why, or what do you need?"), required=False,
                               help_text=gettext_lazy("Needed if you refuse or ask for more."))

    def __init__(self, shown: Shown, data: Any = None) -> None:
        super().__init__(data, label_suffix="")
        choices = [(state.value, state.label) for state in answers_to(shown)]
        self.fields["outcome"].choices = choices                                # type: ignore[attr-defined]   # a choice field's
        self.fields["reason"].choices = [("", "–"), *Answer.Reason.choices]     # type: ignore[attr-defined]   # a choice field's
        if shown.referral_id:
            del self.fields["reason"]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if "reason" in self.fields and data.get("outcome") in NEED_A_REASON and not data.get("reason"):
            self.add_error("reason", _("Choose why you refuse, or what you need."))
        return data


class PostForm(forms.Form):
    text = forms.CharField(label=gettext_lazy("Write to the other side"), max_length=MOST_TYPED,
                           help_text=gettext_lazy("About rules and how we work together. Never about a case: no number, no name, "
                                                  "no link to what somebody published."),
                           widget=forms.Textarea(attrs={"rows": 5, "dir": "auto"}))

    def clean_text(self) -> str:
        return without_cases(self.cleaned_data["text"].strip())


class BodyForm(forms.ModelForm):                # type: ignore[type-arg]   # not subscriptable at run time
    """A body for one platform or one authority of the registry, or for none of either."""

    class Meta:
        model = Body
        fields = ("name_en", "name_ur", "slug", "kind", "platform", "authority")
        labels = {"name_en": gettext_lazy("Name in English"), "name_ur": gettext_lazy("Name in Urdu"),
                  "slug": gettext_lazy("Short name, of small letters and hyphens"), "kind": gettext_lazy("What it is"),
                  "platform": gettext_lazy("Platform of the registry"), "authority": gettext_lazy("Authority of the registry")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self.fields["platform"].queryset = Platform.objects.filter(retired_at=None)         # type: ignore[attr-defined]   # a choice's
        self.fields["authority"].queryset = Authority.objects.filter(retired_at=None)       # type: ignore[attr-defined]   # a choice's
        for name in ("name_en", "name_ur"):
            self.fields[name].required = True

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("kind") == Body.Kind.PLATFORM and data.get("authority"):
            self.add_error("authority", _("A platform is no authority: choose one of the two."))
        if data.get("kind") == Body.Kind.AUTHORITY and data.get("platform"):
            self.add_error("platform", _("An authority is no platform: choose one of the two."))
        return data
