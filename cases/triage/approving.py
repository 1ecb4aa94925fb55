"""What a second person reads and writes about a notice that waits for them."""
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from cases.escalation.approvals import decides
from cases.escalation.models import Approval, Escalation
from cases.models import Case
from cases.permissions import Staff
from cases.selectors import cases_for, opened_by
from cases.triage.reading import Text, opened_text, readable
from cases.vault import envelope
from cases.vault.keyring import Keyring

FIELD = "returned"
SHORTEST = 10
MOST = 100


class DecideForm(forms.Form):
    """Two buttons; who gives a notice back says why."""
    reason = forms.CharField(label=_("If you give it back: why"), required=False, max_length=2_000,
                             widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}))

    def __init__(self, data: Any = None) -> None:
        super().__init__(data, label_suffix="", auto_id="second_%s")

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if self.data.get("act") == "return" and len(data.get("reason", "").strip()) < SHORTEST:
            self.add_error("reason", _("Say why: whoever wrote the notice reads it."))
        return data


@dataclass(frozen=True)
class Asked:
    """A notice's second person: what waits, or was decided."""
    row: Approval
    reason: Text | None
    decides: bool
    own: bool


def of_notice(escalation: Escalation, *, case: Case, keyring: Keyring | None, by: Staff) -> Asked | None:
    """None where nobody was asked."""
    row = Approval.objects.select_related("by", "decided_by").filter(escalation=escalation).first()
    if row is None:
        return None
    key, state = readable(case, escalation.notice_key, keyring, opened_by(by, [case]))
    reason = opened_text(case, key, state, row.reason, FIELD, escalation.pk) if row.reason is not None else None
    return Asked(row, reason, decides(escalation, by), row.by_id == by.pk)


def seal_reason(secret: bytes, text: str, *, case: Case, row: UUID) -> bytes:
    return envelope.seal(secret, text.encode(), case=case.pk, field=FIELD, record=row)


def waiting(member: Staff) -> QuerySet[Escalation]:
    """Notices of cases that the member sees and that wait for a second person, the oldest first."""
    rows = Escalation.objects.filter(state=Escalation.State.PROPOSED, case__in=cases_for(member))
    shown = rows.select_related("case", "platform", "channel", "by").defer("notice", "case__answers")
    return shown.order_by("requested_at")[:MOST]
