"""A platform's web form: a caseworker copies the text over and types the form's reference back.

Nothing is sent by machine, so this channel has no `send`; `escalation.delivery.form_filled` records the proof.
"""
from django.conf import settings

from cases.escalation import notices
from cases.escalation.channels.base import Outgoing


def texts(outgoing: Outgoing, fields: list[dict[str, object]]) -> list[dict[str, object]]:
    contact = outgoing.reply_to or settings.NOTICE_FROM_EMAIL
    return notices.form_texts(outgoing.notice, fields, contact=contact, language=outgoing.language)
