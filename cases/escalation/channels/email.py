"""A notice by mail, from the ministry's role address. The same notice always bears the same Message-ID (RFC 5322)."""
import hashlib
import smtplib

from django.conf import settings
from django.core.mail import EmailMessage

from cases.escalation import notices
from cases.escalation.channels.base import Outgoing, Proof
from cases.outbox.errors import Retry, Stop

PERMANENT = range(500, 600)      # RFC 5321: a 5yz reply will not change by itself


def send(outgoing: Outgoing) -> Proof:
    sender = settings.NOTICE_FROM_EMAIL
    subject, body = notices.render(outgoing.notice, office=settings.OFFICE[outgoing.language], contact=sender,
                                   language=outgoing.language)
    message_id = f"<{outgoing.key}@{sender.rpartition('@')[2]}>"
    message = EmailMessage(subject, body, from_email=sender, to=[outgoing.address], reply_to=[sender],
                           headers={"Message-ID": message_id, "Content-Language": outgoing.language})
    try:
        message.send()
    except smtplib.SMTPRecipientsRefused as error:
        raise verdict(max(code for code, _answer in error.recipients.values())) from error
    except smtplib.SMTPResponseException as error:
        raise verdict(error.smtp_code) from error
    except (smtplib.SMTPException, OSError) as error:
        raise Retry(code=type(error).__name__) from error
    return Proof({"message_id": message_id, "sha256": hashlib.sha256(body.encode()).hexdigest()})


def verdict(code: int) -> Exception:
    return Stop(code) if code in PERMANENT else Retry(code=code)
