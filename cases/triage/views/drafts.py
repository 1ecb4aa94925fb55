"""Keeping what is typed: asked by a script every few seconds, or by the button "Keep as a draft"."""
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.timezone import localtime
from django.views.decorators.http import require_POST

from cases.models import Case
from cases.permissions import Permission, Staff
from cases.triage import drafts, reading
from cases.triage.staff_words import seal_draft
from cases.triage.views.access import member_with, open_case_for
from cases.vault.keyring import NotHeld
from cases.vault.parking import Locked

CONFLICT, LOCKED = 409, 423             # RFC 9110, 15.5.10; RFC 4918, 11.3
PARTS = {"message": "#write", "note": "#note"}


@require_POST
def draft(request: HttpRequest, ref: str, form: str) -> HttpResponse:
    """`draft` is the number that the page knows; `drop` throws it away. A script asks for JSON, and is told instead of led on."""
    case, member = open_case_for(request, ref, Permission.WORK_CASES), member_with(Permission.WORK_CASES, request)
    names, script = drafts.fields_of(form), request.headers.get("Accept") == "application/json"
    if not names:
        raise Http404
    if "drop" in request.POST:
        drafts.drop(case=case, member=member, form=form)
        return redirect(place(case, form))
    typed = {name: request.POST[name][:drafts.LONGEST] for name in names if name in request.POST}
    try:
        row = keep(request, case, member, form, typed)
    except (Locked, NotHeld):
        if script:
            return JsonResponse({}, status=LOCKED)
        raise
    except drafts.Quicker:
        return quicker(request, case, member, form, typed, script=script)
    if script:
        return JsonResponse({"number": row.number, "at": f"{localtime(row.at):%H:%M}"})
    return redirect(place(case, form))


def keep(request: HttpRequest, case: Case, member: Staff, form: str, typed: dict[str, str]) -> drafts.Draft:
    pk = drafts.place_for(case, member, form)
    words = seal_draft(case, typed, record=pk, keyring=reading.keyring_of(request))
    return drafts.save(case=case, member=member, form=form, draft_id=pk, words=words,
                       seen=drafts.numbered(request.POST.get("draft", "")).number)


def quicker(request: HttpRequest, case: Case, member: Staff, form: str, typed: dict[str, str], *, script: bool) -> HttpResponse:
    """Both versions, to choose from; nothing is overwritten before."""
    other = drafts.kept(case, member, form, keyring=reading.keyring_of(request))
    if script:
        return JsonResponse({"number": other.number, "words": other.words}, status=CONFLICT)
    context = {"case": case, "form": form, "typed": typed, "other": other, "own": drafts.Kept(typed=typed).words,
               "back": place(case, form)}
    return render(request, "triage/draft.html", context, status=CONFLICT)


def place(case: Case, form: str) -> str:
    """The page where the form stands."""
    if form.startswith("notice-"):
        return redirect("triage:compose", case.ref, int(form.removeprefix("notice-"))).headers["Location"]
    return redirect("triage:case", case.ref).headers["Location"] + PARTS[form]
