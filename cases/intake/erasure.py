"""The reporter erases the report: their own right, so nobody is asked and nothing waits. A hold alone refuses it.

There is no period of grace in which it could be taken back: until it ended, what was written could still be read, by us or by
whoever makes us. Withdrawing is the act that can be undone, and it is offered beside. Against a slip of the finger stands a word
that must be typed; against somebody who forces the reporter, a hold that a caseworker places.

Afterwards the code is answered like one that never was: "erased" would tell whoever holds the code that there was a report.
"""
from django import forms
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.datastructures import MultiValueDict
from django.utils.translation import gettext_lazy as _

from cases.intake import visit
from cases.intake.fields import PRIVATE
from cases.intake.inbox_forms import unsent
from cases.intake.visit import Visit
from cases.retention import services
from cases.retention.selectors import is_held

WORDS = frozenset({"erase", "مٹائیں"})           # either, on a page in either language


class EraseForm(forms.Form):
    """The word, typed: a button can be pressed by accident."""
    word = forms.CharField(label=_("Type the word “erase”"), max_length=40, widget=forms.TextInput(PRIVATE | {"dir": "auto"}),
                           error_messages={"required": _("Type the word “erase” to go on. Nothing was erased.")})
    use_required_attribute = False

    def clean_word(self) -> str:
        word = " ".join(self.cleaned_data["word"].split()).strip(".۔\"'“”«»").casefold()
        if word not in WORDS:
            raise ValidationError(_("This is another word. Type “erase”. Nothing was erased."), code="other")
        return word


def erase(request: HttpRequest, visiting: Visit, fields: MultiValueDict, what: str) -> HttpResponse:
    """Asks first; "erase:yes" with the typed word is the answer. What was typed elsewhere on the inbox page is carried along."""
    form = EraseForm(fields) if what == "yes" else EraseForm()
    case = visiting.receipt.case
    held = is_held(case)
    if what == "yes" and not held and form.is_valid():
        try:
            services.erase(case=case)
            return render(request, "intake/inbox_erased.html")
        except services.Held:                       # placed at this very moment
            held = True
    context = {"visit": visit.seal(visiting), "unsent": unsent(fields), "form": form, "held": held}
    return render(request, "intake/inbox_erase.html", context, status=400 if form.errors else 200)
