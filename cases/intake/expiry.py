"""Receipts come to their end 180 days after closing. From then on nobody, the reporter included, has the reporter's key."""
from datetime import datetime

from django.db import transaction

from cases.audit.services import record
from cases.conversation.reviewing import reviews_of
from cases.intake.models import Receipt
from cases.intake.receipts import LIFETIME
from cases.services import lock_case
from cases.vault import custody
from cases.workflow import Status


def expire(now: datetime) -> int:
    """Delete the receipts whose time is over, and with each the reporter's wrap of the conversation. Returns how many."""
    over = Receipt.objects.filter(case__closed_at__lte=now - LIFETIME).select_related("case")
    return sum(end(receipt=receipt, now=now) for receipt in over)


@transaction.atomic
def end(*, receipt: Receipt, now: datetime) -> bool:
    """One receipt. False if its case was opened again: then the code lives, and its time runs anew from the next closing.

    A case that is opened again later than this stays without a reporter: there is no code to give back.
    """
    case = lock_case(receipt.case)
    if case.status != Status.CLOSED or case.closed_at is None or case.closed_at > now - LIFETIME:
        return False
    receipt.delete()
    for key in (case.conversation_key, *(review.key for review in reviews_of(case).select_related("key"))):
        custody.drop_reporter_wrap(key)
    record("receipt_expired", subject=case.pk, actor="system")
    return True
