"""A case on paper: what to print, and the PDF. It is not kept here."""
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from cases.permissions import Permission
from cases.triage import reading
from cases.triage.print_forms import PrintForm
from cases.triage.printing import summary
from cases.triage.views.access import member_with, open_case_for

REFUSED = 400


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def print_case(request: HttpRequest, ref: str) -> HttpResponse:
    case, member = open_case_for(request, ref, Permission.READ_CASES), member_with(Permission.READ_CASES, request)
    form = PrintForm(request.POST or None)
    if request.method != "POST" or not form.is_valid():
        return render(request, "triage/print.html", {"case": case, "form": form, "locked": reading.keyring_of(request) is None},
                      status=REFUSED if request.method == "POST" else 200)
    answer = HttpResponse(summary(case=case, sections=form.cleaned_data["sections"], language=form.cleaned_data["language"],
                                  by=member, keyring=reading.keyring_of(request)), content_type="application/pdf")
    answer["Content-Disposition"] = f'attachment; filename="{case.ref}.pdf"'
    return answer
