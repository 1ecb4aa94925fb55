"""The wish to close a child's case, as its page shows it, and the small form of who decides."""
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from cases.permissions import Staff
from cases.triage.closing import EXPIRES, is_over, may_decide, of_case
from cases.triage.forms import ActForm, move_name, words
from cases.triage.models import Closing
from cases.triage.moves import closing_move
from cases.triage.reading import Text
from cases.triage.staff_words import read_closings
from cases.vault.keyring import Keyring

ACTS = (("agree", _("Agree: close it")), ("refuse", _("Refuse")), ("take_back", _("Take it back")))


class ClosingForm(ActForm):
    """One of three buttons; a refusal says why."""
    act = forms.ChoiceField(choices=ACTS, error_messages={"required": _("Agree, or refuse."),
                                                          "invalid_choice": _("Agree, or refuse.")})
    reason = forms.CharField(label=_("If you refuse: why"), required=False, max_length=2_000,
                             widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if data.get("act") == "refuse" and not data.get("reason"):
            self.add_error("reason", _("Say why: whoever asked reads it."))
        return data


@dataclass(frozen=True)
class Asked:
    """What waits, or was decided last. `until`: nobody can agree later."""
    row: Closing
    name: str
    words: str
    reason: Text
    answer: Text
    until: datetime
    over: bool
    decides: bool
    own: bool


def asked_to_close(case: Case, member: Staff, keyring: Keyring | None, typed: Mapping[str, forms.Form]) -> dict[str, Any]:
    """For the page of the case."""
    rows = of_case(case)
    texts = read_closings(case, rows, keyring=keyring, by=member)
    found = [asked(row, *texts[row.pk], member) for row in rows]
    return {"closing": found[0] if found else None, "closing_form": typed.get("closing") or ClosingForm(case)}


def asked(row: Closing, reason: Text, answer: Text, member: Staff) -> Asked:
    move = closing_move(row.said)
    return Asked(row, move_name(move), words(move), reason, answer, row.at + EXPIRES, is_over(row), may_decide(row, member),
                 own=row.state == Closing.State.WAITING and row.by_id == member.pk)
