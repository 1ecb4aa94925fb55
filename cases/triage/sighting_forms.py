"""What a member saw at each link of a notice, and until when the portal may look by itself."""
from collections.abc import Mapping, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext, gettext_lazy as _

from cases.escalation.looking import MOST_DAYS
from cases.escalation.models import Sighting
from cases.escalation.sightings import View

Seen, Why = Sighting.Seen, Sighting.Why
VIEWS: dict[str, View] = {
    "online": View(Seen.ONLINE), "gone": View(Seen.GONE), "sign_in": View(Seen.UNSURE, Why.SIGN_IN.value),
    "country": View(Seen.UNSURE, Why.COUNTRY.value), "error": View(Seen.UNSURE, Why.ERROR.value)}
CHOICES = [("", _("Not looked at")), ("online", _("Still online")), ("gone", _("Gone")),
           ("sign_in", _("Cannot tell: it wants a sign-in")), ("country", _("Cannot tell: it is blocked in this country")),
           ("error", _("Cannot tell: an error, or no answer"))]


class SightingForm(forms.Form):
    """One choice a link. A notice of fingerprints alone has one for all that it is about."""

    def __init__(self, links: Sequence[str], data: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, label_suffix="")
        self.links = links or [""]
        for place in range(len(self.links)):
            label = gettext("Link %(n)d") % {"n": place + 1} if links else gettext("What was reported")
            self.fields[f"link_{place}"] = forms.ChoiceField(label=label, choices=CHOICES, required=False)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        if not self.errors and not any(data.values()):
            self.add_error("link_0", _("Choose what you saw for at least one link."))
        return data

    @property
    def rows(self) -> list[tuple[str, forms.BoundField]]:
        return [(link, self[f"link_{place}"]) for place, link in enumerate(self.links)]

    @property
    def views(self) -> dict[int, View]:
        """By the link's place; what was not looked at is left out."""
        chosen = {place: self.cleaned_data[f"link_{place}"] for place in range(len(self.links))}
        return {place: VIEWS[value] for place, value in chosen.items() if value}


class LookForm(forms.Form):
    """Until when the portal looks."""
    days = forms.IntegerField(label=_("For how many days?"), min_value=1, max_value=MOST_DAYS, initial=14,
                              help_text=_("At most 30. Then the portal's copy of these links is destroyed."),
                              widget=forms.NumberInput(attrs={"inputmode": "numeric", "dir": "ltr"}))
