"""Answers of platforms, handed over by the office's own mail server as they came in (docs/how-to/answers-by-mail.md).

Signed as Standard Webhooks 1.0.0 has it, with Ed25519 ("v1a"): this process holds no secret, and so can lose none.
"""
import base64
import binascii

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import RequestDataTooBig
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from cases.escalation.inbound.arrivals import receive

FRESH = 300                      # seconds that the clocks may differ, and a copy of a request is good for
SIGNATURES = 4                   # of one request: a key that is being changed


@login_not_required
@csrf_exempt
@require_POST
def mail(request: HttpRequest) -> HttpResponse:
    """202: it is kept. 401: not signed by our mail server, if one is named, or too long ago. 413: more than is taken."""
    try:
        raw = request.body
    except RequestDataTooBig:
        return answer(413)
    if not signed(request, raw):
        return answer(401)
    receive(raw)
    return answer(202)


def answer(status: int) -> HttpResponse:
    return HttpResponse(status=status, headers={"Cache-Control": "no-store"}, content_type="text/plain")


def signed(request: HttpRequest, raw: bytes) -> bool:
    number, at = request.headers.get("webhook-id", ""), request.headers.get("webhook-timestamp", "")
    if not (at.isascii() and at.isdecimal() and len(at) < 12) or abs(timezone.now().timestamp() - int(at)) > FRESH:
        return False
    told = f"{number}.{at}.".encode("utf-8", "replace") + raw
    return any(holds(each, told) for each in request.headers.get("webhook-signature", "").split()[:SIGNATURES])


def holds(said: str, told: bytes) -> bool:
    version, _comma, encoded = said.partition(",")
    try:
        key = Ed25519PublicKey.from_public_bytes(settings.INBOUND_MAIL_KEY)
        key.verify(base64.b64decode(encoded, validate=True), told)
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return version == "v1a"
