"""Moving a case is choosing what the reporter will read. One list of choices per status, over the edges of TRANSITIONS."""
from dataclasses import dataclass

from cases.public_words import Said
from cases.services import SAID_BY_OUTCOME
from cases.workflow import TRANSITIONS, Outcome, Status

WORDS: dict[Status, tuple[Said, ...]] = {
    Status.IN_REVIEW: (Said.IN_REVIEW,),
    Status.WAITING_REPORTER: (Said.ASKED_YOU, Said.ASKED_AGAIN),
    Status.WAITING_OUTSIDE: (Said.ASKED_PLATFORM, Said.PLATFORM_SAW_IT),
}
ANSWERS = (Said.PLATFORM_REMOVED, Said.PLATFORM_REFUSED, Said.PLATFORM_SILENT)      # back from a platform
NAMES_PLATFORM = frozenset({Said.ASKED_PLATFORM, Said.PLATFORM_SAW_IT, *ANSWERS})
NAMES_DAY = NAMES_PLATFORM - {Said.PLATFORM_REMOVED}


@dataclass(frozen=True)
class Move:
    to: Status
    said: Said
    outcome: Outcome | None = None

    @property
    def code(self) -> str:
        """As the form posts it; the words alone tell status and outcome."""
        return self.said.value


def moves_from(status: Status) -> list[Move]:
    """What may be chosen now. Closing words follow from the outcome, so that each outcome is one choice."""
    moves = [Move(to, said) for to in Status if to in TRANSITIONS[status] and to != Status.CLOSED
             for said in words_for(status, to)]
    if Status.CLOSED in TRANSITIONS[status]:
        moves += [Move(Status.CLOSED, SAID_BY_OUTCOME[outcome], outcome) for outcome in Outcome]
    return moves


def closing_move(said: str) -> Move:
    """The one that closes a case in these words."""
    return next(move for move in moves_from(Status.IN_REVIEW) if move.to == Status.CLOSED and move.said == said)


def words_for(source: Status, to: Status) -> tuple[Said, ...]:
    if (source, to) == (Status.WAITING_OUTSIDE, Status.IN_REVIEW):
        return (*ANSWERS, *WORDS[to])
    return WORDS[to]
