"""What is typed on the way of a case's fingerprints to a shared list, and what a page shows of it."""
from collections import Counter

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.hashing.foreign import lists_that_know
from cases.hashing.listing import category_of, usual_basis
from cases.hashing.models import ListEntry, Listing
from cases.hashing.services import PublishRefused
from cases.models import Case
from cases.triage.escalating import REFUSAL_NAMES

STATE_NAMES = {
    ListEntry.State.WAITING: _("Not on the list"),
    ListEntry.State.ACTIVE: _("On the list"),
    ListEntry.State.SUSPENDED: _("Off the list until somebody has looked"),
    ListEntry.State.WITHDRAWN: _("Taken off the list"),
}
TROUBLE_NAMES = {
    "not_yours": _("You proposed or approved this, so somebody else decides."),
    "stands_out": _("Something stands out here. A supervisor decides, and ticks that they have seen it."),
    "nothing": _("Nothing waits for a decision any more: somebody else was faster, or the reporter took the yes back."),
}


class ProposeForm(forms.Form):
    basis = forms.ChoiceField(label=_("Legal ground"), choices=Listing.Basis.choices)

    @classmethod
    def of(cls, case: Case) -> "ProposeForm":
        return cls(initial={"basis": usual_basis(category_of(case))}, label_suffix="")


class ApproveForm(forms.Form):
    """`despite` where something stands out."""
    despite = forms.BooleanField(label=_("I have seen what stands out and decide all the same"), required=False)


class RefuseForm(forms.Form):
    why = forms.ChoiceField(label=_("Why it is refused"), choices=[("", _("Choose a reason")), *Listing.Why.choices])


def rows_of(case: Case) -> list[Listing]:
    """What the case stands behind, or stood, with the entry's state in words. One row a picture, which counts its variants."""
    rows = list(Listing.objects.filter(hash__case=case).select_related("entry", "hash", "proposed_by", "decided_by")
                .order_by("hash__number"))
    entries = Counter(row.hash_id for row in rows)
    shown = {row.hash_id: row for row in [*rows, *(row for row in rows if row.entry.value == row.hash.pdq)]}
    for row in shown.values():
        row.more = entries[row.hash_id] - 1                                     # type: ignore[attr-defined]
        row.entry.in_words = STATE_NAMES[ListEntry.State(row.entry.state)]      # type: ignore[attr-defined]
    return list(shown.values())


def why_not(case: Case) -> str:
    """Why this case's fingerprints can come on no list, in words; empty when they can."""
    try:
        category_of(case)
    except PublishRefused as error:
        return str(REFUSAL_NAMES[error.reason])
    return ""


def known_elsewhere(case: Case) -> list[str]:
    return lists_that_know(case.pk)
