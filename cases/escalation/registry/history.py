"""How a platform has answered us: of all units together, so that no number is about one person."""
from dataclasses import dataclass
from datetime import timedelta
from statistics import median

from cases.escalation.models import Escalation, Platform

LEAST = 5                       # notices, below which a number could be about somebody
State = Escalation.State


@dataclass(frozen=True)
class History:
    """`sent` counts what left; hours are from sending to the answer, of those that were answered."""
    sent: int
    removed: int
    refused: int
    silent: int
    hours: float | None

    @property
    def enough(self) -> bool:
        return self.sent >= LEAST


def history(platform: Platform) -> History:
    left = Escalation.objects.filter(platform=platform, sent_at__isnull=False)
    rows = list(left.values_list("state", "sent_at", "answered_at"))
    states = [state for state, _sent, _answered in rows]
    waited = [(answered - sent) / timedelta(hours=1) for _state, sent, answered in rows if answered and sent]
    return History(len(rows), states.count(State.ACTIONED), states.count(State.REFUSED), states.count(State.NO_ANSWER),
                   round(median(waited), 1) if len(waited) >= LEAST else None)
