from uuid import UUID

from cases.exchange import applying, pulling
from cases.outbox.errors import Retry
from cases.outbox.services import enqueue, job

AGAIN = 1800                 # seconds; a notice by web form waits for a person
ATTEMPTS = 17_520            # a year: ten refusals a day go on, however many there are; the partner's page counts them


@job("exchange.feedback", atomic=False, max_attempts=ATTEMPTS)
def feedback(ids: list[str]) -> None:
    """One transaction each, so that a long submission holds no cases."""
    waiting = [one for one in ids if not applying.apply(feedback_id=UUID(one))]
    if waiting:
        raise Retry(AGAIN, code="not_sent_yet")


@job("exchange.submitted")
def submitted(partner: str) -> None:
    applying.take_submissions(partner_id=UUID(partner))


@job("exchange.forget", atomic=False)
def forget(partner: str) -> None:
    while not applying.forget_submissions(partner_id=UUID(partner)):
        pass


@job("exchange.recalls", atomic=False)
def recalls() -> None:
    applying.note_recalls()
    applying.confirm_by_pulls()


@job("exchange.pull")
def pull() -> None:
    """Hourly: one job for each list, so that one that is down holds up no other."""
    for slug in pulling.origins():
        enqueue("exchange.pull_one", slug=slug)


@job("exchange.pull_one", atomic=False)
def pull_one(slug: str) -> None:
    if slug in pulling.origins() and not pulling.pull(slug=slug):
        enqueue("exchange.pull_one", slug=slug)
