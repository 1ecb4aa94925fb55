"""Setting a whole report aside: it was made up, or made to try the portal."""
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from cases.hashing import setting_aside
from cases.hashing.models import Match, SetAside
from cases.hashing.undoing import NotAnother, NotYours
from cases.models import Case
from cases.permissions import Permission, Staff, may
from cases.triage.match_forms import AsideForm
from cases.triage.views.access import member_with, open_case_for


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def aside(request: HttpRequest, ref: str) -> HttpResponse:
    permission = Permission.WORK_CASES if request.method == "POST" else Permission.READ_CASES
    case, member = open_case_for(request, ref, permission), member_with(permission, request)
    if request.method != "POST":
        return page(request, case, member, AsideForm())
    act, form = request.POST.get("act"), AsideForm(request.POST)
    if act not in {"agree", "take_back"} and not form.is_valid():
        return page(request, case, member, form, status=400)
    try:
        if act == "agree":
            setting_aside.agree(case=case, by=member)
        elif act == "take_back":
            setting_aside.take_back(case=case, by=member)
        else:
            setting_aside.set_aside(case=case, why=Match.Why(form.cleaned_data["why"]), by=member)
    except (NotYours, NotAnother) as error:
        raise PermissionDenied from error
    return redirect("triage:aside", case.ref)


def page(request: HttpRequest, case: Case, member: Staff, form: AsideForm, *, status: int = 200) -> HttpResponse:
    row = SetAside.objects.select_related("by", "agreed_by").filter(case=case).first()
    context = {
        "case": case, "row": row, "form": form, "may_work": may(member, Permission.WORK_CASES),
        "may_agree": row and not row.agreed_at and may(member, Permission.SUPERVISE) and row.by_id != member.pk,
    }
    return render(request, "triage/aside.html", context, status=status)
