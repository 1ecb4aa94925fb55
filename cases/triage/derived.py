"""Tasks that follow from what is known of a case. Nobody stores them or ticks them off: who did the thing has done the task, so
that the list cannot drift from the case (as Primero computes its tasks from due dates).

No rule asks the database: each can be read and tried alone. What they look at is gathered by `task_facts`.
"""
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from cases.escalation.sightings import RECHECKED_FOR, RECHECKS
from cases.workflow import Outcome, Status

PATIENCE = timedelta(days=14)                   # of silence, before somebody decides whether to write again or to close
SILENT = ("requested", "sent", "acknowledged")  # states of a notice that waits for the platform (Escalation.State)
GONE_WRONG = ("refused", "failed", "no_answer", "needs_more")
REMOVED = "actioned"
SAYS_READ_BELOW = (Outcome.NOT_FOR_US, Outcome.ADVISED)         # the reporter reads "read our message below"


class Code(StrEnum):
    """In the order in which a list shows them."""
    LATE = "late"
    MESSAGE = "message"
    CLOSING = "closing"                         # a second person is asked
    APPROVAL = "approval"                       # and so for a notice
    FILE_LOCKED = "file_locked"
    CHECK = "check"                             # a day that was promised has come
    ONLINE_AGAIN = "online_again"               # what a platform removed was seen again
    NOTICE_SILENT = "notice_silent"
    NOTICE_WRONG = "notice_wrong"
    RECHECK = "recheck"                         # "removed", says the platform: is it gone?
    NEXT_STEP = "next_step"                     # that a ladder suggests after a notice
    ASK = "ask"                                 # "ask me first", and nobody has
    QUESTION = "question"                       # another unit asks
    LISTING = "listing"                         # fingerprints wait for a second person
    FILE = "file"                               # a screenshot that nobody has looked at
    CHILD_ALONE = "child_alone"
    KEYLESS = "keyless"
    PARTNER = "partner"                         # has not confirmed that it dropped what was withdrawn
    SILENCE = "silence"                         # of the reporter
    NO_WORDS = "no_words"                       # closed with words that point to a message which is not there


@dataclass(frozen=True)
class Notice:
    """The newest one to a platform."""
    platform: str                               # slug
    state: str                                  # of Escalation.State
    at: datetime
    next_check: datetime | None = None
    looked: datetime | None = None              # a member did, last
    online: datetime | None = None              # where the last look at a link found it, since it was "removed"
    told: datetime | None = None                # the reporter saw it again, since then
    places: bool = True                         # it names places; False: fingerprints alone
    advised: bool = False                       # a ladder says what comes next, or a person decided

    @property
    def again(self) -> datetime | None:
        """Since when it is online again; what the reporter saw counts until a member looks."""
        if self.state != REMOVED:
            return None
        told = self.told if self.told and not (self.looked and self.looked > self.told) else None
        return self.online or told

    def recheck(self, now: datetime) -> datetime | None:
        """Since when somebody should look whether it is gone, as the platform says."""
        if self.state != REMOVED or not self.places or now - self.at > RECHECKED_FOR:
            return None
        came = [self.at + after for after in RECHECKS if self.at + after <= now]
        return came[-1] if came and not (self.looked and self.looked >= came[-1]) else None


@dataclass(frozen=True)
class NextStep:
    """That somebody should decide on now: a code of `Step`, and whom it goes to, by slug."""
    step: str
    to: str
    since: datetime


@dataclass(frozen=True)
class Facts:
    """What the rules look at, of one case, as one member may know it. Times are None for what is not so."""
    status: Status
    outcome: str = ""
    child: bool = False
    assigned: bool = False
    due_at: datetime | None = None
    since: datetime | None = None               # the status began
    unread: datetime | None = None              # the oldest message of the reporter that nobody has read
    wrote: datetime | None = None               # we did, last
    ask_first: tuple[tuple[str, datetime], ...] = ()        # acts of consent with the day of that answer
    notices: tuple[Notice, ...] = ()
    steps: tuple[NextStep, ...] = ()
    files: int = 0                              # screenshots that nobody has opened
    locked: int = 0                             # preserved by order, and not handed out yet
    questions: tuple[datetime, ...] = ()        # of other units, unanswered
    proposed: datetime | None = None            # fingerprints that somebody else proposed for a list
    handed_on: bool = False                     # something went to a platform, an authority or a list
    partners: tuple[tuple[str, datetime], ...] = ()         # platforms that may hold what was withdrawn
    keyless: bool = False                       # whoever has the case has no key to it
    closing: datetime | None = None             # a second person was asked, and this member may be the one
    approval: datetime | None = None            # a colleague's notice waits for a second person, and this member may be the one
    talks: bool = True                          # False: split off; its reporter reads in the case that it came from


@dataclass(frozen=True)
class Derived:
    """One task. `since`: from when on it stands there; `what`: a platform's slug or an act of consent; `count`: how many;
    `step`: of a ladder."""
    code: Code
    since: datetime | None = None
    what: str = ""
    count: int = 1
    step: str = ""


Rule = Callable[[Facts, datetime], Iterator[Derived]]


def derive(facts: Facts, now: datetime) -> list[Derived]:
    """Every task that the facts give, the most pressing kind first, the oldest first within a kind."""
    found = [task for rule in RULES for task in rule(facts, now)]
    order = {code: place for place, code in enumerate(Code)}
    return sorted(found, key=lambda task: (order[task.code], task.since or now))


# --- what we owe ------------------------------------------------------------------------------------------------------
def late(facts: Facts, now: datetime) -> Iterator[Derived]:
    """Our own clock has run out; a promised day has its own rule."""
    if facts.status in {Status.NEW, Status.IN_REVIEW} and facts.due_at and facts.due_at < now:
        yield Derived(Code.LATE, facts.due_at)


def message(facts: Facts, _now: datetime) -> Iterator[Derived]:
    if facts.unread:
        yield Derived(Code.MESSAGE, facts.unread)


def check(facts: Facts, now: datetime) -> Iterator[Derived]:
    if facts.status == Status.WAITING_OUTSIDE and facts.due_at and facts.due_at < now:
        yield Derived(Code.CHECK, facts.due_at)


def ask(facts: Facts, _now: datetime) -> Iterator[Derived]:
    """An answer "ask me first" after which nobody of us has written."""
    if facts.status != Status.CLOSED:
        for act, at in facts.ask_first:
            if facts.wrote is None or facts.wrote < at:
                yield Derived(Code.ASK, at, act)


def child_alone(facts: Facts, _now: datetime) -> Iterator[Derived]:
    """A child is affected, somebody has begun, and nothing has gone to anybody who could end it."""
    if facts.child and facts.status == Status.IN_REVIEW and not facts.handed_on:
        yield Derived(Code.CHILD_ALONE, facts.since)


def keyless(facts: Facts, _now: datetime) -> Iterator[Derived]:
    if facts.keyless and facts.status != Status.CLOSED:
        yield Derived(Code.KEYLESS)


def no_words(facts: Facts, _now: datetime) -> Iterator[Derived]:
    if facts.status == Status.CLOSED and facts.talks and facts.outcome in SAYS_READ_BELOW and facts.wrote is None:
        yield Derived(Code.NO_WORDS, facts.since)


# --- what others owe --------------------------------------------------------------------------------------------------
def notices(facts: Facts, now: datetime) -> Iterator[Derived]:
    if facts.status == Status.CLOSED:
        return
    for notice in facts.notices:
        if notice.state in SILENT and notice.next_check and notice.next_check < now:
            yield Derived(Code.NOTICE_SILENT, notice.next_check, notice.platform)
        elif notice.state in GONE_WRONG and not notice.advised:
            yield Derived(Code.NOTICE_WRONG, notice.at, notice.platform)
    for each in facts.steps:
        yield Derived(Code.NEXT_STEP, each.since, each.to, step=each.step)


def still_gone(facts: Facts, now: datetime) -> Iterator[Derived]:
    """Also of a closed case: nobody else would look. Never of a child's, which nobody opens again."""
    for notice in facts.notices:
        if notice.again:
            if facts.status != Status.CLOSED:
                yield Derived(Code.ONLINE_AGAIN, notice.again, notice.platform)
        elif not facts.child and (since := notice.recheck(now)):
            yield Derived(Code.RECHECK, since, notice.platform)


def silence(facts: Facts, now: datetime) -> Iterator[Derived]:
    if facts.status == Status.WAITING_REPORTER and facts.since and facts.since + PATIENCE < now:
        yield Derived(Code.SILENCE, facts.since)


def partners(facts: Facts, _now: datetime) -> Iterator[Derived]:
    for platform, at in facts.partners:
        yield Derived(Code.PARTNER, at, platform)


# --- what waits for somebody's eyes -----------------------------------------------------------------------------------
def files(facts: Facts, _now: datetime) -> Iterator[Derived]:
    if facts.files and facts.status != Status.CLOSED:
        yield Derived(Code.FILE, count=facts.files)
    if facts.locked:
        yield Derived(Code.FILE_LOCKED, count=facts.locked)


def second_person(facts: Facts, _now: datetime) -> Iterator[Derived]:
    if facts.closing:
        yield Derived(Code.CLOSING, facts.closing)
    if facts.approval and facts.status != Status.CLOSED:
        yield Derived(Code.APPROVAL, facts.approval)
    if facts.proposed:
        yield Derived(Code.LISTING, facts.proposed)
    if facts.questions:
        yield Derived(Code.QUESTION, min(facts.questions), count=len(facts.questions))


RULES: tuple[Rule, ...] = (late, message, check, ask, child_alone, keyless, no_words, notices, still_gone, silence, partners,
                           files, second_person)
