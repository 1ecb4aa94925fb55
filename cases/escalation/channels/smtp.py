"""Handing a mail to our mail server, and what it answered. Django's own way throws the answer away.

Bounces go to the address of the notice that the mail is about, not to the office's (RFC 5321, 4.4: the reverse-path).
"""
import hashlib
import smtplib
from contextlib import suppress

from django.core.mail import EmailMessage, get_connection
from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.message import sanitize_address

from cases.escalation import failures
from cases.escalation.failures import Failure
from cases.outbox.errors import Retry, Stop

OK = 250
LONGEST_ANSWER = 120


def hand_over(message: EmailMessage, *, bounces_to: str) -> dict[str, str]:
    """Proof: the server's `answer` and the SHA-256 of every byte that left (`wire`); empty in a trial that sends nothing.

    Raises Retry, Stop; their code begins with a Failure.
    """
    connection = get_connection()
    try:
        if isinstance(connection, EmailBackend):
            return over_smtp(connection, message, bounces_to)
        message.send()
    except smtplib.SMTPRecipientsRefused as error:
        raise verdict(*max(error.recipients.values())) from error
    except smtplib.SMTPResponseException as error:
        raise verdict(error.smtp_code, error.smtp_error) from error
    except (smtplib.SMTPException, OSError) as error:
        raise Retry(code=f"{failures.of_exception(error).value} {type(error).__name__}") from error
    return {}


def over_smtp(connection: EmailBackend, message: EmailMessage, bounces_to: str) -> dict[str, str]:
    data = message.message().as_bytes(linesep="\r\n")          # type: ignore[call-arg]   # Django's own class takes it
    try:
        connection.open()
        server = connection.connection
        if server is None:                                       # Django's "fail silently", which nobody asked for
            raise smtplib.SMTPServerDisconnected
        server.ehlo_or_helo_if_needed()
        refuse_unless(OK, server.mail(sanitize_address(bounces_to, "utf-8")))
        for each in message.recipients():
            refuse_unless(OK, server.rcpt(sanitize_address(each, "utf-8")))
        code, answer = server.data(data)
        refuse_unless(OK, (code, answer))
    finally:
        with suppress(smtplib.SMTPException, OSError):          # it answered, or it did not: how it says goodbye is no matter
            connection.close()
    words = answer.decode("ascii", "replace").replace("\n", " ")
    return {"answer": f"{code} {words}"[:LONGEST_ANSWER], "wire": hashlib.sha256(data).hexdigest()}


def refuse_unless(good: int, reply: tuple[int, bytes]) -> None:
    if reply[0] not in {good, 251}:                              # 251: forwarded
        raise smtplib.SMTPResponseException(*reply)


def verdict(number: int, text: bytes | str) -> Exception:
    """A 4yz reply may change by itself, a 5yz reply does not (RFC 5321, 4.2.1); a wrong password of ours may be mended."""
    failure, code = failures.of_reply(number, text)
    said = f"{failure.value} {code}"
    return Retry(code=said) if number < 500 or failure == Failure.LOGIN else Stop(said)
