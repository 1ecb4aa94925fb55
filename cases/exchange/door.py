"""What every request of a partner passes, in either format: keys, the partner's limit, errors, compression, "nothing new"."""
import gzip
import hashlib
from base64 import b64decode
from collections.abc import Callable
from functools import wraps
from typing import Protocol

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse, HttpResponseNotModified
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.csrf import csrf_exempt

from cases.exchange import throttle
from cases.exchange.models import Partner
from cases.exchange.partners import UnknownPartner, authenticate
from cases.exchange.services import Fetched, log_fetch
from cases.hashing.wire.stopncii import Malformed

NOT_MODIFIED = 304
SMALL = 512                         # bytes that are not worth compressing
View = Callable[..., HttpResponse]
Keys = tuple[str, str]


class Refuse(Protocol):
    def __call__(self, status: int, code: str, message: str) -> HttpResponse:
        """`code` is for programs; the message follows Accept-Language."""
        ...


def in_headers(request: HttpRequest) -> Keys:
    """StopNCII's way."""
    return request.headers.get("x-functions-key", ""), request.headers.get("Ocp-Apim-Subscription-Key", "")


def in_basic(request: HttpRequest) -> Keys:
    """NCMEC's way: HTTP Basic (RFC 7617)."""
    scheme, _space, given = request.headers.get("Authorization", "").partition(" ")
    try:
        first, _colon, second = b64decode(given, validate=True).decode().partition(":")
    except ValueError:
        return "", ""
    return (first, second) if scheme.lower() == "basic" else ("", "")


def for_partners(keys: Callable[[HttpRequest], Keys], refuse: Refuse) -> Callable[[View], View]:
    """Two keys are all the authority there is: no session, no cookie, so no cross-site token either."""
    def decorate(view: View) -> View:
        @login_not_required
        @csrf_exempt
        @wraps(view)
        def door(request: HttpRequest, *args: object, **kwargs: object) -> HttpResponse:
            try:
                partner = authenticate(*keys(request))
            except UnknownPartner:
                return closed(refuse(401, "keys", _("These keys open nothing. Ask the ministry for new ones.")))
            if throttle.too_many(partner):
                answer = closed(refuse(429, "rate", _("Too many requests. Wait a minute.")))
                answer["Retry-After"] = str(throttle.MINUTE)
                return answer
            return let_in(view, refuse, request, partner, *args, **kwargs)
        return door
    return decorate


def let_in(view: View, refuse: Refuse, request: HttpRequest, partner: Partner, *args: object, **kwargs: object) -> HttpResponse:
    try:
        return sent(request, view(request, partner, *args, **kwargs))
    except throttle.UsedUp:
        answer = closed(refuse(429, "day", _("You have sent as much as is taken in a day. Send the rest tomorrow.")))
        answer["Retry-After"] = str(throttle.HOUR)
        return answer
    except throttle.Full:
        return closed(refuse(409, "full", _("As many of your fingerprints stand here as may: %(most)s. We took nothing of these. "
                                            "Ask the ministry.") % {"most": throttle.MOST_SUBMITTED}))
    except RequestDataTooBig:
        return closed(refuse(413, "body", _("That is too much at once. Send less in each request.")))
    except Malformed as error:
        if error.code == "count":
            return closed(refuse(413, "count", _("That is too much at once. Send less in each request.")))
        if error.code == "future":
            return closed(refuse(400, "future", _("The end of the range lies in the future: the clock or the time zone of your "
                                                  "program is wrong. Times bear a Z and are UTC; run it with TZ=UTC.")))
        part = {"part": error.code}
        return closed(refuse(400, error.code, _("This part of the request is not in the format: %(part)s.") % part))


def closed(answer: HttpResponse) -> HttpResponse:
    answer["Cache-Control"] = "no-store"
    return answer


def handed(request: HttpRequest, partner: Partner, answer: HttpResponse, fetched: Fetched) -> HttpResponse:
    """A page of the list, written down as what it was to the partner: fingerprints, or nothing new."""
    final = sent(request, answer)
    log_fetch(partner=partner, fetched=fetched, unchanged=final.status_code == NOT_MODIFIED)
    return final


def sent(request: HttpRequest, answer: HttpResponse) -> HttpResponse:
    """The answer with its ETag, compressed where the client takes that; 304 if the client has it (RFC 9110, 13.1.2)."""
    if answer.has_header("ETag"):
        return answer
    answer["Cache-Control"] = "private, no-cache"
    if request.method != "GET":
        return closed(answer)
    patch_vary_headers(answer, ["Accept-Encoding", "Authorization", "x-functions-key"])
    tag = f'W/"{hashlib.sha256(answer.content).hexdigest()[:32]}"'
    if tag in {each.strip() for each in request.headers.get("If-None-Match", "").split(",")}:
        same = HttpResponseNotModified(headers={name: answer[name] for name in ("Cache-Control", "Vary")})
        same["ETag"] = tag
        return same
    answer["ETag"] = tag
    if len(answer.content) > SMALL and "gzip" in request.headers.get("Accept-Encoding", ""):
        answer.content = gzip.compress(answer.content, 5, mtime=0)
        answer["Content-Encoding"] = "gzip"
    return answer
