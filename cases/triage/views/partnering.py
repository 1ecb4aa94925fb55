"""Putting a notice or a package before a partner body, and taking it back. Both need an open vault, as any other way out does."""
from collections.abc import Callable
from hashlib import sha256

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from cases.coordination import services
from cases.coordination.models import Body, Shown
from cases.coordination.selectors import body_for
from cases.escalation import services as notices
from cases.escalation.models import Escalation
from cases.evidence.services import NotNow as EvidenceGone, NotSeen
from cases.hashing.services import PublishRefused
from cases.models import Case
from cases.permissions import Permission
from cases.referral import package as packages, services as referrals
from cases.referral.models import Referral
from cases.triage import reading, referring
from cases.triage.post_reading import secret_of
from cases.triage.referral_forms import HURDLES
from cases.triage.views.access import member_with
from cases.triage.views.approvals import worded
from cases.triage.views.escalate import escalation_for
from cases.triage.views.referrals import referral_for
from cases.vault.custody import KeyMissing


@require_POST
@never_cache
def notice(request: HttpRequest, ref: str, reference: str) -> HttpResponse:
    """`act`: put, back."""
    case, one = escalation_for(request, ref, reference)
    act(request, lambda: put_notice(request, case, one), Shown.objects.filter(escalation=one))
    return redirect("triage:escalation", case.ref, one.reference)


@require_POST
@never_cache
def package(request: HttpRequest, ref: str, reference: str) -> HttpResponse:
    """`act`: put, back."""
    case, one, _member = referral_for(request, ref, reference)
    act(request, lambda: put_package(request, case, one), Shown.objects.filter(referral=one))
    return redirect("triage:referral", case.ref, one.reference)


def put_notice(request: HttpRequest, case: Case, one: Escalation) -> None:
    member = member_with(Permission.ESCALATE, request)
    secret = secret_of(one, case=case, keyring=reading.keyring_of(request), by=member)
    services.put(escalation=one, body=present(body_for(case, escalation=one)), secret=secret, by=member)


def put_package(request: HttpRequest, case: Case, one: Referral) -> None:
    member = member_with(Permission.ESCALATE, request)
    body = present(body_for(case, referral=one))
    made = referring.made(one, case=case, by=member, keyring=reading.keyring_of(request))
    services.put_package(referral=one, body=body, package=made.content, name=made.name,
                         sha256=sha256(made.content).hexdigest(), by=member)


def present(body: Body | None) -> Body:
    if body is None:
        raise Http404
    return body


def act(request: HttpRequest, put: Callable[[], None], there: QuerySet[Shown]) -> None:
    """Raises Locked, NotHeld."""
    chosen = request.POST.get("act")
    if chosen == "back":
        member = member_with(Permission.ESCALATE, request)
        services.withdraw(shown=get_object_or_404(there.select_related("case"), ended_at=None), by=member)
        messages.success(request, _("It is before them no more."))
    elif chosen == "put":
        if refused := why_not(put):
            messages.warning(request, refused)
        else:
            messages.success(request, _("It is before them now. By mail they learn only that something waits."))
    else:
        raise Http404


def why_not(put: Callable[[], None]) -> str:
    """Why it could not be put there, in words; empty when it was."""
    try:
        put()
    except (services.NotTheirs, referrals.NotTheirs) as error:
        raise PermissionDenied from error
    except (notices.ConsentMissing, notices.Incomplete, PublishRefused) as error:
        return worded(error)
    except referrals.Refused as error:
        return str(HURDLES[error.hurdle])
    except KeyMissing:
        return _("Nothing can be put before it yet: nobody has chosen a passphrase, or its key waits for the ceremony.")
    except (services.TooLarge, packages.TooLarge, packages.BadKey, EvidenceGone, NotSeen):
        return _("The package could not be made, or is too large for this way.")
    except (services.Over, notices.NotNow, referrals.Quicker):
        return _("This cannot be done now: the case has moved on, or a colleague was quicker.")
    return ""
