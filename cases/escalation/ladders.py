"""What could come next after a notice that did not help: a suggestion, out of data. A person decides; nothing is sent here.

    for thread in threads(links):
        found = advise(rungs_for(ladders, thread.root.platform, harm, child=…), thread, referred=())

No rule asks the database. A thread is a notice and all that followed it; a request about copies begins a thread of its own. A
ladder is climbed only upwards, so that it ends, and what was done once is not suggested again.
"""
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from cases.escalation.ladder_models import Ladder, Step, Why
from cases.escalation.models import Escalation, Platform

State = Escalation.State
WAITING = {State.SENT, State.ACKNOWLEDGED, State.NO_ANSWER}
AGAIN = {Step.REMINDER, Step.SECOND}                    # to the same platform
NEVER = datetime.min.replace(tzinfo=UTC)
Taken = tuple[str, str]                                 # a step, and to whom: a slug


@dataclass(frozen=True)
class Rung:
    """One step of a ladder: for which reasons it comes, and how long after."""
    step: Step
    hours: dict[Why, int]
    to: str = ""

    def is_taken(self, taken: Collection[Taken]) -> bool:
        return any(step == self.step and self.to in {"", to} for step, to in taken)


@dataclass(frozen=True)
class Link:
    """One notice, as the rules look at it. `left`: when it was sent; None: it did not leave."""
    pk: UUID
    reference: str
    platform: str                                       # its slug
    kind: str                                           # of Platform.Kind
    channel: int
    state: State
    step: str = ""
    earlier: UUID | None = None
    left: datetime | None = None
    answered: datetime | None = None
    next_check: datetime | None = None
    asked: datetime = NEVER
    by: object = None                                   # the author's key
    back: datetime | None = None                        # removed, and seen again since
    usable: bool = True                                 # the way it went is still offered
    unread: bool = False                                # they wrote, and nobody has said what it means


@dataclass(frozen=True)
class Thread:
    """`links`: the root first, then what followed, as it was asked for. `copies`: whether copies were asked about."""
    root: Link
    links: tuple[Link, ...]
    copies: tuple[str, ...] = ()

    @property
    def newest(self) -> Link:
        """To the platform that was asked first: what a next notice follows."""
        return [self.root, *(link for link in self.links if link.platform == self.root.platform and link.left)][-1]


@dataclass(frozen=True)
class Suggestion:
    """`step` after the notice `after`, `to` whom: a slug, or empty for the same platform or one to choose. `since`: when the
    reason arose; `due`: from when on it is suggested."""
    after: Link
    step: Step
    to: str
    why: Why
    since: datetime
    due: datetime


# --- the ladder -------------------------------------------------------------------------------------------------------
def rungs_for(ladders: Iterable[Ladder], platform: str, harm: str, *, child: bool) -> list[Rung]:
    """Of the most specific ladder: one for this platform before one for any, then by harm, then by whom; then by their order."""
    fits = [each for each in ladders if not each.retired_at and (not each.platforms or platform in each.platforms)
            and (not each.harms or harm in each.harms) and each.whom in {"any", "child" if child else "adult"}]
    best = min(fits, key=lambda one: (not one.platforms, not one.harms, one.whom == "any", one.order, one.slug), default=None)
    return [Rung(Step(each["step"]), {Why(why): each[why] for why in Why.values if each[why] is not None}, each["to"])
            for each in (best.steps if best else [])]


# --- what happened ----------------------------------------------------------------------------------------------------
def threads(links: Sequence[Link]) -> list[Thread]:
    """Of one case, the oldest first; `links` as they were asked for."""
    known = {link.pk: link for link in links}
    roots: dict[UUID, UUID] = {}
    found: dict[UUID, list[Link]] = {}
    copies: dict[UUID, list[str]] = {}
    for link in links:
        above = roots.get(link.earlier) if link.earlier else None
        if above and link.step == Step.COPIES:
            copies.setdefault(above, []).append(link.platform)
        roots[link.pk] = above if above and link.step != Step.COPIES else link.pk
        found.setdefault(roots[link.pk], []).append(link)
    return [Thread(known[root], tuple(mine), tuple(copies.get(root, ()))) for root, mine in found.items()]


def standing(thread: Thread) -> tuple[Why, datetime] | None:
    """Why something has to follow, and since when; None while something else has to be done, or it is gone."""
    left = [link for link in thread.links if link.left and link.state != State.FAILED]
    if not left or any(link.state in {State.PROPOSED, State.REQUESTED} and not link.left for link in thread.links):
        return None                                     # one is on its way, or Post has it
    if any(link.unread for link in thread.links):
        return None                                     # nobody is reminded whose answer lies here
    gone = max((when(link) for link in left if link.state == State.ACTIONED and link.kind != Platform.Kind.SEARCH), default=None)
    last = max(left, key=when)
    if gone and not any(link.left and link.left > gone for link in left):
        back = max((link.back for link in left if link.back and link.back > gone), default=None)
        return (Why.BACK, back) if back else None
    if last.state == State.NEEDS_MORE:
        return None                                     # they wait for us
    return (Why.REFUSAL if last.state == State.REFUSED else Why.SILENCE), when(last)


def when(link: Link) -> datetime:
    """Of the last that is known of it; silence counts from when it left."""
    return (None if link.state in WAITING else link.answered) or link.left or NEVER


def tried(thread: Thread) -> set[Taken]:
    """Steps of this thread, those that a second person gave back left aside."""
    steps = {(link.step, link.platform) for link in thread.links if link.step and link.state != State.RETURNED}
    return steps | {(Step.COPIES, slug) for slug in thread.copies}


# --- what could come next ---------------------------------------------------------------------------------------------
def climb(rungs: Sequence[Rung], thread: Thread, referred: Collection[str], why: Why) -> Rung | None:
    """The first that comes for this reason above all that were tried. An authority that was told long before takes no notice
    away: its own step alone counts as taken."""
    done = tried(thread)
    above = max((place for place, rung in enumerate(rungs) if rung.is_taken(done)), default=-1) + 1
    told = {(Step.REGULATOR.value, slug) for slug in referred}
    return next((rung for rung in rungs[above:] if why in rung.hours and not rung.is_taken(told)), None)


def advise(rungs: Sequence[Rung], thread: Thread, *, referred: Collection[str]) -> Suggestion | None:
    """The next step of a thread, due now or later; None at the end of the ladder, or when nothing has to follow.

    `referred`: slugs of the authorities that the case went to, or must not go to.
    """
    found = standing(thread)
    if found is None:
        return None
    why, since = found
    rung = climb(rungs, thread, referred, why)
    if rung is None:
        return None
    due = since + timedelta(hours=rung.hours[why])
    promised = [link.next_check for link in thread.links if why == Why.SILENCE and link.state in WAITING and link.next_check]
    return Suggestion(thread.newest, rung.step, rung.to, why, since, max([due, *promised]))
