"""Choosing a way to a platform, and what staff type on the way to a notice."""
import re
from dataclasses import dataclass
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.escalation import notices
from cases.escalation.models import Channel, Escalation
from cases.escalation.notices import MAX_LINKS, Missing, Notice
from cases.hashing.models import MediaHash
from cases.hashing.services import Refusal, refusal
from cases.models import Case, Consent
from cases.priority import Harm
from cases.selectors import agrees

REFERENCE = re.compile(r"MZ-[2-9A-HJ-NP-TV-Z]{10}")
MISSING_NAMES = {
    Missing.LOCATION: _("Say where the content is: a link, an account name or a fingerprint."),
    Missing.REASONS: _("Say what the content is and why it must go."),
    Missing.SIGNATURE: _("A notice must be signed: write who signs for the office."),
    Missing.FINGERPRINT: _("A fingerprint stands in the words. Take it out: fingerprints leave by the tick box only, or not at "
                           "all."),
    Missing.ACCUSATION: _("Do not quote the accusation: a notice may be passed on, and repeating it endangers the reporter."),
}
REFUSAL_NAMES = {
    Refusal.CHILD: _("A person under 18 is affected: fingerprints of children are never sent to platforms by this portal."),
    Refusal.CHILD_MATCH: _("The same picture was reported in a child's case: its fingerprint is never sent to platforms by this "
                           "portal."),
    Refusal.SET_ASIDE: _("This report was set aside: its pictures go on no list."),
    Refusal.AGE_UNKNOWN: _("We do not know that the person is an adult: ask before sharing fingerprints."),
    Refusal.CONSENT: _("The reporter has not agreed that fingerprints are shared. Write and ask first."),
    Refusal.NOT_INTIMATE: _("The list that platforms pull is for intimate pictures only. Ask for removal by link instead."),
}
CONSENT_NAMES = {
    Consent.Act.ASK_PLATFORM: _("The reporter has not agreed that we ask a platform in the ministry's name. Write and ask "
                                "first."),
    Consent.Act.SHARE_HASHES: _("The reporter has not agreed that fingerprints are shared. Write and ask first."),
}


@dataclass(frozen=True)
class Way:
    """A channel, and whether it is meant for this harm and a platform that was named."""
    channel: Channel
    named: bool
    meant: bool


def ways(case: Case) -> list[Way]:
    """Every channel, those of named platforms that are meant for this harm first."""
    found = [Way(channel, channel.platform.slug in case.platforms, case.harm in channel.harms)
             for channel in Channel.objects.select_related("platform").order_by("platform__order", "kind", "pk")
             if not channel.harms or case.harm in channel.harms]
    return sorted(found, key=lambda way: (not way.named, not way.meant, way.channel.platform.order))


def hash_refusal(case: Case) -> str:
    """Why fingerprints cannot go along, in words; empty when they can."""
    if reason := refusal(case):
        return str(REFUSAL_NAMES[reason])
    if not agrees(case, Consent.Act.SHARE_HASHES):
        return str(CONSENT_NAMES[Consent.Act.SHARE_HASHES])
    return ""


def values(case: Case) -> tuple[str, ...]:
    rows = MediaHash.objects.filter(case=case).order_by("number").values_list("pdq", "md5")
    return tuple(dict.fromkeys(pdq or md5 for pdq, md5 in rows))


class NoticeForm(forms.Form):
    """The parts of a notice that a caseworker may word. The rest follows from the case."""
    reference = forms.RegexField(REFERENCE, widget=forms.HiddenInput)
    links = forms.CharField(label=_("Where the content is"), required=False, max_length=20_000,
                            help_text=_("One link or account name on each line."),
                            widget=forms.Textarea(attrs={"rows": 4, "dir": "ltr", "spellcheck": "false"}))
    hashes = forms.BooleanField(label=_("Put the fingerprints on the list that platforms pull, and into the notice"),
                                required=False)
    reasons = forms.CharField(label=_("What it is and why it must go"), max_length=4_000,
                              help_text=_("No names. Do not describe more than is needed."),
                              widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}))
    policy = forms.CharField(label=_("The platform's own rule"), required=False, max_length=300,
                             widget=forms.TextInput(attrs={"dir": "auto"}))
    law = forms.CharField(label=_("Law"), required=False, max_length=200, widget=forms.TextInput(attrs={"dir": "ltr"}))
    signature = forms.CharField(label=_("Signed by"), max_length=120, widget=forms.TextInput(attrs={"dir": "auto"}))

    def __init__(self, case: Case, data: Any = None, **kwargs: Any) -> None:
        self.case = case
        self.no_hashes = hash_refusal(case) or ("" if values(case) else str(_("There are no fingerprints in this case.")))
        super().__init__(data, label_suffix="", **kwargs)
        if self.no_hashes:
            self.fields["hashes"].disabled = True
            self.fields["hashes"].initial = self.initial["hashes"] = False

    def clean_links(self) -> tuple[str, ...]:
        links = tuple(line.strip() for line in self.cleaned_data["links"].splitlines() if line.strip())
        if len(links) > MAX_LINKS:
            raise forms.ValidationError(_("At most %(n)d links in one notice: send another for the rest.") % {"n": MAX_LINKS})
        return links

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors:
            fields = {Missing.LOCATION: "links", Missing.REASONS: "reasons", Missing.SIGNATURE: "signature",
                      Missing.ACCUSATION: "reasons"}
            for lack in notices.missing(self.notice, Harm(self.case.harm)):
                self.add_error(fields[lack], MISSING_NAMES[lack])
        return data

    @property
    def notice(self) -> Notice:
        """What would be sent."""
        data = self.cleaned_data
        return Notice(reference=data["reference"], links=data["links"], hashes=values(self.case) if data["hashes"] else (),
                      reasons=data["reasons"], policy=data["policy"], law=data["law"], child=self.case.child,
                      signature=data["signature"])


class FilledForm(forms.Form):
    """The platform's web form was filled in."""
    their_reference = forms.CharField(label=_("The reference that the platform's form gave"), required=False, max_length=120,
                                      help_text=_("Leave empty if it gave none."),
                                      widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}))


class AnswerForm(forms.Form):
    """What the platform said."""
    outcome = forms.ChoiceField(label=_("What did the platform answer?"), widget=forms.RadioSelect)

    def __init__(self, possible: list[Escalation.State], data: Any = None) -> None:
        super().__init__(data, label_suffix="")
        self.fields["outcome"].choices = [(state.value, state.label) for state in possible]     # type: ignore[attr-defined]
