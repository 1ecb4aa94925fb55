"""What becomes of a mail that came in: counted as a stranger's, or sealed to the unit of its notice, at once and for good.

Nobody but the unit can read it afterwards, the worker included. A mail server's report makes the notice a dead letter; a
machine's reply says at most that somebody has it; words wait for a person, who says what they mean.
"""
import json
import uuid
from contextlib import suppress

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from cases.audit.services import record
from cases.escalation import delivery, failures, replying
from cases.escalation.delivery_models import Answer, Stray
from cases.escalation.failures import Failure
from cases.escalation.inbound import mail as mails
from cases.escalation.inbound.mail import Mail, Unreadable
from cases.escalation.models import Escalation
from cases.escalation.services import NotNow, move, tell
from cases.notifications.models import Occasion
from cases.notifications.services import tell_assignee
from cases.public_words import Said
from cases.services import lock_case
from cases.vault import custody, envelope

Kind, State = Answer.Kind, Escalation.State
SEEN = frozenset({State.SENT, State.NO_ANSWER})         # from here an answer shows that somebody has it


@transaction.atomic
def take_in(raw: bytes) -> bool:
    """False: it belongs to no notice and was only counted. Safe to repeat: the same mail is one."""
    try:
        mail = mails.read(raw)
    except Unreadable:
        count(Stray.Why.UNREADABLE)
        return False
    tokens = replying.addressed(mail.recipients)
    escalation = replying.escalation_of(tokens)
    if escalation is None:
        count(Stray.Why.UNKNOWN if tokens else Stray.Why.NO_TOKEN)
        return False
    escalation.case = lock_case(escalation.case, alone=False)
    if not Answer.objects.filter(escalation=escalation, message=mail.message).exists():
        keep(escalation, mail)
    return True


def count(why: Stray.Why) -> None:
    row, _made = Stray.objects.get_or_create(day=timezone.localdate(), why=why.value)
    Stray.objects.filter(pk=row.pk).update(count=F("count") + 1)


def keep(escalation: Escalation, mail: Mail) -> None:
    """Seal it, note what kind it is, and say so to whoever works on the case."""
    kind, now = kind_of(mail), timezone.now()
    failure = failures.of_status(mail.report.status) if mail.report and kind == Kind.BOUNCE else None
    secret, row = envelope.new_key(), uuid.uuid4()
    words = json.dumps({"from": mail.sender, "subject": mail.subject, "text": mail.text}, ensure_ascii=False).encode()
    Answer.objects.create(
        id=row, case_id=escalation.case_id, escalation=escalation, at=now, way=Answer.Way.MAIL.value, kind=kind.value,
        key=custody.keep(secret, case=escalation.case_id, unit=escalation.case.unit), left_out=mail.left_out,
        body=envelope.seal(secret, words, case=escalation.case_id, field="answer", record=row), message=mail.message,
        failure=failure.value if failure else "")
    record("answer_arrived", subject=escalation.case_id, actor="system", escalation=escalation.pk, kind=kind.value)
    if failure and mail.report:
        came_back(escalation, failure, mail.report.status)
    elif not mail.report and not mail.postmaster:
        seen(escalation, kind)


def kind_of(mail: Mail) -> Answer.Kind:
    """A report that it is late, or has arrived, is a machine's word and no failure."""
    if mail.report:
        return Kind.BOUNCE if mail.report.action == "failed" else Kind.AUTOMATIC
    return Kind.AUTOMATIC if mail.automatic else Kind.ANSWER


def came_back(escalation: Escalation, failure: Failure, status: str) -> None:
    """Unless somebody has answered since."""
    with suppress(NotNow):
        delivery.failed(escalation=escalation, failure=failure, code=f"{failure.value} {status}".strip())


def seen(escalation: Escalation, kind: Answer.Kind) -> None:
    """They have our notice: no more than that. What their words mean, a person says."""
    if kind == Kind.ANSWER:
        tell_assignee(case=escalation.case, occasion=Occasion.ANSWER)
    if escalation.state in SEEN:
        with suppress(NotNow):
            fresh = move(escalation, State.ACKNOWLEDGED, by=None)
            tell(fresh, None, Said.PLATFORM_SAW_IT, fresh.next_check_at, by=None)
