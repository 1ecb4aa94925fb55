"""One file of a case. It has no address of its own: a page shows it blurred, and on a press, without the blur, that once.

Locked and NotHeld are the portal's to answer (portal.accounts.unlocking).
"""
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from cases.evidence import services
from cases.evidence.handing_off import OF_A_CHILD, hand_off
from cases.evidence.sandbox import Unreadable
from cases.evidence.selectors import instruction
from cases.models import Case
from cases.permissions import Permission
from cases.selectors import opens
from cases.triage import evidence, reading, welfare
from cases.triage.evidence import Cover, File
from cases.triage.views.access import case_for, member_with, open_case_for
from cases.triage.views.tasks import onward
from cases.units.selectors import units_of
from cases.vault.aead import OpenFailed
from cases.vault.parking import Locked


@require_safe
@never_cache
def page(request: HttpRequest, ref: str, file: UUID) -> HttpResponse:
    """Blurred, if the vault is open."""
    case = case_for(request, ref)
    return show(request, case, file_of(request, case, file), Cover.BLURRED)


@require_POST
@never_cache
def look(request: HttpRequest, ref: str, file: UUID) -> HttpResponse:
    """Without the blur, in grey unless the colours are asked for. Nothing else leads here: no link, no going back."""
    case = open_case_for(request, ref, Permission.READ_CASES)
    if reading.keyring_of(request) is None:
        raise Locked
    return show(request, case, file_of(request, case, file), Cover.WHOLE if request.POST.get("as") == Cover.WHOLE else Cover.GREY)


@require_POST
def intimate(request: HttpRequest, ref: str, file: UUID) -> HttpResponse:
    case = open_case_for(request, ref, Permission.WORK_CASES)
    if (keyring := reading.keyring_of(request)) is None:
        raise Locked
    by = member_with(Permission.WORK_CASES, request)
    try:
        services.call_intimate(evidence=file_of(request, case, file).row, by=by, keyring=keyring)
        messages.success(request, _("It is destroyed, and the reporter reads that they did nothing wrong. "
                                    "Take a moment for yourself."))
    except services.NotSeen:
        messages.warning(request, _("Nothing was destroyed: first look at it, blurred."))
        return redirect("triage:file", case.ref, file)
    except services.NotNow:
        messages.warning(request, _("It was not there any more."))
    return back(case)


@require_POST
def child(request: HttpRequest, ref: str, file: UUID) -> HttpResponse:
    case = open_case_for(request, ref, Permission.WORK_CASES)
    by = member_with(Permission.WORK_CASES, request)
    try:
        evidence.suspect_child(evidence=file_of(request, case, file).row, by=by, keyring=reading.keyring_of(request))
        messages.success(request, _("Nobody can open it any more. Your supervisors have been told. Take a moment for yourself."))
        if evidence.is_going(case):
            messages.warning(request, _("The report is being erased at this moment, and the file goes with it: it cannot be "
                                        "preserved."))
    except services.NotNow:
        messages.warning(request, _("It was not there any more."))
    return redirect("triage:file", case.ref, file)


@require_safe
@never_cache
def exposure(request: HttpRequest) -> HttpResponse:
    """For supervisors: how many files their members had to look at."""
    member = member_with(Permission.SUPERVISE, request)
    units = units_of(member)                                # type: ignore[arg-type]   # a member
    return render(request, "triage/exposure.html", {"units": welfare.seen_in(units)})


@require_POST
def rested(request: HttpRequest) -> HttpResponse:
    """The reminder to rest is put away, for a while."""
    member = member_with(Permission.READ_CASES, request)
    welfare.put_away(member, request.session)
    return onward(request) or redirect("triage:today")


# --- the page ---------------------------------------------------------------------------------------------------------
def file_of(request: HttpRequest, case: Case, pk: UUID) -> File:
    """A file of this case, or 404."""
    member = member_with(Permission.READ_CASES, request)
    found = next((one for one in evidence.files_of(case, member) if one.row.pk == pk), None)
    if found is None:
        raise Http404
    return found


def show(request: HttpRequest, case: Case, one: File, cover: Cover) -> HttpResponse:
    member, keyring = member_with(Permission.READ_CASES, request), reading.keyring_of(request)
    withheld = not opens(member, case)
    context: dict[str, Any] = {"case": case, "file": one, "cover": cover.value, "locked": keyring is None, "order": instruction(),
                               "picture": "", "trouble": "", "withheld": withheld,
                               "going": evidence.is_going(case),
                               "twins": [] if withheld else evidence.twins_of(one.row, member)}
    if one.row.why in OF_A_CHILD and not withheld and not context["going"]:
        context["paper"] = hand_off(one.row, case)
    if keyring is not None and one.opens:
        try:
            context["picture"] = evidence.shown(one.row, cover, by=member, keyring=keyring)
        except services.NotForYou as error:
            raise PermissionDenied from error
        except services.NotNow:
            context["trouble"] = "gone"
        except (OpenFailed, Unreadable):
            context["trouble"] = "broken"
    units = units_of(member)                                # type: ignore[arg-type]   # a member
    context["rest"] = welfare.reminder(units, member, request.session)          # asked for last: it counts this look
    response = render(request, "triage/evidence.html", context)
    response.csp = {"img-src": "'self' data:"}              # type: ignore[attr-defined]   # portal.middleware.SecurityHeaders
    return response


def back(case: Case) -> HttpResponse:
    return redirect(redirect("triage:case", case.ref).headers["Location"] + "#evidence")
