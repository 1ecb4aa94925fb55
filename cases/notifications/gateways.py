"""How a message leaves: by mail, or through an operator's SMS gateway over HTTP (docs/how-to/connect-an-sms-gateway.md).

Both may be asked twice for the same message (outbox: at least once), so both bear the job's id: mail as Message-ID, SMS as
Idempotency-Key. Nothing here logs: an address and a text would be in it.
"""
import json
import os
import smtplib
from collections.abc import Callable
from dataclasses import dataclass
from http.client import HTTPConnection, HTTPException, HTTPResponse, HTTPSConnection
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone

from cases.notifications.models import Kind
from cases.outbox.errors import Retry, Stop

TIMEOUT = 15                                   # seconds
LONGEST_WAIT = 3600                            # a gateway may ask for patience, but not for ever
PERMANENT = range(500, 600)                    # RFC 5321: a 5yz reply will not change by itself
NO_SUCH_NUMBER = frozenset({404, 410, 422})    # what our gateway contract calls a recipient that cannot be reached


class Refused(Stop):
    """There is no such recipient, and there will be none: forget the address."""


@dataclass(frozen=True)
class Outgoing:
    """One message to one person. `neutral`: the sender must not give away whose message it is."""
    to: str
    subject: str
    text: str
    language: str
    key: UUID
    neutral: bool = False


def email(message: Outgoing) -> None:
    """Hand over to the mail server. Raises Retry, Stop, Refused."""
    sender = settings.REPORTER_FROM_EMAIL if message.neutral else settings.DEFAULT_FROM_EMAIL
    headers = {"Message-ID": f"<{message.key}@{sender.rpartition('@')[2].rstrip('>')}>", "Content-Language": message.language,
               "Auto-Submitted": "auto-generated"}      # RFC 3834: no holiday answers, please
    try:
        EmailMessage(message.subject, message.text, sender, [message.to], headers=headers).send()
    except smtplib.SMTPRecipientsRefused as error:
        code = max(code for code, _answer in error.recipients.values())
        raise (Refused(code) if code in PERMANENT else Retry(code=code)) from error
    except smtplib.SMTPResponseException as error:
        raise (Stop(error.smtp_code) if error.smtp_code in PERMANENT else Retry(code=error.smtp_code)) from error
    except (smtplib.SMTPException, OSError) as error:
        raise Retry(code=type(error).__name__) from error


def sms(message: Outgoing) -> None:
    """POST to the gateway, or, where none is set (the demo), write a file. Raises Retry, Stop, Refused."""
    if not settings.SMS_GATEWAY_URL:
        return _to_file(message)
    sender = settings.REPORTER_SMS_SENDER if message.neutral else settings.SMS_SENDER
    body = json.dumps({"to": message.to, "from": sender, "text": message.text}).encode()
    try:
        status, after = _post(body, message.key)
    except (HTTPException, OSError) as error:
        raise Retry(code=type(error).__name__) from error
    if status == 429 or status >= 500:
        raise Retry(after, code=status)
    if status in NO_SUCH_NUMBER:
        raise Refused(status)
    if not 200 <= status < 300:                # also a redirect: numbers go to the address that was configured, or nowhere
        raise Stop(status)


def _post(body: bytes, key: UUID) -> tuple[int, float | None]:
    """The answer's status and its Retry-After in seconds."""
    url = urlsplit(settings.SMS_GATEWAY_URL)
    connection = (HTTPSConnection if url.scheme == "https" else HTTPConnection)(url.netloc, timeout=TIMEOUT)
    try:
        connection.request("POST", f"{url.path or '/'}{'?' if url.query else ''}{url.query}", body, {
            "Content-Type": "application/json", "Authorization": f"Bearer {settings.SMS_GATEWAY_TOKEN}",
            "Idempotency-Key": str(key)})
        answer = connection.getresponse()
        return answer.status, _retry_after(answer)
    finally:
        connection.close()


def _retry_after(answer: HTTPResponse) -> float | None:
    text = answer.headers.get("Retry-After", "")
    return float(min(int(text), LONGEST_WAIT)) if text.isascii() and text.isdecimal() else None


def _to_file(message: Outgoing) -> None:
    settings.SMS_FILE_PATH.mkdir(mode=0o700, parents=True, exist_ok=True)
    path = settings.SMS_FILE_PATH / f"{timezone.now():%Y%m%d-%H%M%S}-{message.key}.txt"
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
        file.write(f"To: {message.to}\n\n{message.text}\n")


SEND: dict[Kind, Callable[[Outgoing], None]] = {Kind.EMAIL: email, Kind.SMS: sms}
