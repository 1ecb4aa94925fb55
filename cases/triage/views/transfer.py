"""The page that gives a case to another unit."""
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from cases.handover.services import SameUnit
from cases.models import Case
from cases.permissions import Permission, Staff
from cases.selectors import consent
from cases.services import Stale
from cases.triage import reading
from cases.triage.between import ACT, HURDLES, Ground, Hurdle, NotPermitted
from cases.triage.transfer import give_to
from cases.triage.views.access import member_with, open_case_for
from cases.triage.wall_forms import TransferForm
from cases.vault.parking import Locked
from cases.vault.signing import KeyMissing

CONFLICT = 409


@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def transfer(request: HttpRequest, ref: str) -> HttpResponse:
    case, by = open_case_for(request, ref, Permission.SUPERVISE), member_with(Permission.SUPERVISE, request)
    if request.method != "POST":
        return page(request, case, TransferForm(case))
    form = TransferForm(case, request.POST)
    if not form.is_valid():
        return page(request, case, form, status=400)
    return sent(request, case, by, form)


def sent(request: HttpRequest, case: Case, by: Staff, form: TransferForm) -> HttpResponse:
    keyring, asked = reading.keyring_of(request), form.cleaned_data
    try:
        if keyring is None:
            raise Locked
        note_id, reason = reading.seal_note(case, asked["reason"], keyring=keyring)
        give_to(unit=asked["unit"], case=case, ground=Ground(asked["ground"]), note_id=note_id, reason=reason, by=by,
                keyring=keyring, version=asked["version"])
    except (Stale, SameUnit):
        form.add_error(None, _("The case changed while you were reading. Go back to it, look, and come again."))
        return page(request, case, form, status=CONFLICT)
    except NotPermitted as error:
        form.add_error("ground" if error.hurdle != Hurdle.NO_WOMAN else "unit", HURDLES[error.hurdle])
        return page(request, case, form, status=CONFLICT)
    except KeyMissing:
        form.add_error("unit", _("This unit has no key that can be trusted yet: its members must set it up first."))
        return page(request, case, form, status=CONFLICT)
    messages.success(request, _("The case is with the other unit now, and the reporter reads so in the inbox."))
    return redirect("triage:queue")


def page(request: HttpRequest, case: Case, form: TransferForm, *, status: int = 200) -> HttpResponse:
    return render(request, "triage/transfer.html", {
        "case": case, "form": form, "locked": reading.keyring_of(request) is None, "said": consent(case, ACT)}, status=status)
