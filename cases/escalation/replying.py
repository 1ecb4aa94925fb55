"""The address at which the answer to one notice comes in: the office's, with a token that nobody can guess (RFC 5233).

The token follows from the notice's key, so that every copy of a notice bears the same one, and whoever can open the notice can
name it: the worker until it is sent, the unit afterwards. The database keeps its digest alone.
"""
import base64
import hashlib
import hmac
import re

from django.conf import settings

from cases.escalation.delivery_models import ReplyAddress
from cases.escalation.models import Escalation

TOKEN_BYTES = 16                 # 128 bits, 26 characters of base32: no upper case is needed, and none survives everywhere
TOKEN = re.compile(r"[a-z2-7]{26}")


def token(secret: bytes, escalation: Escalation) -> str:
    """Of the notice's data key."""
    digest = hmac.new(secret, b"reply-address" + escalation.pk.bytes, hashlib.sha256).digest()
    return base64.b32encode(digest[:TOKEN_BYTES]).decode().rstrip("=").lower()


def address(secret: bytes, escalation: Escalation) -> str:
    """"takedown+…@…"; the office's own where the mail server knows no such addresses (settings.NOTICE_REPLY_ADDRESS empty)."""
    if not settings.NOTICE_REPLY_ADDRESS:
        return str(settings.NOTICE_FROM_EMAIL)
    name, _at, domain = settings.NOTICE_REPLY_ADDRESS.rpartition("@")
    return f"{name}+{token(secret, escalation)}@{domain}"


def digest_of(found: str) -> str:
    return hashlib.sha256(found.encode()).hexdigest()


def expect(secret: bytes, escalation: Escalation) -> None:
    """From now on a mail to that address is about this notice; twice is once."""
    ReplyAddress.objects.get_or_create(escalation=escalation, defaults={"digest": digest_of(token(secret, escalation))})


def addressed(recipients: list[str]) -> list[str]:
    """The tokens in addresses of ours, in their order; anything else is somebody else's."""
    name, _at, domain = settings.NOTICE_REPLY_ADDRESS.lower().rpartition("@")
    found = []
    for each in recipients:
        local, _at, host = each.strip().lower().rpartition("@")
        base, _plus, tail = local.partition("+")
        if base == name and host == domain and TOKEN.fullmatch(tail):
            found.append(tail)
    return found


def escalation_of(tokens: list[str]) -> Escalation | None:
    """Looked up by digest, which takes the same time for every wrong token and tells nothing of the right ones."""
    row = ReplyAddress.objects.filter(digest__in=[digest_of(each) for each in tokens]).first()
    return Escalation.objects.select_related("case__unit", "platform").get(pk=row.escalation_id) if row else None
