"""FetchHashes, SubmitHashes and SubmitFeedback, as StopNCII's API answers them (docs/exchange.md). JSON in, JSON out."""
import json

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.http import require_GET, require_POST

from cases.exchange import services, throttle
from cases.exchange.door import for_partners, handed, in_headers
from cases.exchange.models import Partner
from cases.hashing.wire.stopncii import FetchRequest, Malformed, parse_feedback, parse_hashes


def refuse(status: int, code: str, message: str) -> HttpResponse:
    return JsonResponse({"error": code, "message": message}, status=status)


@require_GET
@for_partners(in_headers, refuse)
def fetch_hashes(request: HttpRequest, partner: Partner) -> HttpResponse:
    page, fetched = services.page(partner=partner, request=FetchRequest.parse(request.GET.dict()))
    return handed(request, partner, JsonResponse(page.as_json()), fetched)


@require_POST
@for_partners(in_headers, refuse)
def submit_feedback(request: HttpRequest, partner: Partner) -> HttpResponse:
    lines = parse_feedback(parsed(request))
    throttle.take_lines(partner, len(lines))
    taken = services.take_feedback(partner=partner, lines=lines)
    return JsonResponse({"count": taken.new, "unknown": taken.unknown})


@require_POST
@for_partners(in_headers, refuse)
def submit_hashes(request: HttpRequest, partner: Partner) -> HttpResponse:
    hashes = parse_hashes(parsed(request))
    throttle.take_lines(partner, len(hashes))
    return JsonResponse({"count": services.take_hashes(partner=partner, hashes=hashes)})


def parsed(request: HttpRequest) -> object:
    try:
        body: object = json.loads(request.body)
    except (ValueError, RecursionError) as error:        # not JSON, not UTF-8, or brackets without end
        raise Malformed("json") from error
    return body
