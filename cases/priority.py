"""What a report is about and how soon a person must look. Pure: no database, no framework.

The matrix is the seed proposed for Pakistan: life and ongoing abuse within an hour, children's imagery and live
blackmail within four, adults' imagery within a day, the rest within three working days.
"""
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, fields, replace
from enum import IntEnum, StrEnum


class Harm(StrEnum):
    SEXTORTION = "sextortion"                    # threats to share intimate pictures
    INTIMATE_IMAGES = "intimate_images"          # shared without consent
    DEEPFAKE = "deepfake"                        # made or altered by software
    PRIVATE_IMAGES = "private_images"            # not nude: without dupatta, at home, with a man
    GROOMING = "grooming"                        # an adult drawing a child in
    CHILD_IMAGERY = "child_imagery"              # sexual pictures of a child, seen or shared
    OUTING = "outing"                            # private life made public
    HONOUR_THREAT = "honour_threat"              # threats in the name of honour
    BLASPHEMY_ACCUSATION = "blasphemy_accusation"  # a false accusation against the reporter
    IMPERSONATION = "impersonation"
    DOXXING = "doxxing"
    STALKING = "stalking"
    BULLYING = "bullying"
    ACCOUNT_TAKEN = "account_taken"
    OTHER = "other"


class AgeBand(StrEnum):
    UNDER_13 = "under_13"
    FROM_13_TO_15 = "13_15"
    FROM_16_TO_17 = "16_17"
    ADULT = "adult"
    UNKNOWN = "unknown"


CHILD = frozenset({AgeBand.UNDER_13, AgeBand.FROM_13_TO_15, AgeBand.FROM_16_TO_17})
IMAGE_HARMS = frozenset({Harm.SEXTORTION, Harm.INTIMATE_IMAGES, Harm.DEEPFAKE, Harm.CHILD_IMAGERY})


class Danger(StrEnum):
    """Answers to "is anyone in danger now?". Several may hold."""
    LIFE = "life"                # someone may be hurt or killed
    SELF_HARM = "self_harm"
    ABUSE = "abuse"              # abuse or contact is going on, or a meeting is planned
    TAKEN = "taken"              # a child is missing or was taken
    DEADLINE = "deadline"        # money or pictures demanded by a time


class Body(StrEnum):
    """Who the accused may work for. Then another unit reads the report, and that body is not suggested."""
    MINISTRY = "ministry"
    POLICE = "police"
    CYBERCRIME = "cybercrime"    # the national cyber crime agency
    PTA = "pta"                  # the telecom authority


class Level(IntEnum):
    P1 = 1
    P2 = 2
    P3 = 3
    P4 = 4


@dataclass(frozen=True)
class Clock:
    hours: int
    working: bool        # True: only working hours of the unit count


CLOCKS: dict[Level, Clock] = {
    Level.P1: Clock(1, working=False),
    Level.P2: Clock(4, working=False),
    Level.P3: Clock(24, working=False),
    Level.P4: Clock(24, working=True),           # three working days of eight hours
}


@dataclass(frozen=True)
class Facts:
    harm: Harm
    age_now: AgeBand = AgeBand.UNKNOWN
    age_then: AgeBand = AgeBand.UNKNOWN          # when the pictures were taken
    dangers: frozenset[Danger] = frozenset()
    platforms: frozenset[str] = frozenset()      # slugs
    seen: str = ""                               # the code of SEEN_RULES that fired: not told, found

    def known(self, seen: str) -> "Facts":
        return replace(self, seen=seen)

    @property
    def child(self) -> bool:
        """A child is affected, or the pictures show one."""
        return self.age_now in CHILD or (self.age_then in CHILD and self.harm in IMAGE_HARMS) \
            or self.harm in {Harm.CHILD_IMAGERY, Harm.GROOMING}


@dataclass(frozen=True)
class Seen:
    """Where else the pictures of a case are known."""
    cases: int = 0               # other cases that report one of them
    child: bool = False          # one of those is a child's
    listed: bool = False         # on a list of somebody else
    child_listed: bool = False   # on a list of child imagery


@dataclass(frozen=True)
class Conditions:
    """Everything named must hold, and of what one name lists any; nothing named always holds. Values as the database has them."""
    harm: frozenset[str] = frozenset()
    age_now: frozenset[str] = frozenset()
    age_then: frozenset[str] = frozenset()
    danger: frozenset[str] = frozenset()
    child: frozenset[str] = frozenset()          # "yes", "no"
    platform: frozenset[str] = frozenset()
    seen: frozenset[str] = frozenset()           # codes of SEEN_RULES

    @classmethod
    def read(cls, data: Mapping[str, Iterable[str]]) -> "Conditions":
        """From JSON: {"harm": ["sextortion"], "child": ["yes"]}."""
        return cls(**{name: frozenset(values) for name, values in data.items()})

    def data(self) -> dict[str, list[str]]:
        return {name: sorted(values) for name, values in self.named().items()}

    def named(self) -> dict[str, frozenset[str]]:
        return {field.name: values for field in fields(self) if (values := getattr(self, field.name))}

    def hold(self, facts: Facts) -> bool:
        has: dict[str, frozenset[str]] = {
            "harm": frozenset({facts.harm.value}), "age_now": frozenset({facts.age_now.value}),
            "age_then": frozenset({facts.age_then.value}), "danger": frozenset(danger.value for danger in facts.dangers),
            "child": frozenset({"yes" if facts.child else "no"}), "platform": facts.platforms, "seen": frozenset({facts.seen})}
        return all(values & has[name] for name, values in self.named().items())


@dataclass(frozen=True)
class Rule:
    code: str            # named to staff in both languages: cases.models.RULE_NAMES
    level: Level
    when: Conditions = Conditions()

    def fires(self, facts: Facts) -> bool:
        return self.when.hold(facts)


@dataclass(frozen=True)
class SeenRule:
    code: str
    level: Level
    fires: Callable[[Seen], bool]


def when(**named: Iterable[str]) -> Conditions:
    return Conditions(**{name: frozenset(values) for name, values in named.items()})


YES = ("yes",)
RULES: tuple[Rule, ...] = (
    Rule("life", Level.P1, when(danger=[Danger.LIFE])),
    Rule("self_harm", Level.P1, when(danger=[Danger.SELF_HARM])),
    Rule("taken", Level.P1, when(danger=[Danger.TAKEN])),
    Rule("child_abuse", Level.P1, when(child=YES, danger=[Danger.ABUSE])),
    Rule("blasphemy", Level.P1, when(harm=[Harm.BLASPHEMY_ACCUSATION])),
    Rule("honour", Level.P1, when(harm=[Harm.HONOUR_THREAT])),
    Rule("child_imagery", Level.P2, when(child=YES, harm=IMAGE_HARMS)),
    Rule("grooming", Level.P2, when(harm=[Harm.GROOMING])),
    Rule("sextortion", Level.P2, when(harm=[Harm.SEXTORTION])),
    Rule("deadline", Level.P2, when(danger=[Danger.DEADLINE, Danger.ABUSE])),
    Rule("imagery", Level.P3, when(harm=IMAGE_HARMS | {Harm.PRIVATE_IMAGES, Harm.OUTING})),
    Rule("exposure", Level.P3, when(harm=[Harm.DOXXING, Harm.IMPERSONATION, Harm.STALKING, Harm.ACCOUNT_TAKEN])),
    Rule("child", Level.P3, when(child=YES)),
    Rule("other", Level.P4),
)
# Danger to life: whatever a ministry makes of the others, these stay as they are.
FLOOR = tuple(rule for rule in RULES if rule.level == Level.P1)
ALWAYS = RULES[-1]

SEVERAL = 2              # other cases with one picture: it is being spread
# One other case is a day's matter: the same person may have reported twice, and should not overtake others thereby.
SEEN_RULES: tuple[SeenRule, ...] = (
    SeenRule("listed_child", Level.P2, lambda s: s.child_listed),
    SeenRule("seen_with_child", Level.P2, lambda s: s.child),
    SeenRule("listed", Level.P2, lambda s: s.listed),
    SeenRule("seen_often", Level.P2, lambda s: s.cases >= SEVERAL),
    SeenRule("seen", Level.P3, lambda s: s.cases >= 1),
)
STRENGTH = {rule.code: place for place, rule in enumerate(reversed(SEEN_RULES), 1)}     # "", no rule: 0
MERGED = "merged"        # instead of a rule's code: a report that was merged into it is that urgent
BY_HAND = "by_hand"      # instead of a rule's code: a member set the priority


def fire(facts: Facts, rules: Iterable[Rule], floor: Iterable[Rule] = FLOOR) -> Rule | None:
    """The most urgent rule that fires; of several the first, and the floor before all others."""
    return min((rule for rule in (*floor, *rules) if rule.fires(facts)), key=lambda rule: rule.level, default=None)


def rate(facts: Facts, rules: Iterable[Rule] = RULES) -> Rule:
    """The same, where one always fires."""
    return fire(facts, rules) or ALWAYS


def rate_seen(seen: Seen) -> SeenRule | None:
    """The first rule about its pictures that fires, if any does."""
    return next((rule for rule in SEEN_RULES if rule.fires(seen)), None)


def is_new(rule: SeenRule, fired: str) -> bool:
    """Says more than the rule `fired` (its code, or "") did: each fires once, so that what a person set since stays."""
    return STRENGTH[rule.code] > STRENGTH.get(fired, 0)


def band(age: int | None) -> AgeBand:
    """Age in whole years, or None when not told."""
    if age is None:
        return AgeBand.UNKNOWN
    if age < 13:
        return AgeBand.UNDER_13
    if age < 16:
        return AgeBand.FROM_13_TO_15
    return AgeBand.FROM_16_TO_17 if age < 18 else AgeBand.ADULT
