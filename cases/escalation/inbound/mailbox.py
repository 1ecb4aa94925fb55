"""Whether answers can be fetched, and since when not. Each minute fetches anew, so one failed job stands for all of a breakdown:
the first, with the newest code."""
from dataclasses import dataclass
from datetime import datetime

from cases.escalation.failures import Failure, of_code
from cases.escalation.inbound import imap
from cases.outbox.errors import Retry, Stop
from cases.outbox.models import Job

FETCH = "escalation.fetch_mail"


@dataclass(frozen=True)
class Broken:
    since: datetime
    failure: Failure

    @classmethod
    def of(cls, since: datetime, error: str) -> "Broken":
        """`error`: as the outbox keeps it, "Retry tls"."""
        return cls(since, of_code(error.partition(" ")[2]))


def fetch() -> None:
    """Raises Retry, Stop when it breaks; while it stays broken, only the code is noted anew. Working, it leaves nothing."""
    failed = Job.objects.filter(task=FETCH, state=Job.State.FAILED)
    try:
        imap.fetch()
    except (Retry, Stop) as error:
        if not failed.update(error=f"{type(error).__name__} {error.code}"):
            raise
    else:
        failed.delete()


def broken() -> Broken | None:
    job = Job.objects.filter(task=FETCH, state=Job.State.FAILED).order_by("finished_at").first()
    return Broken.of(job.finished_at, job.error) if job and job.finished_at else None
