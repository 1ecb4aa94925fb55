"""Looking where a reporter can be reached: a reason first, then once."""
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from cases.models import Case
from cases.permissions import Permission, may
from cases.triage import contacts, reading
from cases.triage.reading import Text
from cases.triage.views.access import member_with, open_case_for


class RevealForm(forms.Form):
    reason = forms.CharField(label=gettext_lazy("Why do you need it now?"), max_length=1000, min_length=10,
                             widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
                             help_text=gettext_lazy("Sealed with the case; your supervisor reads it. It is counted."))


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def contact(request: HttpRequest, ref: str, ask: UUID) -> HttpResponse:
    """A GET shows nothing of it; the answer to a POST shows it, once."""
    case, member = open_case_for(request, ref, Permission.WORK_CASES), member_with(Permission.WORK_CASES, request)
    told = get_object_or_404(contacts.contacts(case), pk=ask)
    form = RevealForm(request.POST if request.method == "POST" else None, label_suffix="")
    text, keyring = None, reading.keyring_of(request)
    if request.method == "POST" and form.is_valid():
        text = contacts.reveal(case=case, ask=told, reason=form.cleaned_data["reason"], by=member, keyring=keyring)
    rows = list(contacts.reveals(told))
    reasons = reading.read_reveals(case, rows, keyring=keyring, by=member) if may(member, Permission.SUPERVISE) else {}
    return page(request, case, form, text, [(row, reasons.get(row.pk)) for row in rows])


def page(request: HttpRequest, case: Case, form: RevealForm, text: Text | None, rows: list[object]) -> HttpResponse:
    context = {"case": case, "form": form, "text": text, "rows": rows, "locked": reading.keyring_of(request) is None}
    return render(request, "triage/contact.html", context, status=400 if form.errors else 200)
