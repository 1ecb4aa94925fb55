"""What a notice lacks and what it gives away, told before anybody may send it. Nothing here writes."""
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Q

from cases.escalation.models import Capability, Channel, Element, LegalBasis, Platform, Whom
from cases.escalation.notices import Notice, plain
from cases.models import Case, Consent
from cases.selectors import consent

SHORTEST = 3                    # letters of a name that is looked for
# In every notice, because its statements say so and its head names the office.
ALWAYS = frozenset({Element.AUTHORITY, Element.NON_CONSENT, Element.ACCURACY, Element.CONTACT, Element.UNDER_18})
NEVER = (Element.NAME, Element.IDENTITY_CARD, Element.HOME)          # of the affected person: no notice has them


# --- on what ground ---------------------------------------------------------------------------------------------------
def grounds(platform: Platform, case: Case) -> list[LegalBasis]:
    """What a notice to it can stand on, for this harm and whom it affects: the platform's own rules first."""
    whom = Whom.CHILD if case.child else Whom.ADULT
    found = platform.bases.filter(Q(whom=Whom.ANY.value) | Q(whom=whom.value), retired_at=None)
    return [basis for basis in found.order_by("order", "slug") if not basis.harms or case.harm in basis.harms]


def cited(law: str, basis: LegalBasis | None) -> str:
    """The law as the notice cites it: what staff wrote, and the basis unless it stands there."""
    own = basis.citation if basis else ""
    return law if not own or own in law else "; ".join(part for part in (law.strip(), own) if part)


# --- what is missing --------------------------------------------------------------------------------------------------
def asked_for(channel: Channel, bases: Iterable[LegalBasis]) -> list[Element]:
    """By the way it takes and the grounds it stands on."""
    wanted = {*channel.requires, *(element for basis in bases for element in basis.elements)}
    return [element for element in Element if element in wanted]


def lacking(notice: Notice, wanted: Iterable[Element]) -> list[Element]:
    """What they ask for and do not get: a reason to let it lie."""
    has = {Element.LOCATION: bool(notice.links or notice.hashes), Element.REASONS: bool(notice.reasons.strip()),
           Element.POLICY: bool(notice.policy.strip()), Element.LAW: bool(notice.law.strip()),
           Element.SIGNATURE: bool(notice.signature.strip()), **dict.fromkeys(ALWAYS, True), **dict.fromkeys(NEVER, False)}
    return [element for element in wanted if not has[element]]


def owed(notice: Notice, channel: Channel, basis: LegalBasis | None) -> list[Element]:
    """What the way and the chosen ground ask for, and a notice of ours could have."""
    asked = asked_for(channel, [basis] if basis else [])
    return [element for element in lacking(notice, asked) if element not in NEVER]


# --- what it gives away -----------------------------------------------------------------------------------------------
def named(notice: Notice, people: Iterable[str], accounts: Iterable[str]) -> list[str]:
    """Those who stand in the words, as they are known to us. An account may be a place as well, so it is looked for in the words
    alone; a person's name nowhere."""
    words = plain("\n".join([notice.reasons, notice.policy, notice.law])).casefold()
    everywhere = words + "\n" + plain("\n".join(notice.links)).casefold()
    return [*(name for name in dict.fromkeys(people) if any(holds(everywhere, part) for part in parts(name))),
            *(name for name in dict.fromkeys(accounts) if len(bare(name)) >= SHORTEST and holds(words, bare(name)))]


def parts(name: str) -> list[str]:
    return [part for part in plain(name).casefold().split() if len(part) >= SHORTEST]


def bare(account: str) -> str:
    return plain(account).casefold().strip().lstrip("@")


def holds(text: str, part: str) -> bool:
    return re.search(rf"(?<!\w){re.escape(part)}(?!\w)", text) is not None


@dataclass(frozen=True)
class Disclosed:
    """One thing that a recipient learns or does not. `answer`: what the reporter said to it, None where it is not asked because
    it never leaves."""
    what: str                       # a code: composing_words.DISCLOSED has the words
    leaves: bool
    count: int = 0
    answer: str | None = None
    at: datetime | None = None

    @property
    def allowed(self) -> bool:
        return not self.leaves or self.answer == Consent.Answer.YES


def disclosed(case: Case, notice: Notice, channels: Sequence[Channel], names: Sequence[str]) -> list[Disclosed]:
    """All that leaves, held against what the reporter answered, and beside it what stays here."""
    ask, share = consent(case, Consent.Act.ASK_PLATFORM), consent(case, Consent.Act.SHARE_HASHES)
    asked = (ask.answer if ask else "", ask.at if ask else None)
    shared = (share.answer if share else "", share.at if share else None)
    lines = [Disclosed("request", True, len(channels), *asked),
             Disclosed("places", bool(notice.links), len(notice.links), *asked),
             Disclosed("fingerprints", bool(notice.hashes), len(notice.hashes), *shared)]
    if case.child:
        lines.append(Disclosed("child", True, 0, *asked))
    if any(Capability.FORWARDS in channel.capabilities for channel in channels):
        lines.append(Disclosed("forwarded", True, 0, *asked))
    return [*lines, Disclosed("names", bool(names), len(names), "" if names else None), Disclosed("story", False),
            Disclosed("reach", False)]
