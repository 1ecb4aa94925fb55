"""Templates at the case page: which fit the case, and what they say once its facts are put in."""
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from cases.escalation.models import Escalation
from cases.models import Case
from cases.triage.blanks import BLANK_NAMES, Blank, Filled, Passage, fill, passages
from cases.triage.facts import Facts, facts_of
from cases.triage.models import Reply


@dataclass(frozen=True)
class Offer:
    """One template for one case. `own`: the same in the reader's own language, "" where that is the reporter's."""
    pk: int
    name: str
    words: str
    own: str = ""
    own_language: str = ""
    missing: tuple[Blank, ...] = ()
    fits: bool = False
    choices: bool = field(default=False)        # it has something to choose: a blank, or a passage that may be left out

    @property
    def lacks(self) -> str:
        return named(self.missing)


def named(blanks: Sequence[Blank]) -> str:
    return ", ".join(str(BLANK_NAMES[blank]) for blank in blanks)


def offers(case: Case, language: str, *, escalations: Sequence[Escalation],
           names: Mapping[str, Mapping[str, str]]) -> list[Offer]:
    """Those that are in use, those meant for this harm and status first. `language`: the member's; `names`: of platforms, by
    language and slug."""
    facts = {each: facts_of(case, each, escalations=escalations, platforms=names.get(each)) for each in {case.language, language}}
    found = [offer(reply, case, language, facts) for reply in Reply.objects.filter(retired_at=None).order_by("pk")]
    return sorted(found, key=lambda each: not each.fits)


def offer(reply: Reply, case: Case, language: str, facts: Mapping[str, Facts]) -> Offer:
    theirs = written(reply, case.language)
    filled = fill(theirs, facts[case.language])
    own = fill(written(reply, language), facts[language]).words if language != case.language else ""
    stretches = list(passages(theirs))
    return Offer(reply.pk, str(reply), filled.words, own, language, filled.missing, fits(reply, case),
                 any(each.number is not None or each.blanks for each in stretches))


def fits(reply: Reply, case: Case) -> bool:
    """Meant for this harm or status, and not for another one."""
    wanted = [(reply.harms, case.harm), (reply.statuses, case.status)]
    return any(listed for listed, _value in wanted) and all(value in listed for listed, value in wanted if listed)


def written(reply: Reply, language: str) -> str:
    return getattr(reply, f"text_{language}", "") or str(reply.text)


def choosable(reply: Reply, language: str) -> list[Passage]:
    """The passages that may be left out."""
    return [each for each in passages(written(reply, language)) if each.number is not None]


def filled(reply: Reply, language: str, facts: Facts, keep: Sequence[int] | None = None) -> Filled:
    return fill(written(reply, language), facts, keep=keep)
