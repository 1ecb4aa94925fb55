from uuid import UUID

from cases.exchange import applying
from cases.outbox.errors import Retry
from cases.outbox.services import job

AGAIN = 1800                 # seconds; a notice by web form waits for a person
ATTEMPTS = 200               # four days, then a person looks


@job("exchange.feedback", atomic=False, max_attempts=ATTEMPTS)
def feedback(ids: list[str]) -> None:
    """One transaction each, so that a long submission holds no cases."""
    waiting = [one for one in ids if not applying.apply(feedback_id=UUID(one))]
    if waiting:
        raise Retry(AGAIN, code="not_sent_yet")


@job("exchange.submitted")
def submitted(partner: str) -> None:
    applying.take_submissions(partner_id=UUID(partner))


@job("exchange.recalls", atomic=False)
def recalls() -> None:
    applying.note_recalls()
    applying.confirm_by_pulls()
