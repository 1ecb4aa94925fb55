"""What may pass between units, by what the reporter said to it. Whoever hands on or asks begins here.

| | the reporter said yes | was not asked | said no |
|---|---|---|---|
| only a question goes, nothing of the case | may | may | may |
| a copy of the report goes, to be advised | may | danger to life | danger to life |
| the case goes: the reporter agreed | may | not | not |
| the case goes: it belongs there | may | may | not |
| the case goes: somebody here must not open it, or danger to life | may | may | may |

Where a woman was asked for, nothing that is sealed of it goes to a unit without one.
"""
from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _

from cases.models import Case, Consent
from cases.permissions import Permission, may
from cases.selectors import agrees, consent
from cases.units.models import Unit
from cases.units.selectors import women_of

ACT = Consent.Act.OTHER_UNIT


class Ground(models.TextChoices):
    """Other eyes need a yes of the reporter, unless the report belongs there anyway, or something weighs more than their no."""
    AGREED = "agreed", _("The reporter was asked, and agrees")
    ROUTING = "routing", _("It belongs to that unit: the report was sorted wrongly, or more is known now")
    CONFLICT = "conflict", _("Somebody of this unit must not be able to open it")
    DANGER = "danger", _("Somebody’s life is in danger, and that unit can do something about it")


class Hurdle(StrEnum):
    NOT_AGREED = "not_agreed"
    SAID_NO = "said_no"
    NO_WOMAN = "no_woman"
    PART = "part"


HURDLES = {
    Hurdle.NOT_AGREED: _("There is no yes of the reporter to this. Ask on the page of the case, under “Asked of the reporter”, "
                         "and wait for the answer."),
    Hurdle.SAID_NO: _("The reporter said no to another unit. Only danger to life, or somebody here who must not open it, weighs "
                      "more."),
    Hurdle.NO_WOMAN: _("The reporter asked for a woman, and that unit has none who reads cases: nobody there could open it."),
    Hurdle.PART: _("It was split from another case, which has the conversation. Give that one away, and this one goes along."),
}


class NotPermitted(Exception):
    """The reporter's answers do not allow it, or nobody there could read it."""

    def __init__(self, hurdle: Hurdle) -> None:
        super().__init__(hurdle.value)
        self.hurdle = hurdle


def check(case: Case, unit: Unit, ground: Ground) -> None:
    """Whether something sealed of the case may go to `unit`. Raises NotPermitted."""
    if ground == Ground.AGREED and not agrees(case, ACT):
        raise NotPermitted(Hurdle.SAID_NO if refused(case) else Hurdle.NOT_AGREED)
    if ground == Ground.ROUTING and refused(case):
        raise NotPermitted(Hurdle.SAID_NO)
    if case.wants_woman and not any(may(woman, Permission.READ_CASES) for woman in women_of(unit)):     # type: ignore[arg-type]   # members are Staff
        raise NotPermitted(Hurdle.NO_WOMAN)


def refused(case: Case) -> bool:
    newest = consent(case, ACT)
    return newest is not None and newest.answer == Consent.Answer.NO
