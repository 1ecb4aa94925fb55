"""NCMEC's hash sharing, version 2, as its members' software speaks it (docs/exchange.md). XML in, XML out."""
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from cases.exchange import services, throttle
from cases.exchange.door import for_partners, handed, in_basic
from cases.exchange.models import Partner
from cases.exchange.partners import OURSELVES
from cases.hashing.wire import ncmec

XML = "application/xml; charset=utf-8"


def xml(document: str, status: int = 200) -> HttpResponse:
    return HttpResponse(document, content_type=XML, status=status)


def refuse(status: int, code: str, message: str) -> HttpResponse:
    answer = xml(ncmec.error(code, message), status)
    if status == 401:
        answer["WWW-Authenticate"] = 'Basic realm="hashsharing"'
    return answer


@require_GET
@for_partners(in_basic, refuse)
def status(request: HttpRequest, partner: Partner) -> HttpResponse:
    return xml(ncmec.status(ncmec.Member(partner.number, partner.name)))


@require_GET
@for_partners(in_basic, refuse)
def members(request: HttpRequest, partner: Partner) -> HttpResponse:
    return xml(ncmec.members(services.members(partner)))


@require_GET
@for_partners(in_basic, refuse)
def entries(request: HttpRequest, partner: Partner) -> HttpResponse:
    return listed(request, partner, deleted_only=False)


@require_GET
@for_partners(in_basic, refuse)
def deletions(request: HttpRequest, partner: Partner) -> HttpResponse:
    """The tombstones alone, for whoever wants to check that nothing was missed."""
    return listed(request, partner, deleted_only=True)


def listed(request: HttpRequest, partner: Partner, *, deleted_only: bool) -> HttpResponse:
    asked = ncmec.EntriesRequest.parse(request.GET.dict(), timezone.now())
    page, fetched = services.entries(partner=partner, request=asked, deleted_only=deleted_only)
    return handed(request, partner, xml(str(page)), fetched)


@require_GET
@for_partners(in_basic, refuse)
def reasons(request: HttpRequest, partner: Partner, fingerprint: str) -> HttpResponse:
    if fingerprint.upper() not in ncmec.FINGERPRINTS:
        return refuse(400, "fingerprint", _("We have no fingerprints of that type."))
    return xml(ncmec.reasons(fingerprint))


@require_http_methods(["PUT"])
@for_partners(in_basic, refuse)
def feedback(request: HttpRequest, partner: Partner, member: int, entry: UUID, fingerprint: str) -> HttpResponse:
    value, kind = ncmec.parse_vote(request.body), ncmec.FINGERPRINTS.get(fingerprint.upper(), "")
    throttle.take_lines(partner, 1)
    if member == OURSELVES and services.take_vote(partner=partner, number=entry, kind=kind, value=value):
        return xml(ncmec.document("submissionResult", ""))
    return refuse(400, "entry", _("You know no such entry of ours."))
