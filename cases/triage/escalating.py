"""Choosing a way to a platform, and what staff type on the way to a notice."""
import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from cases.coordination.models import Body
from cases.escalation import composing, following, notices
from cases.escalation.channels import xarf
from cases.escalation.models import Channel, Element, Escalation, LegalBasis, Step
from cases.escalation.notices import MAX_LINKS, Missing, Notice
from cases.hashing.models import MediaHash
from cases.hashing.services import Refusal, refusal
from cases.models import Case, Consent
from cases.priority import Harm
from cases.selectors import agrees

LANGUAGE = "en"                 # platforms read English
REFERENCE = re.compile(r"MZ-[2-9A-HJ-NP-TV-Z]{10}")
MISSING_NAMES = {
    Missing.LOCATION: _("Say where the content is: a link, an account name or a fingerprint."),
    Missing.REASONS: _("Say what the content is and why it must go."),
    Missing.SIGNATURE: _("A notice must be signed: write who signs for the office."),
    Missing.FINGERPRINT: _("A fingerprint stands in the words. Take it out: fingerprints leave by the tick box only, or not at "
                           "all."),
    Missing.ASKED: _("The way that it takes, or the law that it stands on, asks for something that the notice lacks."),
    Missing.ACCUSATION: _("Do not quote the accusation: a notice may be passed on, and repeating it endangers the reporter."),
}
REFUSAL_NAMES = {
    Refusal.CHILD: _("A person under 18 is affected: fingerprints of children are never sent to platforms by this portal."),
    Refusal.CHILD_MATCH: _("The same picture was reported in a child's case: its fingerprint is never sent to platforms by this "
                           "portal."),
    Refusal.SET_ASIDE: _("This report was set aside: its pictures go on no list."),
    Refusal.PRACTICE: _("This case is made up, for practice: nothing of it goes to anybody."),
    Refusal.AGE_UNKNOWN: _("We do not know that the person is an adult: ask before sharing fingerprints."),
    Refusal.CONSENT: _("The reporter has not agreed that fingerprints are shared. Write and ask first."),
    Refusal.NOT_INTIMATE: _("The list that platforms pull is for intimate pictures only. Ask for removal by link instead."),
}
CONSENT_NAMES = {
    Consent.Act.ASK_PLATFORM: _("The reporter has not agreed that we ask a platform in the ministry's name. Write and ask "
                                "first."),
    Consent.Act.SHARE_HASHES: _("The reporter has not agreed that fingerprints are shared. Write and ask first."),
}
NEVER = "never"
FIELD_OF = {Element.LOCATION: "links", Element.REASONS: "reasons", Element.LAW: "law", Element.SIGNATURE: "signature"}
NO_REPORT = _("This host reads reports by machine: it needs a web address, and its format has no word for this harm unless it is "
              "about intimate pictures, personal data or children. Choose another way.")
DISCLOSED = {
    "request": _("That the ministry asks them to remove this"), "places": _("Links and account names"),
    "fingerprints": _("Fingerprints of pictures"), "child": _("That a person under 18 is affected"),
    "forwarded": _("They may pass the notice on to others"), "names": _("Names or accounts that this case knows"),
    "story": _("What the reporter told, and who does it"), "reach": _("How the reporter can be reached"),
}


@dataclass(frozen=True)
class Way:
    """A channel, and whether it is meant for this harm and a platform that was named."""
    channel: Channel
    named: bool
    meant: bool


def ways(case: Case) -> list[Way]:
    """Every channel (a desk here only where there is one), those of named platforms that are meant for this harm first."""
    here = Body.objects.filter(retired_at=None, platform__isnull=False).values("platform")
    offered = Channel.objects.filter(~Q(kind=Channel.Kind.PARTNER) | Q(platform__in=here), retired_at=None,
                                     platform__retired_at=None).select_related("platform")
    found = [Way(channel, channel.platform.slug in case.platforms, case.harm in channel.harms)
             for channel in offered.order_by("platform__order", "kind", "pk")
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


@dataclass(frozen=True)
class Known:
    """Who and what of a case has no place in the words of a notice, opened for the member who writes it."""
    people: tuple[str, ...] = field(default=(), repr=False)
    accounts: tuple[str, ...] = field(default=(), repr=False)


@dataclass(frozen=True)
class Follows:
    """The earlier notice that a new one follows. `step`: as what; empty, where it goes says it."""
    earlier: Escalation
    step: str = ""

    @property
    def named(self) -> str:
        return str(Step(self.step).label) if self.step else ""

    def to(self, channel: Channel) -> Step:
        return Step(self.step) if self.step else following.step_to(channel.platform, self.earlier)


class NoticeForm(forms.Form):
    """The parts of a notice that a caseworker may word; the rest follows from the case. For several channels at once all parts
    are the same but the reference and the platform's own rule, which have the channel's number in their names after the first."""
    reference = forms.RegexField(REFERENCE, widget=forms.HiddenInput)
    links = forms.CharField(label=_("Where the content is"), required=False, max_length=20_000,
                            help_text=_("One link or account name on each line."),
                            widget=forms.Textarea(attrs={"rows": 4, "dir": "ltr", "spellcheck": "false"}))
    hashes = forms.BooleanField(label=_("Put the fingerprints on the list that platforms pull, and into the notice"),
                                required=False)
    reasons = forms.CharField(label=_("What it is and why it must go"), max_length=4_000,
                              help_text=_("No names. Do not describe more than is needed."),
                              widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}))
    names_stay = forms.BooleanField(label=_("I have looked: the name or account has to stand there"), required=False)
    policy = forms.CharField(label=_("The platform's own rule"), required=False, max_length=300,
                             widget=forms.TextInput(attrs={"dir": "auto"}))
    basis = forms.ModelChoiceField(LegalBasis.objects.none(), label=_("What the notice stands on"), required=False,
                                   empty_label=_("Nothing more"),
                                   help_text=_("The platform's own rule comes first in any case. What is cited is added to "
                                               "the law."))
    law = forms.CharField(label=_("Law"), required=False, max_length=200, widget=forms.TextInput(attrs={"dir": "ltr"}))
    signature = forms.CharField(label=_("Signed by"), max_length=120, widget=forms.TextInput(attrs={"dir": "auto"}))

    def __init__(self, case: Case, channels: Sequence[Channel], data: Any = None, *, known: Known | None = None,
                 follows: Follows | None = None, **kwargs: Any) -> None:
        self.case, self.channels, self.known, self.found = case, list(channels), known or Known(), list[str]()
        self.follows = follows
        self.grounds = {channel: composing.grounds(channel.platform, case) for channel in self.channels}
        self.no_hashes = hash_refusal(case) or ("" if values(case) else str(_("There are no fingerprints in this case.")))
        super().__init__(data, label_suffix="", **kwargs)
        self.fields["basis"].queryset = LegalBasis.objects.filter(                                # type: ignore[attr-defined]
            pk__in={basis.pk for found in self.grounds.values() for basis in found}).order_by("order", "slug")
        for channel in self.channels[1:]:
            self.fields[f"reference_{channel.pk}"] = forms.RegexField(REFERENCE, widget=forms.HiddenInput)
            self.fields[f"policy_{channel.pk}"] = forms.CharField(
                label=format_lazy(_("The own rule of {platform}"), platform=str(channel.platform)), required=False,
                max_length=300, widget=forms.TextInput(attrs={"dir": "auto"}))
        if self.no_hashes:
            self.fields["hashes"].disabled = True
            self.fields["hashes"].initial = self.initial["hashes"] = False

    def name_of(self, part: str, channel: Channel) -> str:
        return part if channel == self.channels[0] else f"{part}_{channel.pk}"

    def clean_links(self) -> tuple[str, ...]:
        links = lines_of(self.cleaned_data["links"])
        if len(links) > MAX_LINKS:
            raise forms.ValidationError(_("At most %(n)d links in one notice: send another for the rest.") % {"n": MAX_LINKS})
        return links

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors:
            fields = {Missing.LOCATION: "links", Missing.REASONS: "reasons", Missing.SIGNATURE: "signature",
                      Missing.ACCUSATION: "reasons"}
            notice = self.notice
            for lack in notices.missing(notice, Harm(self.case.harm)):
                self.add_error(fields[lack], MISSING_NAMES[lack])
            if not reportable(notice) and any(channel.kind == Channel.Kind.XARF for channel in self.channels):
                self.add_error("links", NO_REPORT)
            self.found = composing.named(notice, self.known.people, self.known.accounts)
            if self.found and not data["names_stay"]:
                self.add_error("names_stay", _("A name or an account that this case knows stands in the notice. Take it out: a "
                                               "notice may be passed on."))
            if "send" in self.data:
                self.insist()
        return data

    def insist(self) -> None:
        """What the way or the ground asks for and the notice can have must be there before it leaves."""
        for place, said in self.lacks().items():
            if place != NEVER and place not in self.errors:
                self.add_error(place, _("%(asked)s. Without it they may let the notice lie: add it before you send.") % {
                    "asked": " · ".join(said)})

    # --- what would be sent -------------------------------------------------------------------------------------------
    @property
    def notice(self) -> Notice:
        """To the first channel."""
        return self.notice_to(self.channels[0])

    def notice_to(self, channel: Channel) -> Notice:
        data, basis, follows = self.cleaned_data, self.basis_of(channel), self.follows
        return Notice(reference=data[self.name_of("reference", channel)], links=data["links"],
                      hashes=values(self.case) if data["hashes"] else (), reasons=data["reasons"],
                      policy=data[self.name_of("policy", channel)], law=composing.cited(data["law"], basis),
                      child=self.case.child, signature=data["signature"], harm=self.case.harm,
                      hours=following.hours(basis, child=self.case.child),
                      earlier=following.named(follows.earlier, follows.to(channel), LANGUAGE) if follows else None)

    def basis_of(self, channel: Channel) -> LegalBasis | None:
        """The chosen one, where this platform is bound by it."""
        chosen: LegalBasis | None = self.cleaned_data.get("basis")
        return chosen if chosen in self.grounds[channel] else None

    # --- what is missing, beside the field it belongs to --------------------------------------------------------------
    def lacks(self) -> dict[str, list[str]]:
        """Field → who asks for what it lacks now; under NEVER what no notice of ours has."""
        found: dict[str, list[str]] = {}
        for channel in self.channels:
            stands_on = [each for each in self.grounds[channel] if not each.citation or str(each.pk) == self.raw("basis")]
            basis = next((each for each in stands_on if each.citation), None)
            for element in composing.lacking(self.sketch(channel, basis), composing.asked_for(channel, stands_on)):
                place = self.name_of("policy", channel) if element == Element.POLICY else FIELD_OF.get(element, NEVER)
                found.setdefault(place, []).append(_("%(platform)s asks for: %(element)s") % {
                    "platform": channel.platform, "element": element.label})
        return found

    def hints(self) -> dict[str, list[str]]:
        """The same before it is an error."""
        return {place: said for place, said in self.lacks().items() if place not in self.errors}

    def sketch(self, channel: Channel, basis: LegalBasis | None) -> Notice:
        """As it stands in the form now, right or wrong."""
        hashes = values(self.case) if self.raw("hashes") == "True" else ()
        return Notice(reference="", links=lines_of(self.raw("links")), hashes=hashes, reasons=self.raw("reasons"),
                      policy=self.raw(self.name_of("policy", channel)), law=composing.cited(self.raw("law"), basis),
                      child=self.case.child, signature=self.raw("signature"))

    def raw(self, name: str) -> str:
        value = self[name].value()
        return "" if value is None else str(value)


def lines_of(text: str) -> tuple[str, ...]:
    return tuple(line.strip() for line in text.splitlines() if line.strip())


def reportable(notice: Notice) -> bool:
    return xarf.has_word(notice.harm, child=notice.child) and bool(xarf.web_addresses(notice))


class FilledForm(forms.Form):
    """The platform's web form was filled in."""
    their_reference = forms.CharField(label=_("The reference that the platform's form gave"), required=False, max_length=120,
                                      help_text=_("Leave empty if it gave none."),
                                      widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off"}))
