"""What staff type. Choices come from the case and the member, so nothing can be asked for that may not be done."""
from datetime import date
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.deadlines import FIRST_CHECK
from cases.escalation.models import Platform
from cases.merging.selectors import in_step
from cases.models import LEVEL_NAMES, Case, choices
from cases.permissions import Staff
from cases.priority import Level
from cases.public_words import of_a_part, sentence
from cases.triage.blanks import BLANK_NAMES, unfinished
from cases.triage.mentions import named_in
from cases.triage.moves import NAMES_DAY, NAMES_PLATFORM, Move, moves_from
from cases.triage.selectors import colleagues
from cases.triage.services import two_close
from cases.triage.todo import people_for
from cases.workflow import TRANSITIONS, Status

LAST_SECOND = 2**32             # in the year 2106; clocks count no further


class ActForm(forms.Form):
    """What every form that changes a case carries: the version its page was made from."""
    version = forms.IntegerField(widget=forms.HiddenInput)
    loaded = forms.FloatField(widget=forms.HiddenInput, required=False, min_value=0,      # Unix seconds: what came later
                              max_value=LAST_SECOND)                                      # is shown as new

    def __init__(self, case: Case, data: Any = None) -> None:
        self.case = case
        now = timezone.now().timestamp()
        super().__init__(data, label_suffix="", initial={"version": case.version, "loaded": now},
                         auto_id=f"{type(self).__name__.lower()}_%s")


class HandForm(ActForm):
    """To whom; nobody is a choice."""
    to = forms.ChoiceField(label=_("Give to"), required=False)
    despite_wish = forms.BooleanField(label=_("Assign all the same; the supervisor will be told"), required=False)

    def __init__(self, case: Case, data: Any = None) -> None:
        super().__init__(case, data)
        able = colleagues(case)
        self.members = {str(member.pk): member for member in (*able.women, *able.others)}
        women = [(str(member.pk), str(member)) for member in able.women]
        others = [(str(member.pk), str(member)) for member in able.others]
        self.fields["to"].choices = [       # type: ignore[attr-defined]   # a choice field's
            ("", _("Nobody")), *([(_("Women, as asked for"), women)] if women else []),
            *([(_("Others"), others)] if women else others)]
        self.initial["to"] = str(case.assignee_id or "")

    @property
    def member(self) -> Staff | None:
        return self.members.get(self.cleaned_data["to"])


def reason_field(label: Any) -> forms.CharField:
    return forms.CharField(label=label, min_length=10, max_length=2000, widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
                           help_text=_("A sentence. It is sealed with the case; your unit reads it."))


class PriorityForm(ActForm):
    """A member knows better than the rules, and says why."""
    level = forms.TypedChoiceField(label=_("Priority"), choices=choices(LEVEL_NAMES), coerce=lambda value: Level(int(value)))
    reason = reason_field(_("Why"))

    def __init__(self, case: Case, data: Any = None) -> None:
        super().__init__(case, data)
        self.initial["level"] = case.priority

    def clean_level(self) -> Level:
        level: Level = self.cleaned_data["level"]
        if level == self.case.priority:
            raise forms.ValidationError(_("It has this priority already."))
        return level


class MoveForm(ActForm):
    """One radio per thing that the reporter may be told next; the status follows from it."""
    move = forms.ChoiceField(label=_("What happens next, and what the reporter reads"), widget=forms.RadioSelect,
                             error_messages={"required": _("Choose what happens next.")})
    platform = forms.ModelChoiceField(label=_("Platform"), queryset=Platform.objects.all(), to_field_name="slug", required=False,
                                      empty_label=_("Choose a platform"))
    next_check = forms.DateTimeField(label=_("Next check"), required=False,
                                     widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"))

    reason = forms.CharField(label=_("Why"), required=False, max_length=2_000,
                             widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}))

    def __init__(self, case: Case, data: Any = None) -> None:
        super().__init__(case, data)
        self.two_close = two_close(case)
        allowed = {to: in_step(case, to) for to in TRANSITIONS[Status(case.status)]}
        self.moves = {move.code: move for move in moves_from(Status(case.status)) if allowed[move.to]}
        self.fields["move"].choices = [     # type: ignore[attr-defined]   # a choice field's
            (code, move_name(move)) for code, move in self.moves.items()]
        self.initial["next_check"] = timezone.now() + FIRST_CHECK
        if len(case.platforms) == 1:
            self.initial["platform"] = case.platforms[0]

    @property
    def names_platform(self) -> bool:
        """Does any of the choices need a platform?"""
        return any(move.said in NAMES_PLATFORM for move in self.moves.values())

    @property
    def onward(self) -> list[tuple[forms.boundfield.BoundWidget, Any]]:
        """Each radio that keeps the case open, with the sentence that the reporter will read."""
        return self.lines(closing=False)

    @property
    def closings(self) -> list[tuple[forms.boundfield.BoundWidget, Any]]:
        """The others: a dozen, so the page folds them away."""
        return self.lines(closing=True)

    @property
    def closes(self) -> bool:
        move = self.moves.get(self["move"].value() or "")
        return bool(move and move.to == Status.CLOSED)

    def lines(self, *, closing: bool) -> list[tuple[forms.boundfield.BoundWidget, Any]]:
        return [(radio, words(move, of_part=bool(self.case.split_of_id))) for radio in self["move"]
                if ((move := self.moves[radio.data["value"]]).to == Status.CLOSED) == closing]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        move = self.moves.get(data.get("move", ""))
        if move and move.said in NAMES_PLATFORM and not data.get("platform"):
            self.add_error("platform", _("These words name a platform: choose which."))
        if move and move.said in NAMES_DAY and not self.has_error("next_check"):
            if not data.get("next_check"):
                self.add_error("next_check", _("These words promise a day: say when you will look again."))
            elif data["next_check"] <= timezone.now():
                self.add_error("next_check", _("This time has passed."))
        if move and self.asks_why(move) and not data.get("reason"):
            self.add_error("reason", _("Say why: a colleague decides by it.") if move.to == Status.CLOSED
                           else _("Say why it is opened again: colleagues read it as a note."))
        return data

    def asks_why(self, move: Move) -> bool:
        """Closing a child's case, and opening any case again."""
        return self.two_close and move.to == Status.CLOSED or self.case.status == Status.CLOSED

    @property
    def may_ask_why(self) -> bool:
        return any(self.asks_why(move) for move in self.moves.values())

    @property
    def chosen(self) -> Move:
        return self.moves[self.cleaned_data["move"]]

    @property
    def details(self) -> dict[str, Any]:
        """Platform and day, only where the words say them."""
        said, platform = self.chosen.said, self.cleaned_data.get("platform")
        return {"platform": platform.slug if platform and said in NAMES_PLATFORM else "",
                "next_check": self.cleaned_data.get("next_check") if said in NAMES_DAY else None}


class WriteForm(ActForm):
    """To the reporter. 10,000 characters in any script stay within one sealed message."""
    text = forms.CharField(label=_("Message"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}))
    ask = forms.BooleanField(label=_("I am asking something: wait for the answer"), required=False)
    previewed = False               # the page shows it as the reporter will read it

    def clean_text(self) -> str:
        """Nothing leaves with a blank of a template in it."""
        text = str(self.cleaned_data["text"])
        blanks, brackets = unfinished(text)
        if blanks:
            raise forms.ValidationError(_("Not filled in yet: %(blanks)s."), params={
                "blanks": ", ".join(f"{BLANK_NAMES[blank]} {{{blank.value}}}" for blank in blanks)})
        if brackets:
            raise forms.ValidationError(_("A passage still stands in double brackets: keep it or take it out, without them."))
        return text

    @property
    def can_wait(self) -> bool:
        return self.case.status == Status.IN_REVIEW


class NoteForm(ActForm):
    """For staff only. Colleagues are told by a tick, or by an @ and their name in the text."""
    text = forms.CharField(label=_("Note"), max_length=10_000, widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}))
    tell = forms.MultipleChoiceField(label=_("Tell"), required=False, widget=forms.CheckboxSelectMultiple)

    def __init__(self, case: Case, data: Any = None) -> None:
        super().__init__(case, data)
        self.members = {str(member.pk): member for member in people_for(case)}
        self.fields["tell"].choices = [(pk, str(member)) for pk, member in self.members.items()]    # type: ignore[attr-defined]

    @property
    def named(self) -> list[Staff]:
        ticked = [self.members[pk] for pk in self.cleaned_data["tell"]]
        return [*ticked, *named_in(self.cleaned_data["text"], list(self.members.values()))]


class TaskForm(ActForm):
    """Something to do, for whom and by when. The name of `text` is one that a page keeps while the vault is locked."""
    text = forms.CharField(label=_("What is to be done"), max_length=1_000,
                           widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}))
    to = forms.ChoiceField(label=_("For"), required=False)
    due_on = forms.DateField(label=_("By"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))

    def __init__(self, case: Case, data: Any = None) -> None:
        super().__init__(case, data)
        self.members = {str(member.pk): member for member in people_for(case)}
        self.fields["to"].choices = [       # type: ignore[attr-defined]   # a choice field's
            ("", _("Whoever has the case")), *((pk, str(member)) for pk, member in self.members.items())]

    @property
    def member(self) -> Staff | None:
        return self.members.get(self.cleaned_data["to"])

    def clean_due_on(self) -> date | None:
        day: date | None = self.cleaned_data["due_on"]
        if day and day < timezone.localdate():
            raise forms.ValidationError(_("This day has passed."))
        return day


def move_name(move: Move) -> str:
    return f"{move.to.label}: {move.outcome.label}" if move.outcome else str(move.to.label)


def words(move: Move, *, of_part: bool = False) -> str:
    """The sentence, with blanks where platform and day will stand. `of_part`: for a case that was split off; may be empty."""
    said = of_a_part(move.said) if of_part else move.said
    return sentence(said, platform=_("(platform)"), when=_("(day)")) if said else ""
