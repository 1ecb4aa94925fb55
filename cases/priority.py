"""What a report is about and how soon a person must look. Pure: no database, no framework.

The matrix is the seed proposed for Pakistan: life and ongoing abuse within an hour, children's imagery and live
blackmail within four, adults' imagery within a day, the rest within three working days.
"""
from collections.abc import Callable
from dataclasses import dataclass
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

    @property
    def child(self) -> bool:
        """A child is affected, or the pictures show one."""
        return self.age_now in CHILD or (self.age_then in CHILD and self.harm in IMAGE_HARMS) \
            or self.harm in {Harm.CHILD_IMAGERY, Harm.GROOMING}


@dataclass(frozen=True)
class Rule:
    code: str            # named to staff in both languages: cases.models.RULE_NAMES
    level: Level
    fires: Callable[[Facts], bool]


RULES: tuple[Rule, ...] = (
    Rule("life", Level.P1, lambda f: Danger.LIFE in f.dangers),
    Rule("self_harm", Level.P1, lambda f: Danger.SELF_HARM in f.dangers),
    Rule("taken", Level.P1, lambda f: Danger.TAKEN in f.dangers),
    Rule("child_abuse", Level.P1, lambda f: f.child and Danger.ABUSE in f.dangers),
    Rule("blasphemy", Level.P1, lambda f: f.harm == Harm.BLASPHEMY_ACCUSATION),
    Rule("honour", Level.P1, lambda f: f.harm == Harm.HONOUR_THREAT),
    Rule("child_imagery", Level.P2, lambda f: f.child and f.harm in IMAGE_HARMS),
    Rule("grooming", Level.P2, lambda f: f.harm == Harm.GROOMING),
    Rule("sextortion", Level.P2, lambda f: f.harm == Harm.SEXTORTION),
    Rule("deadline", Level.P2, lambda f: bool(f.dangers & {Danger.DEADLINE, Danger.ABUSE})),
    Rule("imagery", Level.P3, lambda f: f.harm in IMAGE_HARMS | {Harm.PRIVATE_IMAGES, Harm.OUTING}),
    Rule("exposure", Level.P3, lambda f: f.harm in {Harm.DOXXING, Harm.IMPERSONATION, Harm.STALKING, Harm.ACCOUNT_TAKEN}),
    Rule("child", Level.P3, lambda f: f.child),
    Rule("other", Level.P4, lambda f: True),
)


def rate(facts: Facts) -> Rule:
    """The first rule that fires; the table is ordered by urgency and ends with one that always does."""
    return next(rule for rule in RULES if rule.fires(facts))


def band(age: int | None) -> AgeBand:
    """Age in whole years, or None when not told."""
    if age is None:
        return AgeBand.UNKNOWN
    if age < 13:
        return AgeBand.UNDER_13
    if age < 16:
        return AgeBand.FROM_13_TO_15
    return AgeBand.FROM_16_TO_17 if age < 18 else AgeBand.ADULT
