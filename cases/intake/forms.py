"""The five steps as forms. Each learns what the earlier ones told, and asks no more than it must."""
from dataclasses import dataclass, replace
from typing import Any, ClassVar

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _, pgettext_lazy

from cases.escalation.models import Platform
from cases.evidence.selectors import takes_files
from cases.hashing.fingerprint import FingerprintRefused, parse_all
from cases.intake.elsewhere import NAMES as ELSEWHERE_NAMES, Elsewhere
from cases.intake.fields import PRIVATE, Age, Lines, Links, Words, ascii_digits, spans, visible
from cases.models import Consent
from cases.notifications.addresses import AddressMalformed, clean
from cases.notifications.models import Kind
from cases.priority import IMAGE_HARMS, AgeBand, Body, Danger, Facts, Harm, band
from cases.vault.receipt import GROUP

RELATIONS = [("me", pgettext_lazy("done to", "Me")), ("my_child", pgettext_lazy("done to", "My child")),
             ("someone_else", pgettext_lazy("done to", "Someone else"))]
DANGERS = [
    (Danger.LIFE.value, _("Someone may be hurt or killed")),
    (Danger.SELF_HARM.value, _("I, or the person, think of suicide or of hurting ourselves")),
    (Danger.ABUSE.value, _("Abuse or contact is going on, or a meeting is planned")),
    (Danger.TAKEN.value, _("A child is missing or was taken")),
    (Danger.DEADLINE.value, _("They want money or pictures by a certain time")),
]
HARMS = [
    (Harm.SEXTORTION.value, _("Someone threatens to share pictures or videos")),
    (Harm.INTIMATE_IMAGES.value, _("Intimate pictures or videos were shared without permission")),
    (Harm.DEEPFAKE.value, _("Pictures or videos were faked or altered, with AI for example")),
    (Harm.PRIVATE_IMAGES.value, _("Private pictures that are not nude: without dupatta or hijab, at home, with a man")),
    (Harm.GROOMING.value, _("An adult is drawing a child into something sexual")),
    (Harm.CHILD_IMAGERY.value, _("Sexual pictures of someone under 18")),
    (Harm.HONOUR_THREAT.value, _("Threats in the name of honour")),
    (Harm.BLASPHEMY_ACCUSATION.value, _("Someone falsely says that I insulted religion")),
    (Harm.OUTING.value, _("Something private is told to family or to the public")),
    (Harm.IMPERSONATION.value, _("A fake profile with my name or face")),
    (Harm.DOXXING.value, _("My address, number or papers were published")),
    (Harm.STALKING.value, _("Someone keeps following or messaging me")),
    (Harm.BULLYING.value, _("Insults, bullying or hateful messages")),
    (Harm.ACCOUNT_TAKEN.value, _("Someone took over my account")),
    (Harm.OTHER.value, _("Something else that is done to a person online")),
]
CONFLICTS = [
    ("", _("No, or I do not know")),
    (Body.MINISTRY.value, _("Yes, in this ministry")),
    (Body.POLICE.value, _("Yes, in the police")),
    (Body.CYBERCRIME.value, _("Yes, in the cyber crime agency (NCCIA)")),
    (Body.PTA.value, _("Yes, in the telecom authority (PTA)")),
]
WANTED = [
    ("remove", _("Take it off the internet")),
    ("stop", _("Make the person stop")),
    ("advice", _("Tell me what I can do")),
    ("record", _("Only keep a record for now")),
]
HOURS = [("9-12", _("9 to 12")), ("12-15", _("12 to 3")), ("15-18", _("3 to 6")), ("18-21", _("6 to 9 in the evening"))]
ANSWERS = [("yes", _("Yes")), ("ask_first", _("Ask me first")), ("no", _("No"))]
PICTURE_HARMS = IMAGE_HARMS | {Harm.PRIVATE_IMAGES, Harm.OUTING, Harm.HONOUR_THREAT, Harm.GROOMING, Harm.IMPERSONATION}
STOPNCII_HARMS = IMAGE_HARMS - {Harm.CHILD_IMAGERY}
LINES = {Body.MINISTRY: {"1099"}, Body.POLICE: {"15"}, Body.CYBERCRIME: {"1799"}}       # whose telephone rings there
NO_ANSWER = _("Choose one of the answers.")
NO_ASSENT = _("Type “I agree”, or choose “Ask me first” above.")
NO_CODE = _("Type the last four digits, so that we know you have the code.")
OTHER_CODE = _("These are not the last four digits. Look at the code again.")
MALFORMED = {Kind.SMS: _("Write a mobile number such as 0300 1234567."),
             Kind.EMAIL: _("Write an e-mail address such as name@example.com.")}


@dataclass(frozen=True)
class Known:
    """What the steps so far have told."""
    relation: str = ""
    age_now: AgeBand = AgeBand.UNKNOWN
    age_then: AgeBand = AgeBand.UNKNOWN
    dangers: frozenset[Danger] = frozenset()
    harm: Harm | None = None
    conflict: Body | None = None
    pictures: int = 0

    @property
    def facts(self) -> Facts:
        return Facts(self.harm or Harm.OTHER, self.age_now, self.age_then, self.dangers)

    @property
    def child(self) -> bool:
        return self.facts.child

    @property
    def take_it_down(self) -> bool:
        """Lead to NCMEC's page: pictures of somebody under 18, or perhaps so."""
        unsure = {self.age_now, self.age_then} == {AgeBand.UNKNOWN}
        return self.harm in IMAGE_HARMS | {Harm.GROOMING} and (self.child or unsure)

    @property
    def stopncii(self) -> bool:
        return self.harm in STOPNCII_HARMS and not self.child

    @property
    def asks_pictures(self) -> bool:
        """Whoever merely came across pictures of a child must not go and fetch them for us."""
        finder = self.harm == Harm.CHILD_IMAGERY and self.relation == "someone_else"
        return self.harm in PICTURE_HARMS and not finder

    @property
    def takes_files(self) -> bool:
        """Screenshots may follow the report."""
        return takes_files(harm=self.facts.harm, age_now=self.age_now, age_then=self.age_then, child=self.child)

    @property
    def not_suggested(self) -> set[str]:
        """Numbers that this reporter is not led to: the body where the person works; for one accused of blasphemy, where a
        complaint is written down with name and CNIC."""
        accused = LINES.get(self.conflict, set()) if self.conflict else set()
        return accused | (LINES[Body.CYBERCRIME] if self.harm == Harm.BLASPHEMY_ACCUSATION else set())

    @property
    def acts(self) -> list[Consent.Act]:
        """What consent is asked for. A child's fingerprints go nowhere; the body that is accused is not suggested."""
        shares = self.pictures and self.stopncii and self.age_now == AgeBand.ADULT
        police = self.conflict not in {Body.POLICE, Body.CYBERCRIME}
        return ([Consent.Act.SHARE_HASHES] if shares else []) + [Consent.Act.ASK_PLATFORM] \
            + ([Consent.Act.PASS_POLICE] if police else []) + ([Consent.Act.PASS_PTA] if self.conflict != Body.PTA else [])


class StepForm(forms.Form):
    """`summary` gives each field a short name for the page that shows all answers."""
    use_required_attribute = False              # the server says what is missing, in the page's language
    summary: ClassVar[dict[str, Any]] = {}

    def __init__(self, *args: Any, known: Known, **kwargs: Any) -> None:
        self.known = known
        super().__init__(*args, **kwargs)

    @property
    def leads_on(self) -> bool:
        """A valid form may still lead out of the report."""
        return True

    def learn(self) -> Known:
        """What is known after this step; only for a valid form that leads on."""
        return self.known


class WhoForm(StepForm):
    dangers = forms.MultipleChoiceField(label=_("Is anyone in danger now?"), choices=DANGERS, required=False,
                                        widget=forms.CheckboxSelectMultiple,
                                        help_text=_("Tick all that are true. Leave empty if none is."))
    relation = forms.ChoiceField(label=_("Who is this being done to?"), choices=RELATIONS, widget=forms.RadioSelect,
                                 error_messages={"required": _("Tell us who this is being done to.")})
    age_now = Age(label=_("How old is that person now?"), help_text=_("In years. We act faster when a child is involved."))
    age_then = Age(label=_("How old was the person in the pictures?"),
                   help_text=_("Only if there are pictures or videos and you know it. It decides who can remove them."))
    summary = {"dangers": _("Danger now"), "relation": _("Done to"), "age_now": _("Age now"),
               "age_then": _("Age in the pictures")}

    def clean_dangers(self) -> frozenset[Danger]:
        return frozenset(Danger(value) for value in self.cleaned_data["dangers"])

    def clean(self) -> None:
        told = self.cleaned_data
        now, then = told.get("age_now"), told.get("age_then")
        if told.get("relation") == "my_child" and now is None and "age_now" not in self.errors:
            self.add_error("age_now",
                           _("Tell us how old your child is; a guess will do. A child's pictures are protected differently."))
        if now is not None and then is not None and then > now:
            self.add_error("age_then", _("The age in the pictures cannot be higher than the age now."))

    def learn(self) -> Known:
        told = self.cleaned_data
        return replace(self.known, relation=told["relation"], dangers=told["dangers"], age_now=band(told["age_now"]),
                       age_then=band(told["age_then"]))


class WhatForm(StepForm):
    harm = forms.ChoiceField(label=_("What is happening?"), choices=[*HARMS, *((e.value, ELSEWHERE_NAMES[e]) for e in Elsewhere)],
                             widget=forms.RadioSelect, help_text=_("Choose what fits best. You can tell more later."),
                             error_messages={"required": _("Choose what is happening.")})
    wants_woman = forms.BooleanField(label=_("I would rather a woman reads this"), required=False)
    conflict = forms.ChoiceField(
        label=_("Does the person who does this work for an authority?"), choices=CONFLICTS, widget=forms.RadioSelect,
        required=False,
        help_text=_("Then a separate team reads your report, and we do not suggest that authority to you."))
    summary = {"harm": _("What"), "wants_woman": _("Read by a woman"), "conflict": _("Works for an authority")}

    def clean_harm(self) -> Harm | Elsewhere:
        value = self.cleaned_data["harm"]
        return Elsewhere(value) if value in list(Elsewhere) else Harm(value)

    def clean_conflict(self) -> Body | None:
        return Body(self.cleaned_data["conflict"]) if self.cleaned_data["conflict"] else None

    @property
    def elsewhere(self) -> Elsewhere | None:
        harm = self.cleaned_data.get("harm")
        return harm if isinstance(harm, Elsewhere) else None

    @property
    def leads_on(self) -> bool:
        return self.elsewhere is None

    def learn(self) -> Known:
        return replace(self.known, harm=self.cleaned_data["harm"], conflict=self.cleaned_data["conflict"])


class PicturesForm(StepForm):
    """The hex that static/js/pictures.mjs puts into the form; the pictures themselves are not part of any form."""
    fingerprint = forms.Field(label=_("Fingerprints"), required=False, widget=forms.MultipleHiddenInput)
    summary = {"fingerprint": _("Fingerprints")}
    REFUSED: ClassVar[dict[str, Any]] = {
        "too_many": _("That is more than ten pictures. Remove some of them."),
        "quality": _("One picture is too plain or too blurred for a fingerprint. Remove it and use links instead."),
        "pattern": _("One picture is too plain or too blurred for a fingerprint. Remove it and use links instead."),
        "format": _("One fingerprint arrived damaged. Choose the picture again."),
    }

    def clean_fingerprint(self) -> list[Any]:
        try:
            return parse_all(self.cleaned_data["fingerprint"] or [])
        except FingerprintRefused as error:
            raise ValidationError(self.REFUSED[error.code], code=error.code) from error

    def learn(self) -> Known:
        return replace(self.known, pictures=len(self.cleaned_data["fingerprint"]))


class StoryForm(StepForm):
    platforms = forms.MultipleChoiceField(label=_("Where is it?"), required=False, widget=forms.CheckboxSelectMultiple,
                                          help_text=_("Tick all that you know of."))
    platform_other = Words(label=_("Another place"), most=100)
    links = Links(label=_("Links to it"), most=6000, items=20, item_length=1000,
                  help_text=_("One on each line. With links we can ask for removal at once."))
    handles = Lines(label=_("Accounts or numbers that do this"), most=2000, items=20, item_length=120,
                    help_text=_("One on each line: names of accounts or groups, telephone numbers."))
    story = Words(label=_("What happened?"), most=8000, rows=8,
                  help_text=_("In your own words, as much or as little as you like."))
    who_does_it = Words(label=_("Do you know who does it?"), most=500, rows=2)
    wanted = forms.MultipleChoiceField(label=_("What do you want?"), choices=WANTED, required=False,
                                       widget=forms.CheckboxSelectMultiple)
    summary = {"platforms": _("Where"), "platform_other": _("Another place"), "links": _("Links"), "handles": _("Accounts"),
               "story": _("What happened"), "who_does_it": _("Who does it"), "wanted": _("What you want")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["platforms"].choices = [(platform.slug, str(platform)) for platform in Platform.objects.places()]
        if not self.fields["platforms"].choices:
            del self.fields["platforms"]


def consent_field(act: Consent.Act) -> forms.ChoiceField:
    label, hint, default = CONSENTS[act]
    return forms.ChoiceField(label=label, help_text=hint, choices=ANSWERS, widget=forms.RadioSelect, initial=default,
                             error_messages={"required": NO_ANSWER})


CONSENTS: dict[Consent.Act, tuple[Any, Any, str]] = {
    Consent.Act.SHARE_HASHES: (
        _("May we give the fingerprints to platforms?"),
        _("They look for copies and block them. A fingerprint cannot be turned back into the picture."), "ask_first"),
    Consent.Act.ASK_PLATFORM: (
        _("May we ask the platform to remove it, in the ministry's name?"),
        _("We act as your authorised representative. Your name is not in the request, because we do not have it."), "ask_first"),
    Consent.Act.PASS_POLICE: (
        _("May we pass this to the police or the cyber crime agency?"), _("They usually ask for your name and CNIC."), "no"),
    Consent.Act.PASS_PTA: (
        _("May we pass the links to the telecom authority (PTA)?"), _("It can block pages in Pakistan."), "no"),
    Consent.Act.OTHER_UNIT: (            # asked in the inbox alone, when it comes to that
        _("May another of our units read your report?"),
        _("It would help us to ask them, or they would take it over. With a no it stays with the people who read it now, unless "
          "somebody’s life is in danger or one of them must not read it."), "ask_first"),
    Consent.Act.PASS_CHILD: (            # and these of one body by its name
        _("May we pass your report to a child-protection body?"),
        _("It can protect a child at home, and may visit or speak with the family. It usually asks who you are: anonymous to us "
          "is not anonymous to it."), "no"),
    Consent.Act.PASS_HOTLINE: (
        _("May we pass the links to a hotline for pictures of children?"),
        _("Its analysts have such pages taken down everywhere. It gets links, and none of your words."), "no"),
    Consent.Act.PASS_OTHER: (
        _("May we pass the links to another authority?"),
        _("It gets links and fingerprints, and none of your words."), "no"),
}


class ConsentForm(StepForm):
    """One field for each act that is asked; what the typed assent says is kept, sealed, with the answer."""
    assent = Words(label=_("If yes: type “I agree”"), most=200,
                   help_text=_("Platforms want to see that you have authorised us. These words stay sealed."))
    contact = forms.ChoiceField(
        label=_("Shall we tell you when there is a message for you?"), widget=forms.RadioSelect, initial="none",
        choices=[("none", _("No, I will look here myself")), (Kind.SMS.value, _("By SMS")), (Kind.EMAIL.value, _("By e-mail"))],
        help_text=_("The message only says that something waits. It names neither us nor your report."),
        error_messages={"required": NO_ANSWER})
    address = forms.CharField(label=_("Mobile number or e-mail address"), required=False, max_length=254,
                              widget=forms.TextInput(PRIVATE | {"dir": "ltr", "autocapitalize": "none"}))
    hours = forms.MultipleChoiceField(label=_("When is it safe to write to you?"), choices=HOURS, required=False,
                                      widget=forms.CheckboxSelectMultiple, help_text=_("Leave empty if it is always safe."))
    safe_to_contact = Words(label=_("Anything we must take care of when we write to you?"), most=300,
                            help_text=_("For example: my brother reads my messages."))
    summary = {**{act.value: label for act, (label, _hint, _default) in CONSENTS.items()}, "assent": _("Your words of consent"),
               "contact": _("Tell you by"), "address": _("Number or e-mail"), "hours": _("Safe hours"),
               "safe_to_contact": _("Take care")}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields |= {act.value: consent_field(act) for act in self.known.acts}
        acts = [act.value for act in self.known.acts]
        after = acts.index(Consent.Act.ASK_PLATFORM) + 1
        self.order_fields([*acts[:after], "assent", *acts[after:]])

    def clean_hours(self) -> list[list[int]]:
        return spans(self.cleaned_data["hours"])

    def clean(self) -> None:
        told = self.cleaned_data
        if told.get(Consent.Act.ASK_PLATFORM) == Consent.Answer.YES and not told.get("assent") and "assent" not in self.errors:
            self.add_error("assent", NO_ASSENT)
        if told.get("contact") in Kind.values and "address" not in self.errors:
            self._clean_address(Kind(told["contact"]), told.get("address", ""))
        else:
            told |= {"address": "", "hours": []}

    def _clean_address(self, kind: Kind, typed: str) -> None:
        try:
            self.cleaned_data["address"] = clean(kind, typed)
        except AddressMalformed:
            self.add_error("address", MALFORMED[kind])


class ReceiptForm(forms.Form):
    """Before Send: the code is safe with the reporter, who types it back or says that it is kept."""
    typed = forms.CharField(label=_("Type the last four digits of the code"), required=False,
                            widget=forms.TextInput(PRIVATE | {"inputmode": "numeric", "dir": "ltr"}))
    kept = forms.BooleanField(label=_("Or: I have copied, printed or saved it"), required=False)
    use_required_attribute = False

    def __init__(self, *args: Any, code: str, **kwargs: Any) -> None:
        self.code = code
        super().__init__(*args, **kwargs)

    def clean(self) -> None:
        """All twenty digits or the last group, in any script. What was typed wrong is not repeated in the message."""
        digits = "".join(char for char in ascii_digits(visible(self.cleaned_data.get("typed", ""))) if char.isdigit())
        if not digits and not self.cleaned_data.get("kept"):
            self.add_error("typed", NO_CODE)
        elif digits and digits not in {self.code, self.code[-GROUP:]}:
            self.add_error("typed", OTHER_CODE)
