"""The two small forms about a hold, and what the case page shows of it."""
from dataclasses import dataclass
from datetime import datetime

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.models import Case
from cases.permissions import Permission, Staff, may
from cases.retention.models import Disposal, Hold
from cases.retention.selectors import all_go_at, is_preserved
from cases.selectors import first_of
from cases.vault.custody import Recipient
from cases.vault.models import DataKeyWrap


class HoldForm(forms.Form):
    hold = forms.ChoiceField(label=_("Why it must be kept"), choices=[("", _("Choose a reason")), *Hold.Reason.choices])

    @property
    def reason(self) -> Hold.Reason:
        return Hold.Reason(self.cleaned_data["hold"])


class LiftForm(forms.Form):
    lift = forms.ChoiceField(label=_("Why it is lifted"), choices=[("", _("Choose a reason")), *Hold.Lifted.choices])

    @property
    def because(self) -> Hold.Lifted:
        return Hold.Lifted(self.cleaned_data["lift"])


@dataclass(frozen=True)
class Keeping:
    """`goes`: when its time is over; None while it is open or when no schedule says so. `preserved`: a file of it is kept by
    order, and until somebody has had it nothing may be deleted, hold or none."""
    hold: Hold | None
    past: list[Hold]
    goes: datetime | None
    being_erased: bool
    preserved: bool
    reporter_reads: bool        # False: the receipt has expired, and an answer reaches nobody
    may_hold: bool
    may_lift: bool
    hold_form: HoldForm
    lift_form: LiftForm


def keeping_of(case: Case, member: Staff) -> Keeping:
    first = first_of(case)
    holds = list(Hold.objects.filter(case=first).select_related("by", "lifted_by"))
    return Keeping(
        hold=next((each for each in holds if each.lifted_at is None), None), past=[each for each in holds if each.lifted_at],
        goes=all_go_at(case), being_erased=Disposal.objects.filter(case=first).exists(),
        preserved=is_preserved(case), reporter_reads=receipt_opens(case),
        may_hold=may(member, Permission.WORK_CASES), may_lift=may(member, Permission.SUPERVISE),
        hold_form=HoldForm(label_suffix=""), lift_form=LiftForm(label_suffix=""))


def receipt_opens(case: Case) -> bool:
    """Whether the reporter can still read: what was split off is read where the conversation is."""
    if case.split_of_id:
        return DataKeyWrap.objects.filter(recipient=Recipient.REPORTER.value, recipient_id=str(case.split_of_id)).exists()
    return any(wrap.recipient == "reporter" for wrap in case.conversation_key.wraps.all())
