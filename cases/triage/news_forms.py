"""How a member wants to be told: one row for each occasion that can concern them, one box for each way."""
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from cases.notifications import wording
from cases.notifications.models import Kind, Occasion, Preference
from cases.notifications.services import CANNOT_WAIT, wished
from cases.permissions import Permission, Staff, may
from cases.triage.saved import desk_of, views_of

P = Permission
# To whom an occasion comes at all. What is not named comes to whoever works cases.
CONCERNS: dict[Occasion, tuple[Permission, ...]] = {
    Occasion.WISH: (P.SUPERVISE,), Occasion.GLASS: (P.SUPERVISE, P.READ_AUDIT), Occasion.ASIDE: (P.SUPERVISE,),
    Occasion.MOVED: (P.SUPERVISE,), Occasion.LOCKED: (P.SUPERVISE,), Occasion.MANY: (P.SUPERVISE,),
    Occasion.SEARCHED: (P.SUPERVISE,), Occasion.TAKEN_OFF: (P.SUPERVISE,), Occasion.CLOSING: (P.SUPERVISE,),
    Occasion.SECOND: (P.SUPERVISE,), Occasion.UNDECIDED: (P.SUPERVISE,), Occasion.LEFT: (P.MANAGE_PEOPLE,),
    Occasion.WEBHOOK: (P.SUPERVISE,), Occasion.NOBODY: (P.MANAGE_PEOPLE,), Occasion.WAITING: (),
    Occasion.PARTNER: (), Occasion.POLICY: (P.COORDINATE,),
}
VIEWS = "views"
SPECIAL = {Occasion.DIGEST: _("Every morning: how many cases are new, overdue, waiting, unread")}


class WaysForm(forms.Form):
    """A field for each occasion, named by it, and one for the views that are counted every morning. What cannot wait needs a way
    that reaches a member who is not at the desk."""

    def __init__(self, member: Staff, data: Any = None) -> None:
        super().__init__(data, label_suffix="")
        self.member, wish = member, Preference.objects.filter(member_id=member.pk).first() or Preference()
        for occasion in concerning(member):
            self.fields[occasion.value] = forms.MultipleChoiceField(
                label=name_of(occasion), required=False, choices=Kind.choices, widget=forms.CheckboxSelectMultiple,
                initial=[kind.value for kind in wished(wish, occasion)])
        views = [(str(view.pk), str(view)) for view in views_of(member)] if Occasion.DIGEST in concerning(member) else []
        if views:
            self.fields[VIEWS] = forms.MultipleChoiceField(
                label=_("In the same message every morning: how many cases these views find"), required=False, choices=views,
                widget=forms.CheckboxSelectMultiple, initial=desk_of(member).morning,
                help_text=_("Numbers only, in the order of your tabs: the names stay here."))

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        for occasion in concerning(self.member):
            if occasion in CANNOT_WAIT and not data.get(occasion.value):
                self.add_error(occasion.value, _("This cannot wait until you look: choose at least one way."))
        return data

    @property
    def chosen(self) -> dict[Occasion, list[Kind]]:
        return {Occasion(name): [Kind(kind) for kind in kinds] for name, kinds in self.cleaned_data.items() if name != VIEWS}

    @property
    def views(self) -> list[str] | None:
        """Ids of the views to be counted; None: nothing was asked about them."""
        return self.cleaned_data.get(VIEWS)


def concerning(member: Staff) -> list[Occasion]:
    return [occasion for occasion in Occasion
            if any(may(member, permission) for permission in CONCERNS.get(occasion, (P.WORK_CASES,)))]


def name_of(occasion: Occasion) -> object:
    """The sentence that the member would read of one."""
    return SPECIAL.get(occasion) or wording.SENTENCES[occasion]({"count": 1}) % {"count": 1}
