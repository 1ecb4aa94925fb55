from uuid import UUID

from django.utils import timezone

from cases.escalation import batches, chasing, delivery, looking, second, services, uploads
from cases.escalation.inbound import handed, mailbox
from cases.models import Case, Consent
from cases.outbox.services import job
from cases.selectors import agrees, parts_of

RINGS = 5000                 # of one notice: waiting for its turn costs one each; what is tried too often, delivery itself ends


@job("escalation.deliver", atomic=False, max_attempts=RINGS)
def deliver(escalation_id: str) -> None:
    delivery.deliver(escalation_id=UUID(escalation_id))


@job("escalation.deliver_batch", atomic=False, max_attempts=20)
def deliver_batch(batch_id: str) -> None:
    batches.deliver(batch_id=UUID(batch_id))


@job("escalation.submit", atomic=False, max_attempts=200)
def submit(escalation_id: str) -> None:
    """Four days for a second person to agree; then a caseworker looks."""
    delivery.deliver(escalation_id=UUID(escalation_id))


@job("escalation.withdraw")
def withdraw(case_id: str) -> None:
    """Unless the reporter agrees again by now, or the case is gone and its entries with it. What was split from it follows."""
    case = Case.objects.filter(pk=case_id).first()
    if case and not agrees(case, Consent.Act.SHARE_HASHES):
        for each in (case, *parts_of(case)):
            services.withdraw_hashes(case=each)


@job("escalation.take_back", atomic=False, max_attempts=200)
def take_back(entry_id: str) -> None:
    """What was submitted upward and left our list."""
    uploads.take_back(entry_id=UUID(entry_id))


@job("escalation.chase", atomic=False)
def chase() -> None:
    chasing.chase(timezone.now())
    second.remind(timezone.now())


@job(mailbox.FETCH, atomic=False, max_attempts=1)
def fetch_mail() -> None:
    """Each minute anew; one that fails needs no second try."""
    mailbox.fetch()


@job("escalation.take_mail", max_attempts=200)
def take_mail(arrival_id: str) -> None:
    handed.take(arrival_id=UUID(arrival_id))


@job("escalation.plan_looks", atomic=False, max_attempts=1)
def plan_looks() -> None:
    """Each hour anew; one that fails needs no second try."""
    looking.plan(timezone.now())


@job("escalation.look_at", atomic=False, max_attempts=100)
def look_at(look_id: str, link: int) -> None:
    """Waiting for its turn costs a try each."""
    looking.look_at(look_id=UUID(look_id), link=link)
