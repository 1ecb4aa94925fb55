"""Several notices to one mailbox as one mail: a list of their references, then each in full."""
import hashlib
from collections.abc import Sequence

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils.translation import gettext as _, ngettext, override

from cases.escalation import notices
from cases.escalation.channels import email
from cases.escalation.channels.base import Outgoing

LINE = "\n\n" + "=" * 72 + "\n\n"


def message(reference: str, several: Sequence[Outgoing]) -> EmailMessage:
    """All in the language of the first. `reference`: of the batch."""
    language = several[0].language
    with override(language):
        count = {"n": len(several), "reference": reference}
        subject = ngettext("[%(reference)s] %(n)d request to remove content", "[%(reference)s] %(n)d requests to remove content",
                           len(several)) % count
        head = [_("This message holds several requests. Please treat each by itself and answer it under its own reference."),
                "\n".join(listed(number, each) for number, each in enumerate(several, 1))]
    body = LINE.join(["\n\n".join(head), *(text_of(each) for each in several)])
    return EmailMessage(subject, body, from_email=settings.NOTICE_FROM_EMAIL, to=[several[0].address],
                        reply_to=[settings.NOTICE_FROM_EMAIL],
                        headers={**email.headers(several[0]), "Message-ID": message_id(several)})


def listed(number: int, each: Outgoing) -> str:
    places = len(each.notice.links) + len(each.notice.hashes)
    return f"{number}. {each.notice.reference}: " + ngettext("%(n)d place", "%(n)d places", places) % {"n": places}


def text_of(each: Outgoing) -> str:
    return notices.render(each.notice, office=settings.OFFICE[each.language], contact=email.contact(each),
                          language=each.language)[1].strip()


def message_id(several: Sequence[Outgoing]) -> str:
    """The same for the same notices."""
    keys = "".join(sorted(each.key for each in several))
    return f"<{hashlib.sha256(keys.encode()).hexdigest()[:32]}@{settings.NOTICE_FROM_EMAIL.rpartition('@')[2]}>"
