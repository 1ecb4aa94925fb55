"""Why a row of a bulk run was left as it was: codes, and their words for people."""
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from cases.merging.selectors import Refusal
from cases.triage.merging import REFUSALS


class Why(StrEnum):
    CHANGED = "changed"
    GONE = "gone"
    KEPT = "kept"
    SEALED = "sealed"
    THEIRS = "theirs"
    WOMAN = "woman"
    NOT_MEMBER = "not_member"
    LEADS = "leads"
    OTHER_UNIT = "other_unit"
    SAME = "same"
    TABLE = "table"
    BLANK = "blank"
    NOT_AGREED = "not_agreed"
    SECOND = "second"
    CLOSED = "closed"
    MERGED = "merged"
    NO_WAY_BACK = "no_way_back"
    NOT_CALM = "not_calm"
    PART = "part"
    STOPPED = "stopped"
    FAILED = "failed"


WORDS: dict[str, Promise] = {
    Why.CHANGED: _("Somebody changed it since you looked"),
    Why.GONE: _("It is no longer a case of your units"),
    Why.KEPT: _("It is kept for others of your unit: open it by itself"),
    Why.SEALED: _("You do not hold the key to it, so nothing can be written into it"),
    Why.THEIRS: _("A colleague has it"),
    Why.WOMAN: _("The reporter asked for a woman: assign it on its own page"),
    Why.NOT_MEMBER: _("It cannot be given to this member: another unit, or excluded from it"),
    Why.LEADS: _("It leads the others"),
    Why.OTHER_UNIT: _("This label is another unit’s, or no longer given"),
    Why.SAME: _("It is so already"),
    Why.TABLE: _("Its status does not allow this"),
    Why.BLANK: _("A blank of the reply has nothing to be filled with: write on the case’s own page"),
    Why.NOT_AGREED: _("The reporter has not agreed to this"),
    Why.SECOND: _("A child’s case is closed by two: ask for it on its own page"),
    Why.CLOSED: _("It is closed"),
    Why.MERGED: _("It is merged into another case"),
    Why.NO_WAY_BACK: _("This cannot be put back as it was"),
    Why.NOT_CALM: _("A child, a danger, a wish, a message or somebody’s work: it keeps a row of its own"),
    Why.PART: _("It was split: its own page says which of the two cases to go to"),
    Why.STOPPED: _("You stopped before its turn"),
    Why.FAILED: _("It could not be done; the portal noted an error"),
    **{f"merge_{reason.value}": words for reason, words in REFUSALS.items()},
}


def merge_code(reason: Refusal) -> str:
    return f"merge_{reason.value}"


class Left(Exception):
    """This row is left as it is. `code` is a key of WORDS."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code
