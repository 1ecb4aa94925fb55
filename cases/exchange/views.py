"""FetchHashes and SubmitFeedback, as StopNCII's API answers them (docs/exchange.md). Machines come here: JSON in, JSON out."""
import json
from collections.abc import Callable
from functools import wraps

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, JsonResponse
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_GET, require_POST

from cases.exchange import services, throttle
from cases.exchange.models import Partner
from cases.hashing.wire.stopncii import FetchRequest, Malformed, parse_feedback

View = Callable[[HttpRequest, Partner], JsonResponse]


def for_partners(view: View) -> Callable[[HttpRequest], JsonResponse]:
    """Keys in two headers are all the authority there is: no session, no cookie, so no cross-site token either."""
    @login_not_required
    @csrf_exempt
    @wraps(view)
    def door(request: HttpRequest) -> JsonResponse:
        try:
            partner = services.authenticate(request.headers.get("x-functions-key", ""),
                                            request.headers.get("Ocp-Apim-Subscription-Key", ""))
        except services.UnknownPartner:
            return refuse(401, "keys", _("These keys open nothing. Ask the ministry for new ones."))
        if throttle.too_many(partner):
            return refuse(429, "rate", _("Too many requests. Wait a minute."), {"Retry-After": str(throttle.MINUTE)})
        try:
            answer = view(request, partner)
        except RequestDataTooBig:
            return refuse(413, "body", _("That is too much at once. Send less in each request."))
        except Malformed as error:
            too_many = error.code == "count"
            return refuse(413 if too_many else 400, error.code,
                          _("That is too much at once. Send less in each request.") if too_many
                          else _("This part of the request is not in the format: %(part)s.") % {"part": error.code})
        answer["Cache-Control"] = "no-store"
        return answer
    return door


def refuse(status: int, code: str, message: str, headers: dict[str, str] | None = None) -> JsonResponse:
    """`code` is for programs; the message follows Accept-Language."""
    return JsonResponse({"error": code, "message": message}, status=status,
                        headers={"Cache-Control": "no-store"} | (headers or {}))


@require_GET
@for_partners
def fetch_hashes(request: HttpRequest, partner: Partner) -> JsonResponse:
    return JsonResponse(services.page(partner=partner, request=FetchRequest.parse(request.GET.dict())).as_json())


@require_POST
@for_partners
def submit_feedback(request: HttpRequest, partner: Partner) -> JsonResponse:
    taken = services.take_feedback(partner=partner, lines=parse_feedback(parsed(request)))
    return JsonResponse({"count": taken.new, "unknown": taken.unknown})


def parsed(request: HttpRequest) -> object:
    try:
        body: object = json.loads(request.body)
    except (ValueError, RecursionError) as error:        # not JSON, not UTF-8, or brackets without end
        raise Malformed("json") from error
    return body
