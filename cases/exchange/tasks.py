from uuid import UUID

from cases.exchange.applying import apply
from cases.outbox.errors import Retry
from cases.outbox.services import job

AGAIN = 1800                 # seconds; a notice by web form waits for a person
ATTEMPTS = 200               # four days, then a person looks


@job("exchange.feedback", atomic=False, max_attempts=ATTEMPTS)
def feedback(ids: list[str]) -> None:
    """One transaction each, so that a long submission holds no cases."""
    waiting = [one for one in ids if not apply(feedback_id=UUID(one))]
    if waiting:
        raise Retry(AGAIN, code="not_sent_yet")
