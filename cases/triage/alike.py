"""Reports of nearly the same words, or with the very same links: compared in the request of a member who may read them, and
forgotten. No digest of what somebody wrote is kept, not even a keyed one, so there is none to steal.

Only calm reports that nobody has are looked at (cases.flood.rules), the newest first, and what already stands for others.
"""
from dataclasses import dataclass, field
from uuid import UUID

from django.db.models import Exists, OuterRef

from cases.audit.services import actor, record_read
from cases.flood.models import Fold
from cases.flood.rules import may_fold
from cases.flood.services import fold_all
from cases.models import Case
from cases.permissions import Staff
from cases.selectors import cases_for, opened_by
from cases.triage.folding import fold
from cases.triage.reading import Answers, State, opened_answers, readable, under_glass
from cases.vault import blind
from cases.vault.keyring import Keyring
from cases.workflow import Status

AT_MOST = 200           # reports of one press: they are compared each with each
MANY = 3                # from so many on they become one row
NEARLY = 0.8            # of what both say, in runs of three words
RUN, SHORTEST = 3, 5    # words; a text of fewer than five tells nothing


@dataclass(frozen=True)
class Said:
    """What is compared of one report."""
    case: Case
    runs: frozenset[tuple[str, ...]] = field(repr=False)
    links: frozenset[str] = field(repr=False)


def compare(member: Staff, *, keyring: Keyring) -> tuple[int, int]:
    """Fold what is alike. Returns how many reports were read, and how many were folded."""
    mine = cases_for(member).select_related("key").prefetch_related("key__wraps")
    new = list(may_fold(mine).order_by("-opened_at", "-pk")[:AT_MOST])
    stands = Fold.objects.filter(into=OuterRef("pk"), over_at=None, kind__in=[Fold.Kind.WORDS, Fold.Kind.HAND])
    heads = list(mine.filter(Exists(stands), folded_into=None, merged_into=None).exclude(status=Status.CLOSED.value)[:AT_MOST])
    said = opened([*heads, *reversed(new)], member, keyring)
    standing = {case.pk for case in heads}
    count = 0
    for group in groups(said):
        head = next((each.case for each in group if each.case.pk in standing), None)
        others = [each.case.pk for each in group if each.case.pk not in standing]
        if head is None and len(others) >= MANY:
            count += fold_all(others[0], others[1:], Fold.Kind.WORDS)
        elif head is not None:
            count += fold_all(head.pk, others, Fold.Kind.WORDS)
    return len(said), count


def opened(cases: list[Case], member: Staff, keyring: Keyring) -> list[Said]:
    """What the member may read of them, with one audit row."""
    doors, found = opened_by(member, cases), list[Said]()
    for case in cases:
        answers, state = opened_answers(case, *readable(case, case.key, keyring, doors))
        if state == State.OPEN:
            found.append(Said(case, runs(answers.story), links(answers)))
    if found:
        read = [each.case.pk for each in found]
        record_read("alike_read", subject="queue", actor=actor(member), cases=read, **under_glass(doors, read))
    return found


def runs(story: str) -> frozenset[tuple[str, ...]]:
    words = fold(story).split()
    if len(words) < SHORTEST:
        return frozenset()
    return frozenset(tuple(words[at:at + RUN]) for at in range(len(words) - RUN + 1))


def links(answers: Answers) -> frozenset[str]:
    return frozenset(filter(None, map(blind.normalise_url, answers.links)))


def alike(one: Said, other: Said) -> bool:
    if one.case.unit_id != other.case.unit_id:
        return False
    if one.links and one.links == other.links and one.case.harm == other.case.harm:
        return True
    both = len(one.runs & other.runs)
    return both > 0 and both >= NEARLY * len(one.runs | other.runs)


def groups(said: list[Said]) -> list[list[Said]]:
    """Each report goes to the first that it is alike; two that are only alike by way of a third are not one."""
    found: dict[UUID, list[Said]] = {}
    firsts: list[Said] = []
    for each in said:
        first = next((one for one in firsts if alike(one, each)), None)
        if first is None:
            firsts.append(each)
            found[each.case.pk] = [each]
        else:
            found[first.case.pk].append(each)
    return [group for group in found.values() if len(group) > 1]
