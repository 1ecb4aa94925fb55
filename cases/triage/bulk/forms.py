"""What each act on many cases asks of its member. `params` are ids and codes; the comment is sealed when the run begins."""
from collections.abc import Sequence
from typing import Any

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from cases.deadlines import FIRST_CHECK
from cases.escalation.models import Platform
from cases.models import LEVEL_NAMES, Case, Label, choices
from cases.permissions import Permission, Staff, may
from cases.triage.forms import move_name, words
from cases.triage.labelling import given_in
from cases.triage.models import BulkRun, Reply
from cases.triage.moves import NAMES_DAY, NAMES_PLATFORM, moves_from
from cases.triage.wall_forms import reason_field
from cases.units.selectors import members_of
from cases.workflow import Status


class BulkForm(forms.Form):
    """`cases`: those of the run, as its member sees them now."""
    reason = reason_field(_("Why, for all of them"), _("Sealed into each case as a staff note."))

    def __init__(self, data: Any = None, *, cases: Sequence[Case], by: Staff) -> None:
        super().__init__(data, label_suffix="")
        self.cases, self.by = cases, by
        self.prepare()
        self.order_fields([name for name in self.fields if name != "reason"])

    def prepare(self) -> None:
        """Choices that depend on the cases."""

    @property
    def params(self) -> dict[str, Any]:
        return {}


class AssignForm(BulkForm):
    to = forms.ChoiceField(label=_("Give them to"), required=False)

    def prepare(self) -> None:
        units = {case.unit_id: case.unit for case in self.cases}
        able = {str(one.pk): str(one) for unit in units.values() for one in members_of(unit) if may(one, Permission.WORK_CASES)}
        self.fields["to"].choices = [("", _("Nobody")), *able.items()]      # type: ignore[attr-defined]   # a choice field's

    @property
    def params(self) -> dict[str, Any]:
        return {"to": self.cleaned_data["to"]}


class PriorityForm(BulkForm):
    level = forms.ChoiceField(label=_("Priority"), choices=choices(LEVEL_NAMES))

    @property
    def params(self) -> dict[str, Any]:
        return {"level": int(self.cleaned_data["level"])}


class LabelForm(BulkForm):
    label = forms.ModelChoiceField(label=_("Label"), queryset=Label.objects.none(), empty_label=_("Choose a label"))

    def prepare(self) -> None:
        units = {case.unit_id: case.unit for case in self.cases}
        self.fields["label"].queryset = given_in(list(units.values()))      # type: ignore[attr-defined]   # a choice field's

    @property
    def params(self) -> dict[str, Any]:
        return {"label": str(self.cleaned_data["label"].pk)}


class MoveForm(BulkForm):
    """All moves that any of the cases can make; of the others the dry run says that their status does not allow it."""
    move = forms.ChoiceField(label=_("What happens next, and what the reporters read"), widget=forms.RadioSelect,
                             error_messages={"required": _("Choose what happens next.")})
    platform = forms.ModelChoiceField(label=_("Platform"), queryset=Platform.objects.all(), to_field_name="slug", required=False,
                                      empty_label=_("Choose a platform"))
    next_check = forms.DateTimeField(label=_("Next check"), required=False,
                                     widget=forms.DateTimeInput(attrs={"type": "datetime-local"}, format="%Y-%m-%dT%H:%M"))

    def prepare(self) -> None:
        there = [status for status in Status if any(case.status == status for case in self.cases)]
        self.moves = {move.code: move for status in there for move in moves_from(status)}
        self.fields["move"].choices = [     # type: ignore[attr-defined]   # a choice field's
            (code, f"{move_name(move)}: {words(move)}") for code, move in self.moves.items()]
        self.initial["next_check"] = timezone.now() + FIRST_CHECK

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
        return data

    @property
    def params(self) -> dict[str, Any]:
        move, data = self.moves[self.cleaned_data["move"]], self.cleaned_data
        named = {"platform": data["platform"].slug} if move.said in NAMES_PLATFORM else {}
        day = {"next_check": data["next_check"].isoformat()} if move.said in NAMES_DAY else {}
        return {"move": move.code, "status": move.to.value, **named, **day}


class WriteForm(BulkForm):
    reply = forms.ModelChoiceField(label=_("Ready reply"), queryset=Reply.objects.filter(retired_at=None).order_by("pk"),
                                   empty_label=_("Choose a reply"), help_text=_(
                                       "Each reporter reads it in their own language, its blanks filled from their case."))
    ask = forms.BooleanField(label=_("I am asking something: wait for the answers"), required=False)

    @property
    def params(self) -> dict[str, Any]:
        return {"reply": self.cleaned_data["reply"].pk, "ask": self.cleaned_data["ask"]}


class MergeForm(BulkForm):
    into = forms.CharField(label=_("Reference of the case that leads"), max_length=12, required=False,
                           help_text=_("One of those you chose. Empty: the oldest of them."),
                           widget=forms.TextInput(attrs={"dir": "ltr", "autocomplete": "off", "autocapitalize": "characters"}))

    def clean_into(self) -> str:
        typed = str(self.cleaned_data["into"]).strip().upper()
        oldest = sorted(self.cases, key=lambda case: (case.opened_at, case.pk))
        found = next((case for case in oldest if typed in {"", case.ref}), None)
        if found is None:
            raise forms.ValidationError(_("This is none of the cases you chose."))
        return str(found.pk)

    @property
    def params(self) -> dict[str, Any]:
        return {"into": self.cleaned_data["into"]}


class FoldForm(MergeForm):
    """Behind one of them."""

    def prepare(self) -> None:
        self.fields["into"].label = _("Reference of the one that stands for the others")


class UndoForm(BulkForm):
    """Everything but the comment is what was done."""


FORMS: dict[str, type[BulkForm]] = {
    BulkRun.Act.ASSIGN: AssignForm, BulkRun.Act.PRIORITY: PriorityForm, BulkRun.Act.LABEL: LabelForm,
    BulkRun.Act.UNLABEL: LabelForm, BulkRun.Act.MOVE: MoveForm, BulkRun.Act.WRITE: WriteForm,
    BulkRun.Act.MERGE: MergeForm, BulkRun.Act.FOLD: FoldForm, BulkRun.Act.CONFIRM: BulkForm, BulkRun.Act.UNFOLD: BulkForm}


def form_for(run: BulkRun, *, cases: Sequence[Case], by: Staff, data: Any = None) -> BulkForm:
    return (UndoForm if run.undoes_id else FORMS[run.act])(data, cases=cases, by=by)
