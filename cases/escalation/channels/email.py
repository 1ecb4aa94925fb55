"""A notice by mail, from the ministry's role address. The same notice always bears the same Message-ID (RFC 5322).

A reminder or a second notice stands in one thread with what the same mailbox was sent before (`following.thread`), and all that
this office asks of platforms bears one List-Id (RFC 2919), so that a receiver can sort it.
"""
import hashlib

from django.conf import settings
from django.core.mail import EmailMessage

from cases.escalation import notices
from cases.escalation.channels import letter, pgp, smtp
from cases.escalation.channels.base import Outgoing, Proof

LIST = "removal-requests"


def send(outgoing: Outgoing) -> Proof:
    return leave(message(outgoing), pgp_key=outgoing.pgp_key)


def message(outgoing: Outgoing) -> EmailMessage:
    """Plain text, complete in itself; the letter beside it only where it is wanted."""
    subject, body = notices.render(outgoing.notice, office=settings.OFFICE[outgoing.language], contact=contact(outgoing),
                                   language=outgoing.language)
    mail = EmailMessage(subject, body, from_email=settings.NOTICE_FROM_EMAIL, to=[outgoing.address],
                        reply_to=[contact(outgoing)], headers=headers(outgoing))
    if outgoing.with_letter:
        mail.attach(letter.file_name(outgoing), letter.pdf(outgoing), "application/pdf")
    return mail


def contact(outgoing: Outgoing) -> str:
    return outgoing.reply_to or settings.NOTICE_FROM_EMAIL


def headers(outgoing: Outgoing) -> dict[str, str]:
    domain = settings.NOTICE_FROM_EMAIL.rpartition("@")[2]
    before = outgoing.earlier
    thread = {"In-Reply-To": before[-1], "References": " ".join(before)} if before else {}
    return {"Message-ID": f"<{outgoing.key}@{domain}>", "Content-Language": outgoing.language, "List-Id": f"<{LIST}.{domain}>",
            **thread}


def leave(mail: EmailMessage, *, pgp_key: str = "") -> Proof:
    """Encrypted where there is a key, or not at all. Raises Retry and Stop."""
    leaving = pgp.Sealed(mail, pgp_key) if pgp_key else mail
    handed = smtp.hand_over(leaving, bounces_to=mail.reply_to[0])
    to_key = {"pgp": pgp.fingerprint(pgp_key)} if pgp_key else {}
    return Proof({"message_id": mail.extra_headers["Message-ID"], "sha256": digest(mail), **to_key, **handed})


def digest(mail: EmailMessage) -> str:
    """Of what it says: the text, and after it each thing that goes along."""
    whole = hashlib.sha256(mail.body.encode())
    for attached in mail.attachments:
        content = attached[1]                      # of name, content, type
        whole.update(content if isinstance(content, bytes) else str(content).encode())
    return whole.hexdigest()
